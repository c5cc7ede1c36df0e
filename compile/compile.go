package compile

import (
	"encoding/binary"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Target is the machine that a filter is for. It is an argument: the machine that
// compiles a filter need not be the one that runs it.
type Target struct {
	// Arch is the ABI of the kernel and of the program that installs the filter.
	// It is the only one covered if the profile lists none. Zero is [arch.Native].
	Arch arch.Arch
	// Kernel is the oldest release that the filter will meet. It decides no
	// verdict: from Linux 5.11 on the kernel caches which calls are always allowed,
	// so that their [Weights] don't count. The zero value is older than any.
	Kernel syscalls.Release
}

// Options are how a profile is compiled. The zero value is the advice.
type Options struct {
	// Target is the machine that the filter is for.
	Target Target
	// Weights are how often the program makes which calls; nil if that isn't
	// known. A filter made with weights is the faster for the program that was
	// recorded, and may be the slower for others.
	Weights Weights
	// Effort is how long to look for short ways; see [Exhaustive].
	Effort Effort
	// Without are passes that are left out. Programs get longer or slower by that,
	// and decide the same.
	Without Passes
	// SkipProof leaves out the proof that the program does what the profile
	// says. It is for those who compile ahead and prove in their tests.
	SkipProof bool
}

// Compile returns the filter that gives each system call the verdict that p
// gives it, and has proved that it does. The zero profile is one instruction,
// which kills the process.
//
// Errors are those of [profile.Profile.Validate]; a [*profile.RuleError] for each
// rule at fault, which wraps a [*SyscallError], [*ValueError] or another cause;
// an [*ArchError]; a [*SyscallError] for a name in the weights; a
// [*TooLongError]; and [ErrTooComplex]. On an error there is no program.
func Compile(p profile.Profile, o Options) (*Program, error) {
	plan, err := resolve(&p, o.Target)
	if err != nil {
		return nil, err
	}
	w, err := plan.compile(&o)
	if err != nil {
		return nil, err
	}
	if err := cbpf.Check(w.code); err != nil {
		return nil, &InternalError{Stage: "check", Err: err}
	}
	prog := &Program{raw: w.code, arches: plan.arches(), order: plan.order, notes: plan.notes,
		costs: w.ruleCosts(), own: w.own}
	if !o.SkipProof {
		if err := prove(prog, &p, o.Target); err != nil {
			return nil, err
		}
	}
	return prog, nil
}

// covered returns the ABIs of a filter for p and the byte order that they share.
func covered(p *profile.Profile, t Target) ([]arch.Arch, binary.ByteOrder, error) {
	arches := p.Arches
	if len(arches) == 0 {
		native := t.Arch
		if native == 0 {
			native = arch.Native()
		}
		arches = []arch.Arch{native}
	}
	for _, a := range arches {
		if !a.Valid() {
			return nil, nil, &ArchError{Arch: a, Reason: "is no ABI"}
		}
		if a.ByteOrder() != arches[0].ByteOrder() {
			return nil, nil, &ArchError{Arch: a, Reason: "has another byte order than " + arches[0].String()}
		}
	}
	return arches, arches[0].ByteOrder(), nil
}
