package compile

import (
	"fmt"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/profile"
)

// ErrTooComplex is returned where a proof would need more memory or time than
// it is given: a million nodes, some 30 MB, and 33 million steps.
var ErrTooComplex error = diagram.TooComplex{}

// NotLiftableError reports a program whose meaning can't be told exactly: an
// instruction computes with two values of the call, or adds to one.
type NotLiftableError = diagram.LiftError

// Difference is a call on which two filters, or a profile and a filter, differ.
type Difference struct {
	Data Data           // the call
	A, B profile.Action // the verdicts of the first and of the second
}

// String returns the call and both verdicts.
func (d Difference) String() string { return fmt.Sprintf("%v: %v → %v", d.Data, d.A, d.B) }

// DifferenceError reports a program that doesn't do what its profile says: A is
// the profile's verdict and B the program's.
type DifferenceError struct{ Difference }

// Error returns the call and both verdicts.
func (e *DifferenceError) Error() string {
	return fmt.Sprintf("compile: on %v the profile says %v and the program %v", e.Data, e.A, e.B)
}

// Verify proves that a program gives every call the verdict that a profile
// gives it on a target: for all numbers, audit architectures, arguments and
// instruction pointers. The error is a [*DifferenceError] with a call on which
// they differ, a [*NotLiftableError], [ErrTooComplex], or one of [Compile]'s if
// the profile has no meaning there.
func Verify(prog *Program, p profile.Profile, t Target) error {
	s := diagram.NewStore()
	want, err := meaning(s, p, t)
	if err != nil {
		return fmt.Errorf("compile: the profile: %w", err)
	}
	found, err := prog.lift(s)
	if err != nil {
		return err
	}
	if in, differ := s.Differ(want, found); differ {
		return &DifferenceError{difference(s, in, want, found)}
	}
	return nil
}

// lift returns the program's meaning. Its results are what the kernel heeds of
// the returned values.
func (p *Program) lift(s *diagram.Store) (diagram.Meaning, error) {
	m, err := diagram.Lift(s, p.raw, p.order, heeded)
	if err != nil {
		err = fmt.Errorf("compile: the program: %w", err)
	}
	return m, err
}

// heeded returns the value that means the same to the kernel as ret and has
// nothing that it doesn't look at.
func heeded(ret uint32) uint32 {
	v, _ := profile.ActionOf(ret).Return(arch.X86_64) // numbers are the same on all
	return v
}

func difference(s *diagram.Store, in diagram.Input, a, b diagram.Meaning) Difference {
	d := Difference{
		Data: Data{Nr: int32(in.Nr), Arch: in.Arch, InstructionPointer: in.Fields[diagram.FieldIP]},
		A:    profile.ActionOf(a.Eval(s, in)),
		B:    profile.ActionOf(b.Eval(s, in)),
	}
	copy(d.Data.Args[:], in.Fields[:])
	return d
}

// prove is the last stage of Compile.
func prove(prog *Program, p profile.Profile, t Target) error {
	err := Verify(prog, p, t)
	if _, differ := err.(*DifferenceError); differ {
		return &InternalError{Stage: "prove", Err: err}
	}
	return err
}
