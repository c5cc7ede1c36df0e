package compile

import (
	"encoding/binary"
	"slices"
	"strconv"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/profile"
)

// ErrTooComplex is returned where a proof would need more than a million nodes or
// 16 million steps, which take some 70 MB and about a second.
var ErrTooComplex error = diagram.TooComplex{}

// LiftError reports a program that can't be analysed exactly, because one of its
// instructions computes with two values of the call, or adds, multiplies or
// returns one.
type LiftError struct {
	PC     int    // the instruction
	Reason string // what it does, as the end of a sentence
}

// Error returns the instruction and the reason.
func (e *LiftError) Error() string { return "instruction " + strconv.Itoa(e.PC) + ": " + e.Reason }

// Counterexample is a call on which two filters, or a profile and a filter, give
// different verdicts.
type Counterexample struct {
	Data Data           // the call
	A, B profile.Action // the verdicts of the first and of the second
}

// String returns the call and both verdicts.
func (c Counterexample) String() string {
	a, b := c.verdicts()
	return c.Data.String() + ": " + a + " → " + b
}

// verdicts names both verdicts as the call's ABI does.
func (c *Counterexample) verdicts() (a, b string) {
	on, _ := arch.ByAudit(c.Data.Audit, uint32(c.Data.Nr))
	return c.A.Named(on).String(), c.B.Named(on).String()
}

// MismatchError reports a program that doesn't do what its profile says.
type MismatchError struct {
	// Counterexample is a call on which they differ: A is the profile's verdict
	// and B the program's.
	Counterexample Counterexample
}

// Error returns the call and both verdicts.
func (e *MismatchError) Error() string {
	a, b := e.Counterexample.verdicts()
	return "compile: on " + e.Counterexample.Data.String() + " the profile says " + a + " and the program " + b
}

// Verify proves that a program gives every call the verdict that a profile gives
// it on a target: for all numbers, audit architectures, arguments and instruction
// pointers. The error is a [*MismatchError] with a call on which they differ, a
// [*LiftError], [ErrTooComplex], [ErrNoProgram], or one of [Compile]'s if the
// profile can't be resolved there.
func Verify(prog *Program, p profile.Profile, t Target) error {
	if prog.missing() {
		return ErrNoProgram
	}
	if err := p.Validate(); err != nil {
		return err
	}
	return verify(prog, &p, t, diagram.Lift)
}

// verify is Verify of a profile that is valid.
func verify(prog *Program, p *profile.Profile, t Target, lift liftFunc) error {
	s := diagram.NewStore()
	want, err := denote(s, p, t)
	if err != nil {
		return &wrapped{"compile: the profile: ", err}
	}
	found, err := lift(s, prog.raw, prog.order, canonical)
	if err != nil {
		return &wrapped{"compile: the program: ", liftError(err)}
	}
	return mismatch(s, want, found)
}

// mismatch returns a *MismatchError if the program's denotation found isn't the
// profile's, want.
func mismatch(s *diagram.Store, want, found diagram.Denotation) error {
	if in, differ := s.Differ(want, found); differ {
		return &MismatchError{counterexample(s, in, want, found)}
	}
	return nil
}

// lift returns the program's denotation for all inputs. Its results are what canon
// makes of the returned values.
func (p *Program) lift(s *diagram.Store, canon func(uint32) uint32) (diagram.Denotation, error) {
	m, err := diagram.Lift(s, p.raw, p.order, canon)
	return m, liftError(err)
}

// liftFunc is diagram.Lift, or diagram.LiftPlain for programs of this compiler.
type liftFunc func(*diagram.Store, []bpf.RawInstruction, binary.ByteOrder, func(uint32) uint32) (diagram.Denotation, error)

// liftError returns diagram's error as this package's.
func liftError(err error) error {
	if e, ok := err.(*diagram.LiftError); ok {
		return &LiftError{PC: e.PC, Reason: e.Msg}
	}
	return err
}

// calls returns the program's denotation for the inputs that calls can show:
// where registers have 32 bits the upper halves are 0.
func (p *Program) calls(s *diagram.Store) (diagram.Denotation, error) {
	m, err := p.lift(s, canonical)
	if err != nil {
		return nil, err
	}
	return possible(s, m, p.order), s.Err()
}

// possible makes results independent of the upper halves that are always 0.
func possible(s *diagram.Store, m diagram.Denotation, order binary.ByteOrder) diagram.Denotation {
	var audits []uint32
	for _, a := range arch.All() {
		if a.RegisterBits() == 32 && a.ByteOrder() == order {
			audits = append(audits, a.Audit())
		}
	}
	slices.Sort(audits)
	all, narrow := s.Result(0), s.Result(1)
	registers := diagram.Denotation{{Numbers: []diagram.Number{{Args: all}}}}
	for _, audit := range audits {
		if last := len(registers) - 1; registers[last].First == audit {
			registers = registers[:last] // the end of the one before
		}
		registers = registers.Append(audit, []diagram.Number{{Args: narrow}})
		registers = registers.Append(audit+1, []diagram.Number{{Args: all}})
	}
	return diagram.Join(m, registers, func(r, width diagram.Ref) diagram.Ref {
		if width == narrow {
			return s.Clear(r, ^lowBits(32))
		}
		return r
	})
}

// canonical returns ret without the bits that the kernel ignores: values that it
// doesn't tell apart become one.
func canonical(ret uint32) uint32 {
	v, _ := profile.ActionOf(ret).Return(arch.X86_64) // numbers are the same on all
	return v
}

func counterexample(s *diagram.Store, in diagram.Input, a, b diagram.Denotation) Counterexample {
	c := Counterexample{
		Data: Data{Nr: int32(in.Nr), Audit: in.Arch, InstructionPointer: in.Fields[diagram.FieldIP]},
		A:    profile.ActionOf(a.Eval(s, in)),
		B:    profile.ActionOf(b.Eval(s, in)),
	}
	copy(c.Data.Args[:], in.Fields[:])
	return c
}

// prove is the last stage of Compile. A program that isn't its profile's, or that
// this compiler can't have made, is a defect of the compiler.
func prove(prog *Program, p *profile.Profile, t Target) error {
	err := verify(prog, p, t, diagram.LiftPlain)
	cause := err
	if w, ok := err.(*wrapped); ok {
		cause = w.err
	}
	switch cause.(type) { // errors.As would make each program that compiles 28 kB larger
	case *MismatchError, *LiftError:
		return &InternalError{Stage: "prove", Err: err}
	}
	return err
}
