package compile

import (
	"strconv"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
)

// SyscallError reports a name that no ABI has.
type SyscallError struct {
	Name    string // what was asked for
	Nearest string // the nearest name that exists; "" where none is near
}

// Error returns the name, and what was probably meant.
func (e *SyscallError) Error() string {
	s := "unknown system call " + strconv.Quote(e.Name)
	if e.Nearest != "" {
		s += " (did you mean " + strconv.Quote(e.Nearest) + "?)"
	}
	return s
}

// ArchError reports an ABI that a filter can't cover.
type ArchError struct {
	Arch   arch.Arch
	Reason string // what is wrong with Arch, as the end of a sentence
}

// Error returns the ABI and the reason.
func (e *ArchError) Error() string { return "compile: ABI " + e.Arch.String() + " " + e.Reason }

// ValueError reports a constant or mask with bits that its comparison doesn't look
// at.
type ValueError struct {
	Syscall string    // "" in a rule that gives numbers
	Arch    arch.Arch // on which
	Test    profile.Test
	Value   uint64 // the constant of Test or its mask, which doesn't fit
	Bits    int    // that are compared
}

// Error returns the comparison, the value and how many bits are compared.
func (e *ValueError) Error() string {
	call := e.Syscall
	if call == "" {
		call = "by number"
	}
	return e.Test.String() + ": 0x" + strconv.FormatUint(e.Value, 16) + " doesn't fit the " + strconv.Itoa(e.Bits) +
		" bits that are compared (" + call + " on " + e.Arch.String() + "); Register compares all, Low32 truncates"
}

// TooLongError reports a program of more instructions than the kernel takes
// (BPF_MAXINSNS, include/uapi/linux/bpf_common.h).
type TooLongError struct {
	// Instructions is the length of the program, or a lower bound of it where
	// the compiler gave up before layout.
	Instructions int
	// Limit is what the kernel takes.
	Limit int
	// Costs are the rules that cost most, dearest first, at most ten.
	Costs []RuleCost
}

// RuleCost is how many comparisons a rule adds to a program: those of its condition,
// and one for each range of numbers for which it is the first rule.
type RuleCost struct {
	Rule  int // index into Profile.Rules
	Tests int // comparisons
}

// Error returns both lengths and the rules that cost most.
func (e *TooLongError) Error() string {
	s := "compile: the program needs at least " + strconv.Itoa(e.Instructions) + " instructions, the kernel takes " + strconv.Itoa(e.Limit)
	sep := "; most comparisons: "
	for _, c := range e.Costs {
		s += sep + "rule " + strconv.Itoa(c.Rule) + " (" + strconv.Itoa(c.Tests) + ")"
		sep = ", "
	}
	return s
}

// tooLong returns the error of a program of n instructions or more.
func tooLong(n int, costs []RuleCost) *TooLongError {
	e := &TooLongError{Instructions: n, Limit: cbpf.MaxInsns}
	for _, c := range costs {
		for i := range e.Costs {
			if e.Costs[i].Tests < c.Tests {
				e.Costs[i], c = c, e.Costs[i]
			}
		}
		if len(e.Costs) < maxCosts {
			e.Costs = append(e.Costs, c)
		}
	}
	return e
}

// maxCosts is how many rules an error names.
const maxCosts = 10

// InternalError reports a defect of this package: it made a program that the kernel
// would refuse or that decides something else than it should. There is no program then.
type InternalError struct {
	// Stage is "check" or "prove", the stages of [Compile] that look at its program;
	// or "flatten" or "restrict", for [Flatten] and [Restrict], which prove theirs.
	Stage string
	// Err is the cause, a [*CheckError], or wraps it, a [*MismatchError] or a
	// [*LiftError].
	Err error
}

// Error returns the stage and the cause.
func (e *InternalError) Error() string {
	cause := "unknown cause"
	if e.Err != nil {
		cause = e.Err.Error()
	}
	return "compile: internal error in stage " + e.Stage + ": " + cause
}

// Unwrap returns the cause.
func (e *InternalError) Unwrap() error { return e.Err }

// wrapped is an error with a text before it. What Compile needs makes its errors
// without package fmt, which would add ten kilobytes to a program.
type wrapped struct {
	text string
	err  error
}

func (e *wrapped) Error() string { return e.text + e.err.Error() }
func (e *wrapped) Unwrap() error { return e.err }
