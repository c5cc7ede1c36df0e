package compile

import (
	"encoding/binary"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
)

// Target is the machine that a filter is for; see [profile.Target].
type Target = profile.Target

// Options are how a profile is compiled. The zero value is the advice.
type Options struct {
	// Target is the machine; of it, compiling needs the ABI, which is the only
	// one covered if the profile lists none.
	Target Target
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
// an [*ArchError]; a [*TooLongError]; and [ErrTooComplex]. On an error there is no
// program.
func Compile(p profile.Profile, o Options) (*Program, error) {
	plan, err := resolve(&p, o.Target)
	if err != nil {
		return nil, err
	}
	g := newDAG()
	root, err := build(g, plan)
	if err != nil {
		return nil, err
	}
	raw, err := emit(g, root)
	if err != nil {
		return nil, err
	}
	if err := cbpf.Check(raw); err != nil {
		return nil, &InternalError{Stage: "check", Err: err}
	}
	prog := &Program{raw: raw, arches: plan.arches(), order: plan.order, notes: plan.notes}
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
