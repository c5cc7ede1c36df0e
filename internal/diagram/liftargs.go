package diagram

import (
	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// memoized is the diagram of the program from one instruction on.
type memoized struct {
	state state
	cell  int // for which it is right; 0 is all
	ref   Ref
	next  int32 // memo of the same instruction, as in lifter.memos
}

// args returns the diagram of the program from pc on for every number in c, or
// where c must be divided first.
//
// Where a fact is known the diagram may be wrong for inputs of which it isn't
// true. Programs test the halves of an argument in turn, and again for each
// constant; without facts the diagram would have all combinations of these tests.
func (l *lifter) args(pc int, st state, c cell) (Ref, cut) {
	for l.s.step() {
		l.forgetDead(pc, &st)
		r, reuse, ok := l.recall(pc, &st)
		if ok {
			return r, cut{}
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
		switch o, where := l.decide(t, c); {
		case o == holds:
			pc = next[0]
		case o == fails:
			pc = next[1]
		case where.at != 0:
			return 0, where
		default:
			r, where := l.branches(t, next, st, c)
			if where.at == 0 && !l.stopped() {
				l.remember(pc, st, r, reuse)
			}
			return r, where
		}
	}
	return 0, cut{}
}

// branches returns the diagram of a test of an argument and of what follows on
// both sides.
func (l *lifter) branches(t wordTest, next [2]int, st state, c cell) (Ref, cut) {
	yes, where := l.args(next[0], l.learn(t, st), c)
	if where.at != 0 || l.stopped() {
		return 0, where
	}
	no, where := l.args(next[1], st, c)
	if where.at != 0 || l.stopped() {
		return 0, where
	}
	return l.s.Choose(l.argTest(t), yes, no), cut{}
}

// recall returns what is remembered of the program from pc on, if anything, and
// otherwise a memo that is out of date and can be used again; 0 is none.
func (l *lifter) recall(pc int, st *state) (r Ref, reuse int32, ok bool) {
	for i := l.memos[pc]; i != 0 && l.s.step(); {
		m := &l.memo[i-1]
		if m.cell != 0 && m.cell != l.cell {
			reuse = i
		} else if m.state == *st {
			return m.ref, 0, true
		}
		i = m.next
	}
	return 0, reuse, false
}

// remember stores the diagram of the program from pc on.
func (l *lifter) remember(pc int, st state, r Ref, reuse int32) {
	id := 0
	if l.dependsOnCell(pc, &st) {
		id = l.cell
	}
	if reuse != 0 {
		m := &l.memo[reuse-1]
		m.state, m.cell, m.ref = st, id, r
		return
	}
	l.memo = append(l.memo, memoized{st, id, r, l.memos[pc]})
	l.memos[pc] = int32(len(l.memo))
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
