package diagram

import (
	"encoding/binary"
	"slices"
	"strconv"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// LiftError reports an instruction whose effect has no exact meaning here: one
// that computes with two values of the call, or adds to or multiplies one.
type LiftError struct {
	PC  int
	Msg string
}

func (e *LiftError) Error() string { return "instruction " + strconv.Itoa(e.PC) + ": " + e.Msg }

// Lift returns the meaning of a program that cbpf.Check accepts, for a kernel of
// that byte order. Results are what canon makes of the returned values. Errors
// are a *LiftError or ErrTooComplex.
//
// The program is executed with symbols for the words of seccomp_data, for all
// numbers at once: each instruction is met, in order, with the numbers that come
// to it and what the machine holds then. A test of the number divides them; a
// test of an argument goes both ways, and what comes of these is joined by
// [Store.Choose]. Of the audit architecture an interval is known, which is
// divided where a test could go both ways. Jumps lead forward only, so every way
// ends.
func Lift(s *Store, prog []bpf.RawInstruction, order binary.ByteOrder, canon func(uint32) uint32) (Meaning, error) {
	return lift(s, prog, order, canon, ^uint32(0), (*lifter).others)
}

// LiftPlain is Lift for programs that only load words, mask, jump and return, as
// this module's compiler makes them. Any other instruction is a *LiftError. It is
// for those who don't want the code for the others in their programs.
func LiftPlain(s *Store, prog []bpf.RawInstruction, order binary.ByteOrder, canon func(uint32) uint32) (Meaning, error) {
	return lift(s, prog, order, canon, ^uint32(0), nil)
}

// lift is Lift where no word of seccomp_data is above last, a power of two less
// one: the tests try all inputs of small words. Instructions that aren't plain
// are for others.
func lift(s *Store, prog []bpf.RawInstruction, order binary.ByteOrder, canon func(uint32) uint32, last uint32,
	others func(*lifter, int, state) (state, bool)) (Meaning, error) {
	l := &lifter{s: s, prog: prog, live: liveness(prog), canon: canon, word: last, other: others,
		waiting: make([]int32, len(prog)), memos: make([]int32, len(prog))}
	if order == binary.ByteOrder(binary.BigEndian) {
		l.swapped = 1
	}
	var m Meaning
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
	leaves  []leaf
	parts   int // spans of numbers so far

	// other runs an instruction that isn't plain, as exec does; nil refuses it.
	other func(l *lifter, pc int, st state) (_ state, done bool)

	cell  int     // counts the cells for which there are memos
	memos []int32 // by instruction, the last memo: 0 is none and i+1 is memo[i]
	memo  []memoized
	mems  []*scratchMemory // state.mem is an index, 0 the empty one
}

// group is the numbers that come to one instruction in one state.
type group struct {
	state state
	nrs   []span // ascending, unless mixed
	mixed bool
	next  int32 // group of the same instruction, as in lifter.waiting
}

// leaf is what becomes of some numbers.
type leaf struct {
	span
	ref Ref
}

// memoized is the meaning of the program from one instruction on.
type memoized struct {
	state state
	cell  int // for which it holds; 0 is all
	ref   Ref
	next  int32 // memo of the same instruction, as in lifter.memos
}

// cell is what is known of the audit architecture and of the number.
type cell struct{ arch, nr span }

// cut is where a cell must be divided: nr or the audit architecture, before at.
type cut struct {
	nr bool
	at uint32
}

// state is what the machine holds, and what a test has told of one word.
type state struct {
	a, x  value
	mem   int
	known fact
}

// fact is that a word of an argument has this value. The zero fact is none.
type fact struct {
	word  uint8
	value uint32
}

func (l *lifter) stopped() bool { return l.err != nil || l.s.full }

// run executes the program for these numbers and l.arch, and leaves what becomes
// of them in l.leaves. It stops early if l.cut is set.
func (l *lifter) run(nrs span) {
	l.s.work(32 + len(l.prog)/8)
	l.leaves, l.groups = l.leaves[:0], l.groups[:0]
	clear(l.waiting)
	l.arrive(0, state{}, []span{nrs})
	for pc := range l.prog {
		for i := l.waiting[pc]; i != 0 && l.cut.at == 0 && !l.stopped(); {
			g := l.groups[i-1]
			if g.mixed {
				g.nrs = joined(g.nrs)
			}
			l.advance(pc, g.state, g.nrs)
			i = g.next
		}
	}
}

// arrive adds numbers that come to an instruction. They are the caller's no more.
func (l *lifter) arrive(pc int, st state, nrs []span) {
	if len(nrs) == 0 || !l.s.work(1+len(nrs)) {
		return
	}
	l.mask(pc, &st)
	for i := l.waiting[pc]; i != 0 && l.s.step(); {
		g := &l.groups[i-1]
		if g.state == st {
			g.nrs, g.mixed = append(g.nrs, nrs...), true
			return
		}
		i = g.next
	}
	l.groups = append(l.groups, group{state: st, nrs: nrs, next: l.waiting[pc]})
	l.waiting[pc] = int32(len(l.groups))
}

// advance executes one instruction.
func (l *lifter) advance(pc int, st state, nrs []span) {
	next, n := cbpf.Next(l.prog, pc)
	if n < 2 {
		r, done := Ref(0), n == 0
		if done {
			r = l.result(pc, &st)
		} else if done = l.exec(pc, &st); done {
			r = l.s.Result(l.canon(0))
		}
		if !done {
			l.arrive(next[0], st, nrs)
			return
		}
		for _, s := range nrs {
			l.leaf(s, r)
		}
		return
	}
	t, ok := l.test(pc, &st)
	if !ok {
		return
	}
	if t.a.keep != 0 && t.a.word == wordNr {
		yes, no := l.divide(t, nrs)
		l.arrive(next[0], st, yes)
		l.arrive(next[1], st, no)
		return
	}
	switch o, where := l.decide(t, cell{l.arch, nrs[0]}); {
	case o == holds:
		l.arrive(next[0], st, nrs)
	case o == fails:
		l.arrive(next[1], st, nrs)
	case where.at != 0:
		l.cut = where
	default:
		l.openArgs(pc, st, nrs)
	}
}

//go:noinline
func (l *lifter) leaf(s span, r Ref) { l.leaves = append(l.leaves, leaf{s, r}) }

// openArgs is advance for a test of an argument.
func (l *lifter) openArgs(pc int, st state, nrs []span) {
	if !l.ofCell(pc, &st) {
		r, _ := l.args(pc, st, cell{l.arch, nrs[0]})
		for _, s := range nrs {
			l.leaf(s, r)
		}
		return
	}
	todo := make([]span, len(nrs))
	for i := range nrs {
		todo[len(nrs)-1-i] = nrs[i]
	}
	for len(todo) > 0 && !l.stopped() {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		l.cell++
		r, where := l.args(pc, st, cell{l.arch, s})
		switch {
		case where.at == 0:
			l.leaf(s, r)
		case where.nr:
			l.part()
			todo = append(todo, span{where.at, s.last}, span{s.first, where.at - 1})
		default:
			l.cut = where
			return
		}
	}
}

// numbers returns the leaves as a part of a meaning.
func (l *lifter) numbers() []Number {
	// Sorting numbers needs no code of its own for another type.
	order := make([]uint64, len(l.leaves))
	for i, f := range l.leaves {
		order[i] = uint64(f.first)<<32 | uint64(i)
	}
	Sort(order, 0)
	ns := make([]Number, 0, len(order))
	for _, o := range order {
		f := &l.leaves[uint32(o)]
		ns = AppendNumber(ns, f.first, f.ref)
	}
	return ns
}

// args returns the diagram of the program from pc on for every number in c, or
// where c must be divided first. Where a fact is known the diagram may be wrong
// for inputs of which it isn't true: programs test the halves of an argument in
// turn, and again for each constant, which would else become a diagram of all
// ways to combine these tests.
func (l *lifter) args(pc int, st state, c cell) (Ref, cut) {
	for l.s.step() {
		l.mask(pc, &st)
		id := 0
		if l.ofCell(pc, &st) {
			id = l.cell
		}
		old := int32(0) // a memo of a cell that has passed
		for i := l.memos[pc]; i != 0 && l.s.step(); {
			m := &l.memo[i-1]
			if m.cell != 0 && m.cell != l.cell {
				old = i
			} else if m.state == st {
				return m.ref, cut{}
			}
			i = m.next
		}
		next, n := cbpf.Next(l.prog, pc)
		switch {
		case n == 0:
			return l.result(pc, &st), cut{}
		case n == 1:
			if l.exec(pc, &st) {
				return l.s.Result(l.canon(0)), cut{}
			}
			pc = next[0]
			continue
		}
		t, ok := l.test(pc, &st)
		if !ok {
			return 0, cut{}
		}
		o, where := l.decide(t, c)
		if o != open {
			pc = next[1]
			if o == holds {
				pc = next[0]
			}
			continue
		}
		if where.at != 0 {
			return 0, where
		}
		yes, where := l.args(next[0], l.learn(t, st), c)
		if where.at != 0 || l.stopped() {
			return 0, where
		}
		no, where := l.args(next[1], st, c)
		if where.at != 0 || l.stopped() {
			return 0, where
		}
		r := l.s.Choose(l.argTest(t), yes, no)
		if old != 0 {
			m := &l.memo[old-1]
			m.state, m.cell, m.ref = st, id, r
			return r, cut{}
		}
		l.memo = append(l.memo, memoized{st, id, r, l.memos[pc]})
		l.memos[pc] = int32(len(l.memo))
		return r, cut{}
	}
	return 0, cut{}
}

// learn returns the state after t was found to hold.
func (l *lifter) learn(t wordTest, st state) state {
	if t.code == cbpf.JeqK && t.plain(l.word) {
		st.known = fact{t.a.word, t.k}
		st.a = constant(t.k)
	}
	return st
}

// result returns the diagram of a return.
func (l *lifter) result(pc int, st *state) Ref {
	k := l.prog[pc].K
	if l.prog[pc].Op == cbpf.RetA {
		if st.a.keep != 0 {
			l.fail(pc, "returns a value of the call")
			return 0
		}
		k = st.a.flip
	}
	return l.s.Result(l.canon(k))
}

func (l *lifter) fail(pc int, msg string) {
	if l.err == nil {
		l.err = &LiftError{pc, msg}
	}
}

// mask forgets what the program doesn't look at from pc on, so that states which
// differ in nothing else are one.
func (l *lifter) mask(pc int, st *state) {
	live := l.live[pc]
	if live&(liveWord<<st.known.word) == 0 {
		st.known = fact{}
	}
	if live&liveA == 0 {
		st.a = value{}
	}
	if live&liveX == 0 {
		st.x = value{}
	}
	if st.mem != 0 {
		mem := *l.mems[st.mem]
		for i := range mem {
			if live&(liveMem<<i) == 0 {
				mem[i] = value{}
			}
		}
		st.mem = l.memory(&mem)
	}
}

// ofCell reports whether what the program does from pc on depends on the audit
// architecture or the number.
func (l *lifter) ofCell(pc int, st *state) bool {
	of := func(v value) bool { return v.keep != 0 && v.word < wordArgs }
	return l.live[pc]&liveCell != 0 || of(st.a) || of(st.x) ||
		st.mem != 0 && slices.ContainsFunc(l.mems[st.mem][:], of)
}

// memory returns the index of a scratch memory, which is the caller's no more.
func (l *lifter) memory(mem *scratchMemory) int {
	if l.mems == nil {
		l.mems = []*scratchMemory{new(scratchMemory)}
	}
	l.s.steps += len(l.mems)
	for i, m := range l.mems {
		if *m == *mem {
			return i
		}
	}
	l.mems = append(l.mems, mem)
	return len(l.mems) - 1
}
