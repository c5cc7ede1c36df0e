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

// ErrTooComplex is returned where a proof would need more memory or time than
// it is given: a million nodes and 16 million steps, which are some 70 MB and
// about a second.
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

// Verify proves that a program gives every call the verdict that a profile
// gives it on a target: for all numbers, audit architectures, arguments and
// instruction pointers. The error is a [*DifferenceError] with a call on which
// they differ, a [*LiftError], [ErrTooComplex], [ErrNoProgram], or one of
// [Compile]'s if the profile can't be resolved there.
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
func verify(prog *Program, p *profile.Profile, t Target, lift lifting) error {
	s := diagram.NewStore()
	want, err := meaning(s, p, t)
	if err != nil {
		return &wrapped{"compile: the profile: ", err}
	}
	found, err := lift(s, prog.raw, prog.order, heeded)
	if err != nil {
		return unlifted(err)
	}
	return mismatch(s, want, found)
}

// mismatch returns a *MismatchError if the profile's meaning want isn't that of
// the program, found.
func mismatch(s *diagram.Store, want, found diagram.Meaning) error {
	if in, differ := s.Differ(want, found); differ {
		return &MismatchError{counterexample(s, in, want, found)}
	}
	return nil
}

// lift returns the program's meaning for all inputs. Its results are what canon
// makes of the returned values.
func (p *Program) lift(s *diagram.Store, canon func(uint32) uint32) (diagram.Meaning, error) {
	m, err := diagram.Lift(s, p.raw, p.order, canon)
	if err != nil {
		err = unlifted(err)
	}
	return m, err
}

// lifting is diagram.Lift, or diagram.LiftPlain for programs of this compiler.
type lifting func(*diagram.Store, []bpf.RawInstruction, binary.ByteOrder, func(uint32) uint32) (diagram.Meaning, error)

func unlifted(err error) error {
	if e, ok := err.(*diagram.LiftError); ok {
		err = &LiftError{PC: e.PC, Reason: e.Msg}
	}
	return &wrapped{"compile: the program: ", err}
}

// calls returns the program's meaning for the inputs that are calls: where
// registers have 32 bits the kernel shows upper halves that are 0.
func (p *Program) calls(s *diagram.Store) (diagram.Meaning, error) {
	m, err := p.lift(s, heeded)
	if err != nil {
		return nil, err
	}
	return possible(s, m, p.order), s.Err()
}

func possible(s *diagram.Store, m diagram.Meaning, order binary.ByteOrder) diagram.Meaning {
	var audits []uint32
	for _, a := range arch.All() {
		if a.RegisterBits() == 32 && a.ByteOrder() == order {
			audits = append(audits, a.Audit())
		}
	}
	slices.Sort(audits)
	all, narrow := s.Result(0), s.Result(1)
	registers := diagram.Meaning{{Numbers: []diagram.Number{{Args: all}}}}
	for _, audit := range audits {
		if last := len(registers) - 1; registers[last].First == audit {
			registers = registers[:last] // the end of the one before
		}
		registers = registers.Append(audit, []diagram.Number{{Args: narrow}})
		registers = registers.Append(audit+1, []diagram.Number{{Args: all}})
	}
	return diagram.Join(m, registers, func(r, width diagram.Ref) diagram.Ref {
		if width == narrow {
			return s.Clear(r, ^low(32))
		}
		return r
	})
}

// heeded returns the value that means the same to the kernel as ret and has
// nothing that it doesn't look at.
func heeded(ret uint32) uint32 {
	v, _ := profile.ActionOf(ret).Return(arch.X86_64) // numbers are the same on all
	return v
}

func counterexample(s *diagram.Store, in diagram.Input, a, b diagram.Meaning) Counterexample {
	c := Counterexample{
		Data: Data{Nr: int32(in.Nr), Audit: in.Arch, InstructionPointer: in.Fields[diagram.FieldIP]},
		A:    profile.ActionOf(a.Eval(s, in)),
		B:    profile.ActionOf(b.Eval(s, in)),
	}
	copy(c.Data.Args[:], in.Fields[:])
	return c
}

// prove is the last stage of Compile.
func prove(prog *Program, p *profile.Profile, t Target) error {
	err := verify(prog, p, t, diagram.LiftPlain)
	if _, differ := err.(*MismatchError); differ {
		return &InternalError{Stage: "prove", Err: err}
	}
	return err
}
