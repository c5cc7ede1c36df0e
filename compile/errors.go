package compile

import (
	"errors"
	"strconv"

	"golang.org/x/net/bpf"

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

// ValueError reports a constant or mask with bits that its comparison would not
// look at.
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

// RuleCost is how many comparisons a rule put into a program: those of its
// condition, and one for each range of numbers that it is the first to claim.
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
//
//go:noinline
func tooLong(n int, g *dag) *TooLongError {
	e := &TooLongError{Instructions: n, Limit: cbpf.MaxInsns}
	for _, c := range g.ruleCosts() {
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

// ruleCosts returns what the rules cost that cost anything, by rule.
//
//go:noinline
func (g *dag) ruleCosts() []RuleCost {
	costs := make([]RuleCost, 0, len(g.cost))
	for r, tests := range g.cost {
		if tests > 0 {
			costs = append(costs, RuleCost{Rule: r, Tests: tests})
		}
	}
	return costs
}

// maxCosts is how many rules an error names.
const maxCosts = 10

// InternalError reports a defect of this package. There is no program then:
// better none than a wrong one.
type InternalError struct {
	Stage string // of the package comment, which failed
	Err   error  // the cause: a [*MismatchError] or a [*CheckError]
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

// CheckError reports a program that the kernel would refuse, by the kernel's own
// rules (net/core/filter.c bpf_check_classic, kernel/seccomp.c
// seccomp_check_filter).
type CheckError struct {
	PC     int    // the first instruction at fault; -1 is the program as a whole
	Reason string // what is wrong
}

// Error returns the place and the reason, as in "compile: instruction 12: ld
// [66]: load at offset 66; offsets are multiples of 4 below 64".
func (e *CheckError) Error() string {
	if e.PC < 0 {
		return "compile: the program is refused: " + e.Reason
	}
	return "compile: instruction " + strconv.Itoa(e.PC) + ": " + e.Reason
}

// check applies the kernel's rules.
func check(raw []bpf.RawInstruction) error {
	if err := cbpf.Check(raw); err != nil {
		bad := err.(*cbpf.Error)
		return &CheckError{PC: bad.PC, Reason: bad.Msg}
	}
	return nil
}

// wrapped is an error with a text before it. The parts of this package that
// Compile needs write their errors without package fmt, whose formatting is ten
// kilobytes that a program may not have otherwise.
type wrapped struct {
	text string
	err  error
}

func (e *wrapped) Error() string { return e.text + e.err.Error() }
func (e *wrapped) Unwrap() error { return e.err }

// joined is errors.Join, in one place.
//
//go:noinline
func joined(errs []error) error { return errors.Join(errs...) }
