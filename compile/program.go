package compile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
)

// Program is a filter that the kernel accepts. It is immutable.
//
// The zero Program, and a nil one, is no program: its verdict is KillProcess,
// and whatever returns an error returns [ErrNoProgram].
type Program struct {
	raw    []bpf.RawInstruction
	arches []arch.Arch
	order  binary.ByteOrder
	notes  []Note
	costs  []RuleCost
	own    arch.Arch // the target's own ABI, if Compile made the program
}

// ErrNoProgram is returned where a program is nil or the zero Program.
var ErrNoProgram = errors.New("compile: no program")

// missing reports whether p is no program.
func (p *Program) missing() bool { return p == nil || len(p.raw) == 0 }

// FromRaw returns a program made elsewhere, for a kernel of ABI a. It fails with
// a [*CheckError] if the kernel would refuse the program, and with an
// [*ArchError] if a is no ABI.
func FromRaw(raw []bpf.RawInstruction, a arch.Arch) (*Program, error) {
	if !a.Valid() {
		return nil, &ArchError{Arch: a, Reason: "is no ABI"}
	}
	if err := check(raw); err != nil {
		return nil, err
	}
	return &Program{raw: slices.Clone(raw), arches: []arch.Arch{a}, order: a.ByteOrder()}, nil
}

// Decode returns the program in b, an array of struct sock_filter in the byte
// order of a, as [Program.MarshalBinary] writes it. Errors are those of
// [FromRaw].
func Decode(b []byte, a arch.Arch) (*Program, error) {
	if !a.Valid() {
		return nil, &ArchError{Arch: a, Reason: "is no ABI"}
	}
	if len(b)%8 != 0 {
		return nil, &CheckError{PC: -1, Reason: fmt.Sprintf("%d bytes are not a whole number of instructions", len(b))}
	}
	raw, order := make([]bpf.RawInstruction, 0, len(b)/8), a.ByteOrder()
	for ; len(b) > 0; b = b[8:] {
		raw = append(raw, bpf.RawInstruction{Op: order.Uint16(b), Jt: b[2], Jf: b[3], K: order.Uint32(b[4:])})
	}
	return FromRaw(raw, a)
}

// Raw returns the instructions as the kernel takes them.
func (p *Program) Raw() []bpf.RawInstruction {
	if p == nil {
		return nil
	}
	return slices.Clone(p.raw)
}

// Arches returns the ABIs that the filter covers; for a program from elsewhere,
// the ABI that was given.
func (p *Program) Arches() []arch.Arch {
	if p == nil {
		return nil
	}
	return slices.Clone(p.arches)
}

// MarshalBinary returns the program as an array of struct sock_filter
// (include/uapi/linux/filter.h) in the byte order of its target, which is what
// other tools take.
func (p *Program) MarshalBinary() ([]byte, error) {
	if p.missing() {
		return nil, ErrNoProgram
	}
	b := make([]byte, 8*len(p.raw))
	for i, r := range p.raw {
		p.order.PutUint16(b[8*i:], r.Op)
		b[8*i+2], b[8*i+3] = r.Jt, r.Jf
		p.order.PutUint32(b[8*i+4:], r.K)
	}
	return b, nil
}

// Run returns the program's verdict on a call. A program returns error numbers, not
// names: compare with [profile.Action.Named].
func (p *Program) Run(d Data) profile.Action {
	if p.missing() {
		return profile.KillProcess()
	}
	ret, err := cbpf.Run(p.raw, d.words(p.order))
	if err != nil {
		return profile.KillProcess() // a checked program has no error
	}
	return profile.ActionOf(ret)
}

// Notes returns what the compiler had to decide about this profile that its
// author may want to know.
func (p *Program) Notes() []Note {
	if p == nil {
		return nil
	}
	return slices.Clone(p.notes)
}

// Note is a decision of the compiler.
type Note struct {
	Rule int       // index into Profile.Rules
	Arch arch.Arch // the ABI that it is about
	Text string    // what was decided
}

// String returns the note in one line.
func (n Note) String() string { return fmt.Sprintf("rule %d on %v: %s", n.Rule, n.Arch, n.Text) }
