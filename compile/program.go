package compile

import (
	"encoding/binary"
	"fmt"
	"slices"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
)

// Program is a filter that the kernel accepts. It is immutable.
type Program struct {
	raw     []bpf.RawInstruction
	arches  []arch.Arch
	order   binary.ByteOrder
	notes   []Note
	costs   []RuleCost
	weights Weights
	own     arch.Arch // whose weights those of the zero Arch are; zero is the first of arches
}

// FromRaw returns a program made elsewhere, for a kernel of ABI a. It fails if
// the kernel would refuse the program.
func FromRaw(raw []bpf.RawInstruction, a arch.Arch) (*Program, error) {
	if !a.Valid() {
		return nil, &ArchError{Arch: a, Reason: "is no ABI"}
	}
	if err := cbpf.Check(raw); err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	return &Program{raw: slices.Clone(raw), arches: []arch.Arch{a}, order: a.ByteOrder()}, nil
}

// Decode returns the program in b, an array of struct sock_filter in the byte
// order of a, as [Program.MarshalBinary] writes it.
func Decode(b []byte, a arch.Arch) (*Program, error) {
	if !a.Valid() {
		return nil, &ArchError{Arch: a, Reason: "is no ABI"}
	}
	if len(b)%8 != 0 {
		return nil, fmt.Errorf("compile: %d bytes are no whole number of instructions", len(b))
	}
	raw, order := make([]bpf.RawInstruction, 0, len(b)/8), a.ByteOrder()
	for ; len(b) > 0; b = b[8:] {
		raw = append(raw, bpf.RawInstruction{Op: order.Uint16(b), Jt: b[2], Jf: b[3], K: order.Uint32(b[4:])})
	}
	return FromRaw(raw, a)
}

// Raw returns the instructions as the kernel takes them.
func (p *Program) Raw() []bpf.RawInstruction { return slices.Clone(p.raw) }

// Instructions returns the instructions as the types of x/net/bpf.
func (p *Program) Instructions() []bpf.Instruction {
	ins, _ := bpf.Disassemble(p.raw)
	return ins
}

// Arches returns the ABIs that the filter covers; for a program from elsewhere,
// the ABI that was given.
func (p *Program) Arches() []arch.Arch { return slices.Clone(p.arches) }

// MarshalBinary returns the program as an array of struct sock_filter
// (include/uapi/linux/filter.h) in the byte order of its target, which is what
// other tools take.
func (p *Program) MarshalBinary() ([]byte, error) {
	b := make([]byte, 8*len(p.raw))
	for i, r := range p.raw {
		p.order.PutUint16(b[8*i:], r.Op)
		b[8*i+2], b[8*i+3] = r.Jt, r.Jf
		p.order.PutUint32(b[8*i+4:], r.K)
	}
	return b, nil
}

// Run returns the program's verdict on a call.
func (p *Program) Run(d Data) profile.Action { return profile.ActionOf(p.run(d)) }

func (p *Program) run(d Data) uint32 {
	ret, err := cbpf.Run(p.raw, d.words(p.order))
	if err != nil {
		return 0 // a checked program has none; KillThread is what the kernel would do
	}
	return ret
}

// Notes returns what the compiler had to decide about this profile that its
// author may want to know.
func (p *Program) Notes() []Note { return slices.Clone(p.notes) }

// Note is a decision of the compiler.
type Note struct {
	Rule int       // index into Profile.Rules
	Arch arch.Arch // the ABI that it is about
	Text string    // what was decided
}

// String returns the note in one line.
func (n Note) String() string { return fmt.Sprintf("rule %d on %v: %s", n.Rule, n.Arch, n.Text) }
