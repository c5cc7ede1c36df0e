package cbpf

import (
	"math/rand/v2"
	"slices"
	"strings"

	"golang.org/x/net/bpf"
)

// generator makes random programs.
type generator struct {
	*rand.Rand
	omit    []uint16 // codes never to use
	offsets []uint32 // of loads; all words if nil
	retA    bool     // end with ret a only
}

func newGenerator(seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 7))}
}

// codes are the operations that seccomp takes.
func codes() []uint16 {
	var all []uint16
	for code := range ops {
		if ops[code].verb != unknown {
			all = append(all, uint16(code))
		}
	}
	return all
}

// value is a number that comparisons and sums care about.
func (g *generator) value() uint32 {
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

func (g *generator) words() *Words {
	w := new(Words)
	for i := range w {
		w[i] = g.value()
	}
	return w
}

// program returns a program that Check takes.
func (g *generator) program() []bpf.RawInstruction {
	for {
		prog := g.attempt()
		if Check(prog) == nil {
			return prog
		}
	}
}

// attempt returns a program that keeps all rules, except that it may read
// scratch words that were not written.
func (g *generator) attempt() []bpf.RawInstruction {
	all := codes()
	n := 2 + g.IntN(30)
	prog := make([]bpf.RawInstruction, n)
	for pc := range prog {
		rest := n - pc - 1
		ins := bpf.RawInstruction{Op: all[g.IntN(len(all))], K: g.value()}
		o := lookup(ins.Op)
		switch o.rule {
		case ruleOffset:
			ins.K = 4 * uint32(g.IntN(SizeOf/4))
			if g.offsets != nil {
				ins.K = g.offsets[g.IntN(len(g.offsets))]
			}
		case ruleScratch:
			ins.K = uint32(g.IntN(3)) // few, so that most reads find something
		case ruleNonzero:
			ins.K |= 1
		case ruleShift:
			ins.K %= 32
		}
		// Constants are likelier to be loaded than to be met.
		switch {
		case o.verb == ret && rest > 0 && g.IntN(4) > 0, slices.Contains(g.omit, ins.Op):
			ins = bpf.RawInstruction{Op: AddX, K: g.value()}
		case o.verb == jump && rest > 1:
			ins.K = uint32(g.IntN(min(rest, 5)))
		case o.verb == branch && rest > 1:
			ins.Jt, ins.Jf = uint8(g.IntN(min(rest, 6))), uint8(g.IntN(min(rest, 6)))
		case o.verb == jump, o.verb == branch:
			ins = raw(Tax, 0)
		}
		if rest == 0 || g.retA && lookup(ins.Op).verb == ret {
			ins = raw(RetA, 0)
		}
		prog[pc] = ins
	}
	return prog
}

// mutant returns a program with some things changed, often for the worse.
func (g *generator) mutant() []bpf.RawInstruction {
	prog := g.attempt()
	for range g.IntN(3) {
		ins := &prog[g.IntN(len(prog))]
		switch g.IntN(6) {
		case 0:
			ins.Op = uint16(g.IntN(0x100))
		case 1:
			ins.K = g.value()
		case 2:
			ins.Jt = uint8(g.IntN(40))
		case 3:
			ins.Jf = uint8(g.IntN(40))
		case 4:
			ins.K = uint32(g.IntN(40))
		case 5:
			prog = prog[:1+g.IntN(len(prog))]
		}
	}
	return prog
}

func listing(prog []bpf.RawInstruction) string {
	lines := make([]string, len(prog))
	for pc := range prog {
		lines[pc] = Format(prog, pc)
	}
	return strings.Join(lines, "\n")
}
