package cbpf

import "golang.org/x/net/bpf"

// Next returns the instructions that can follow instruction pc of a checked
// program: none after a return, two after a conditional jump, whose first is
// the one taken where its test holds.
func Next(prog []bpf.RawInstruction, pc int) (next [2]int, n int) {
	ins := prog[pc]
	switch lookup(ins.Op).verb {
	case ret:
		return next, 0
	case jump:
		return [2]int{pc + 1 + int(ins.K)}, 1
	case branch:
		return [2]int{pc + 1 + int(ins.Jt), pc + 1 + int(ins.Jf)}, 2
	}
	return [2]int{pc + 1}, 1
}

// SetsA reports whether an operation changes the accumulator.
func SetsA(code uint16) bool {
	v := lookup(code).verb
	return v == setA || v == compute
}

// Compute returns what an arithmetic operation makes of the accumulator and its
// operand. It reports false where the program ends with 0 instead, on a division
// by zero.
func Compute(code uint16, a, operand uint32) (uint32, bool) {
	if (code == DivX || code == DivK) && operand == 0 {
		return 0, false
	}
	return lookup(code).name.compute(a, operand), true
}

// Holds reports whether a conditional jump's test holds.
func Holds(code uint16, a, operand uint32) bool { return lookup(code).name.holds(a, operand) }

// UsesX reports whether an operation's operand is the index register.
func UsesX(code uint16) bool { return lookup(code).from == regX }

// Forward is a forward data-flow analysis. It visits the instructions in program
// order, each with what is known before it, and returns that for each
// instruction and, at the index after the last, for the end of the program.
//
// A visit sends what it knows to the instructions that follow it; those of a
// checked program are in [Next]. What is sent to one place from several is
// joined. Jumps lead forward only, so that everything has arrived at an
// instruction when its turn comes. At first start is known of the first
// instruction and none, the neutral element of join, of all others: a visit that
// gets none is of an instruction that nothing leads to.
func Forward[F any](prog []bpf.RawInstruction, start, none F, join func(a, b F) F,
	visit func(pc int, before F, send func(to int, f F))) []F {
	at := make([]F, len(prog)+1)
	for i := range at {
		at[i] = none
	}
	at[0] = join(none, start)
	send := func(to int, f F) { at[to] = join(at[to], f) }
	for pc := range prog {
		visit(pc, at[pc], send)
	}
	return at
}
