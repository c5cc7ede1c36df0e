package compile

import (
	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// longestPath returns the length of the longest path through the program, whether
// or not any input takes it.
func (p *Program) longestPath() int {
	longest := func(a, b int) int { return max(a, b) }
	steps := cbpf.Forward(p.raw, 0, -1, longest, func(pc, before int, send func(int, int)) {
		if before < 0 {
			return
		}
		next, n := cbpf.Next(p.raw, pc)
		for _, to := range next[:n] {
			send(to, before+1)
		}
		if n == 0 {
			send(len(p.raw), before+1)
		}
	})
	return steps[len(p.raw)]
}

// paths returns the lengths of the shortest and of the longest path that a call
// of known number and audit architecture can take.
//
// Of the registers it follows A alone. What comes from X, from scratch words or
// from the rest of seccomp_data is unknown, and so is A where paths meet that
// differ in it. So it may count paths that no input takes, but misses none.
func (p *Program) paths(audit, nr uint32) (shortest, longest int) {
	end := len(p.raw)
	at := cbpf.Forward(p.raw, arrival{reached: true, known: true}, arrival{}, arrival.join, func(pc int, f arrival, send func(int, arrival)) {
		if !f.reached {
			return
		}
		f.shortest++
		f.longest++
		ins := p.raw[pc]
		next, n := cbpf.Next(p.raw, pc)
		if n == 0 || ins.Op == cbpf.DivX { // which ends the program if X is 0
			send(end, f)
		}
		possible := next[:n]
		if n == 2 && f.known && !cbpf.UsesX(ins.Op) {
			if cbpf.Holds(ins.Op, f.a, ins.K) {
				possible = next[:1]
			} else {
				possible = next[1:]
			}
		}
		f.step(ins, audit, nr)
		for _, to := range possible {
			send(to, f)
		}
	})
	return at[end].shortest, at[end].longest
}

// arrival is what is known of all paths to an instruction.
type arrival struct {
	reached           bool
	known             bool   // whether A is the same on all of them, whatever the input
	a                 uint32 // that
	shortest, longest int    // instructions that ran before this one
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

// join adds another path.
func (f arrival) join(g arrival) arrival {
	switch {
	case !f.reached:
		return g
	case !g.reached:
		return f
	}
	f.known = f.known && g.known && f.a == g.a
	f.shortest, f.longest = min(f.shortest, g.shortest), max(f.longest, g.longest)
	return f
}
