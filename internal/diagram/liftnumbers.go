package diagram

import (
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/radix"
)

// group is the numbers that reach one instruction in one state.
type group struct {
	state state
	nrs   []span // ascending, unless mixed
	mixed bool
	next  int32 // group of the same instruction, as in lifter.waiting
}

// run executes the program for these numbers and l.arch, and puts what they lead to
// in l.leaves. It stops early if l.cut is set.
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

// arrive adds numbers that reach an instruction, and takes the slice over.
func (l *lifter) arrive(pc int, st state, nrs []span) {
	if len(nrs) == 0 || !l.s.work(1+len(nrs)) {
		return
	}
	l.forgetDead(pc, &st)
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

// leaf records what the numbers of a span lead to.
func (l *lifter) leaf(s span, r Ref) { l.leaves = append(l.leaves, Number{s.first, r}) }

// openArgs is advance for a test of an argument.
func (l *lifter) openArgs(pc int, st state, nrs []span) {
	if !l.dependsOnCell(pc, &st) {
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

// numbers returns the leaves in order.
func (l *lifter) numbers() []Number {
	// Sorting numbers needs no code of its own for another type.
	order := make([]uint64, len(l.leaves))
	for i, f := range l.leaves {
		order[i] = uint64(f.First)<<32 | uint64(i)
	}
	radix.Sort(order, 0)
	ns := make([]Number, 0, len(order))
	for _, o := range order {
		f := &l.leaves[uint32(o)]
		ns = AppendNumber(ns, f.First, f.Args)
	}
	return ns
}
