package compile

import (
	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// walker finds the ways that a call of known number and architecture can take
// through a program.
type walker struct {
	raw []bpf.RawInstruction
	at  []arrival
}

// arrival is what is known of all ways to an instruction.
type arrival struct {
	reached           bool
	known             bool   // whether A is the same on all of them, whatever the input
	a                 uint32 // that
	shortest, longest int    // instructions that ran before this one
}

func newWalker(p *Program) *walker {
	return &walker{raw: p.raw, at: make([]arrival, len(p.raw)+1)}
}

// walk returns the lengths of the shortest and the longest way. Jumps lead
// forward only, so that all ways to an instruction are known when it is its
// turn; and only those that were reached are looked at.
//
// Of the registers it keeps A alone. What comes from X, from scratch words or
// from the rest of seccomp_data is unknown, and so is A where ways meet that
// differ in it: then more ways are taken to be possible than are, never fewer.
func (w *walker) walk(audit, nr uint32) (shortest, longest int) {
	clear(w.at)
	end := &w.at[len(w.raw)] // where all ways meet that returned
	w.at[0] = arrival{reached: true, known: true}
	for pc, ins := range w.raw {
		f := w.at[pc]
		if !f.reached {
			continue
		}
		f.shortest++
		f.longest++
		next, n := cbpf.Next(w.raw, pc)
		if n == 0 || ins.Op == cbpf.DivX { // which ends the program if X is 0
			end.join(f)
		}
		ways := next[:n]
		if n == 2 && f.known && !cbpf.UsesX(ins.Op) {
			if cbpf.Holds(ins.Op, f.a, ins.K) {
				ways = next[:1]
			} else {
				ways = next[1:]
			}
		}
		f.step(ins, audit, nr)
		for _, to := range ways {
			w.at[to].join(f)
		}
	}
	return end.shortest, end.longest
}

// step does what the instruction does to A.
func (f *arrival) step(ins bpf.RawInstruction, audit, nr uint32) {
	switch {
	case ins.Op == cbpf.LdWAbs && ins.K == cbpf.OffNr:
		f.known, f.a = true, nr
	case ins.Op == cbpf.LdWAbs && ins.K == cbpf.OffArch:
		f.known, f.a = true, audit
	case ins.Op == cbpf.LdImm:
		f.known, f.a = true, ins.K
	case ins.Op == cbpf.LdLen:
		f.known, f.a = true, cbpf.SizeOf
	case !cbpf.SetsA(ins.Op):
	case !f.known, cbpf.UsesX(ins.Op), ins.Op == cbpf.LdWAbs, ins.Op == cbpf.LdMem:
		f.known = false
	default:
		f.a, _ = cbpf.Compute(ins.Op, f.a, ins.K) // no division by zero: Check has seen to K
	}
}

// join adds a way to those that are known.
func (f *arrival) join(g arrival) {
	if !f.reached {
		*f = g
		return
	}
	f.known = f.known && g.known && f.a == g.a
	f.shortest, f.longest = min(f.shortest, g.shortest), max(f.longest, g.longest)
}
