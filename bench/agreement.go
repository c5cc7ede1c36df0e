package bench

import (
	"errors"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
)

// Agreement says on which inputs two filters of one policy give the same verdicts.
type Agreement struct {
	Covered  bool     // calls of the covered ABIs, except Unknown and number -1
	Unknown  []string // calls that differ because the tool's tables lack them
	MinusOne bool     // number -1
	X32      bool     // x32 numbers, where x32 isn't covered
	Foreign  bool     // other ABIs
}

// Agree compares a tool's filter with ours for the same policy, over all inputs.
func Agree(ours, theirs *Filter) (Agreement, error) {
	a := Agreement{Covered: true, MinusOne: true, X32: true, Foreign: true}
	changes, err := compile.Diff(theirs.prog, ours.prog)
	if errors.Is(err, compile.ErrTooComplex) {
		return agreeOnProbes(ours, theirs), nil
	}
	if err != nil {
		return a, err
	}
	for _, c := range changes {
		switch {
		case c.Arch == 0:
			a.Foreign = false
		case c.Arch == arch.X32 && !slices.Contains(ours.Policy.Arches, arch.X32):
			a.X32 = false
		case len(c.Syscalls) == 0 && len(c.Numbers) == 1 && c.Numbers[0].First == 1<<32-1:
			a.MinusOne = false
		default:
			a.addCovered(c, theirs.Unknown)
		}
	}
	slices.Sort(a.Unknown)
	a.Unknown = slices.Compact(a.Unknown)
	return a, nil
}

// addCovered adds a change on a covered ABI.
func (a *Agreement) addCovered(c compile.Change, unknown []string) {
	if len(c.Numbers) > 0 {
		a.Covered = false
	}
	for _, name := range c.Syscalls {
		if slices.Contains(unknown, name) {
			a.Unknown = append(a.Unknown, name)
		} else {
			a.Covered = false
		}
	}
}

// agreeOnProbes compares on single calls, for a program with too many paths to
// compare it exactly.
func agreeOnProbes(ours, theirs *Filter) Agreement {
	same := func(d compile.Data) bool { return ours.Verdict(d) == theirs.Verdict(d) }
	at := func(a arch.Arch, nr int32) bool { return same(compile.Data{Nr: nr, Audit: a.Audit()}) }
	return Agreement{
		Covered:  !slices.ContainsFunc(ours.Policy.ProbeCalls(), func(d compile.Data) bool { return !same(d) }),
		MinusOne: at(arch.X86_64, -1),
		X32:      at(arch.X86_64, 1<<30) && at(arch.X86_64, 1<<30+39),
		Foreign:  at(arch.X86, 39) && at(arch.AArch64, 39),
	}
}
