package diagram

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// generator makes random programs that cbpf.Check takes, most of which have an
// exact denotation.
type generator struct {
	*rand.Rand
	word    uint32   // the bits that words have
	offsets []uint32 // of loads
	omit    []uint16 // operations never used
}

func newGenerator(seed uint64, word uint32) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), word: word}
	for w := range uint32(cbpf.SizeOf / 4) {
		g.offsets = append(g.offsets, 4*w)
	}
	return g
}

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

// value is a constant near what words can be.
func (g *generator) value() uint32 {
	if g.word == ^uint32(0) {
		switch g.IntN(4) {
		case 0:
			return g.Uint32()
		case 1:
			return 1<<g.IntN(32) - 1 + uint32(g.IntN(3))
		case 2:
			return -uint32(g.IntN(20))
		}
		return uint32(g.IntN(70))
	}
	switch g.IntN(12) {
	case 0:
		return g.Uint32()
	case 1:
		return g.word + 1
	}
	return g.Uint32() & g.word
}

// program returns a program of about n instructions.
func (g *generator) program(n int) []bpf.RawInstruction {
	for {
		p := g.attempt(n)
		if cbpf.Check(p) == nil {
			return p
		}
	}
}

func (g *generator) attempt(n int) []bpf.RawInstruction {
	const ends = 4
	p := make([]bpf.RawInstruction, 0, n+ends)
	for len(p) < n {
		rest := n - len(p)
		jump := func(op uint16) bpf.RawInstruction {
			return cbpf.Jump(op, g.value(), g.skip(rest+ends), g.skip(rest+ends))
		}
		k := g.value()
		var ins bpf.RawInstruction
		switch r := g.IntN(100); {
		case r < 30:
			ins = cbpf.Load(pick(g, g.offsets...))
			if ins.K < cbpf.OffIP && g.word == ^uint32(0) { // else most denotations have too many intervals
				p = append(p, ins, jump(pick(g, cbpf.JeqK, cbpf.JgtK, cbpf.JgeK)))
				ins = cbpf.Load(pick(g, g.offsets[2:]...))
			}
		case r < 60:
			ins = jump(pick(g, cbpf.JeqK, cbpf.JeqK, cbpf.JgtK, cbpf.JgeK, cbpf.JsetK))
		case r < 65:
			ins = jump(pick(g, cbpf.JeqX, cbpf.JgtX, cbpf.JgeX, cbpf.JsetX))
		case r < 75:
			ins = bpf.RawInstruction{Op: pick(g, cbpf.AndK, cbpf.AndK, cbpf.OrK, cbpf.XorK), K: k}
		case r < 79:
			ins = bpf.RawInstruction{Op: pick(g, cbpf.LshK, cbpf.RshK), K: uint32(g.IntN(5))}
		case r < 81:
			ins = bpf.RawInstruction{Op: pick(g, cbpf.AndX, cbpf.OrX, cbpf.XorX, cbpf.LshX, cbpf.RshX)}
		case r < 82:
			ins = bpf.RawInstruction{Op: pick(g, cbpf.AddK, cbpf.SubK, cbpf.MulK, cbpf.DivK, cbpf.Neg, cbpf.AddX, cbpf.SubX, cbpf.MulX, cbpf.DivX), K: k | 1}
		case r < 86:
			ins = bpf.RawInstruction{Op: pick(g, cbpf.LdImm, cbpf.LdxImm, cbpf.LdLen, cbpf.LdxLen), K: k}
		case r < 89:
			ins = bpf.RawInstruction{Op: pick(g, cbpf.Tax, cbpf.Txa)}
		case r < 95:
			ins = bpf.RawInstruction{Op: pick(g, cbpf.St, cbpf.Stx, cbpf.LdMem, cbpf.LdxMem), K: uint32(g.IntN(2))}
		case r < 96:
			ins = cbpf.JA(uint32(g.IntN(min(rest, 4))))
		case r < 97:
			ins = bpf.RawInstruction{Op: cbpf.RetA}
		default:
			ins = cbpf.Ret(uint32(g.IntN(ends)))
		}
		if slices.Contains(g.omit, ins.Op) {
			continue
		}
		p = append(p, ins)
	}
	for i := range uint32(ends) {
		p = append(p, cbpf.Ret(i))
	}
	return p
}

// skip returns how many of the n instructions to come but the last to skip.
func (g *generator) skip(n int) uint8 {
	if g.IntN(3) > 0 {
		n = min(n, 4)
	}
	return uint8(g.IntN(min(n, 256)))
}

// words returns inputs near the constants of a program.
func (g *generator) words(p []bpf.RawInstruction) *cbpf.Words {
	w := new(cbpf.Words)
	for i := range w {
		switch g.IntN(3) {
		case 0:
			w[i] = g.value()
		case 1:
			w[i] = p[g.IntN(len(p))].K + uint32(g.IntN(3)) - 1
		case 2:
			w[i] = p[g.IntN(len(p))].K ^ 1<<g.IntN(32)
		}
		w[i] &= g.word
	}
	return w
}

// input returns the words as a denotation's input.
func input(w *cbpf.Words, order binary.ByteOrder) Input {
	hi, lo := 1, 0
	if order == binary.ByteOrder(binary.BigEndian) {
		hi, lo = 0, 1
	}
	field := func(i int) uint64 { return uint64(w[i+hi])<<32 | uint64(w[i+lo]) }
	in := Input{Nr: w[wordNr], Arch: w[wordArch]}
	in.Fields[FieldIP] = field(wordIP)
	for i := range 6 {
		in.Fields[FieldArg0+i] = field(cbpf.OffArgs/4 + 2*i)
	}
	return in
}

func listing(p []bpf.RawInstruction) string {
	lines := make([]string, len(p))
	for pc := range p {
		lines[pc] = cbpf.Format(p, pc)
	}
	return strings.Join(lines, "\n")
}

func same(ret uint32) uint32 { return ret }

// changed returns p with a few instructions changed.
func (g *generator) changed(p []bpf.RawInstruction) []bpf.RawInstruction {
	q := slices.Clone(p)
	for range 1 + g.IntN(6) {
		ins := &q[g.IntN(len(q))]
		switch g.IntN(5) {
		case 0:
			ins.Jt, ins.Jf = ins.Jf, ins.Jt
		case 1:
			ins.K++
		case 2:
			ins.K = g.value()
		case 3:
			*ins = bpf.RawInstruction{Op: cbpf.OrK} // does nothing
		case 4:
			*ins = cbpf.Load(pick(g, g.offsets...))
		}
	}
	return q
}
