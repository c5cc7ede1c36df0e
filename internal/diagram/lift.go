package diagram

import (
	"encoding/binary"
	"strconv"

	"golang.org/x/net/bpf"
)

// LiftError reports an instruction whose effect has no exact model here: one
// that computes with two values of the call, or adds to or multiplies one.
type LiftError struct {
	PC  int
	Msg string
}

func (e *LiftError) Error() string { return "instruction " + strconv.Itoa(e.PC) + ": " + e.Msg }

// Lift returns the denotation of a program that cbpf.Check accepts, for a kernel
// of that byte order. Results are what canon makes of the returned values. Errors
// are a *LiftError or ErrTooComplex.
//
// It executes the program with symbols for the words of seccomp_data, for all
// numbers at once. Instructions are taken in order, each with the numbers that
// reach it and the machine's state then. A test of the number divides these; a
// test of an argument follows both branches, and [Store.Choose] joins what they
// decide. Of the audit architecture an interval is known, which is divided where
// a test could hold or fail. Jumps lead forward only, so every path ends.
func Lift(s *Store, prog []bpf.RawInstruction, order binary.ByteOrder, canon func(uint32) uint32) (Denotation, error) {
	return lift(s, prog, order, canon, ^uint32(0), (*lifter).others)
}

// LiftPlain is Lift for programs that only load words, mask, jump and return, as
// this module's compiler makes them; any other instruction is a *LiftError. A
// program that only compiles needs no code for the others.
func LiftPlain(s *Store, prog []bpf.RawInstruction, order binary.ByteOrder, canon func(uint32) uint32) (Denotation, error) {
	return lift(s, prog, order, canon, ^uint32(0), nil)
}

// lift is Lift where no word of seccomp_data is above last, a power of two less
// one: the tests try all inputs of small words. Instructions that aren't plain
// are for others.
func lift(s *Store, prog []bpf.RawInstruction, order binary.ByteOrder, canon func(uint32) uint32, last uint32,
	others func(*lifter, int, state) (state, bool)) (Denotation, error) {
	l := &lifter{s: s, prog: prog, live: liveness(prog), canon: canon, word: last, other: others,
		waiting: make([]int32, len(prog)), memos: make([]int32, len(prog))}
	if order == binary.ByteOrder(binary.BigEndian) {
		l.swapped = 1
	}
	var m Denotation
	full := span{0, last}
	for arches := []span{full}; len(arches) > 0 && !l.stopped(); {
		at := arches[len(arches)-1]
		arches = arches[:len(arches)-1]
		l.arch, l.cut = at, cut{}
		l.run(full)
		if l.cut.at != 0 {
			arches = append(arches, span{l.cut.at, at.last}, span{at.first, l.cut.at - 1})
			continue
		}
		m = m.Append(at.first, l.numbers())
	}
	if l.err == nil {
		l.err = s.Err()
	}
	return m, l.err
}

// lifter is the symbolic execution of one program.
type lifter struct {
	s       *Store
	prog    []bpf.RawInstruction
	live    []uint64
	canon   func(uint32) uint32
	word    uint32 // the bits that a word can have
	swapped int    // 1 where the high half of a field comes first

	arch span // of audit architectures
	cut  cut  // of them, where not zero
	err  error

	waiting []int32 // by instruction, the last of its groups: 0 is none and i+1 is groups[i]
	groups  []group
	leaves  []Number // unordered
	parts   int      // spans of numbers so far

	// other runs an instruction that isn't plain, as exec does; nil refuses it.
	other func(l *lifter, pc int, st state) (_ state, done bool)

	cell  int     // counts the cells for which there are memos
	memos []int32 // by instruction, the last memo: 0 is none and i+1 is memo[i]
	memo  []memoized
	mems  []*scratchMemory // state.mem is an index, 0 the empty one
}

func (l *lifter) stopped() bool { return l.err != nil || l.s.full }

func (l *lifter) fail(pc int, msg string) {
	if l.err == nil {
		l.err = &LiftError{pc, msg}
	}
}
