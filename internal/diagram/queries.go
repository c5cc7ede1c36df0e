package diagram

import (
	"iter"
	"slices"
)

// Eval returns the result of r for these fields.
func (s *Store) Eval(r Ref, fields *[Fields]uint64) uint32 {
	n := s.nodes[r]
	for n.v != terminal {
		field, bit := n.v.Field()
		next := n.zero
		if fields[field]>>bit&1 != 0 {
			next = n.one
		}
		n = s.nodes[next]
	}
	return uint32(n.zero)
}

// Find sets fields to values for which r has the given result, and reports
// whether there are any.
func (s *Store) Find(r Ref, ret uint32, fields *[Fields]uint64) bool {
	s.seen.begin(len(s.nodes)) // below a node seen, unless it is on the path, ret isn't
	var walk func(Ref) bool
	walk = func(r Ref) bool {
		n := s.nodes[r]
		if n.v == terminal {
			return uint32(n.zero) == ret
		}
		if !s.step() || !s.seen.add(r) {
			return false
		}
		if walk(n.zero) {
			return true
		}
		field, bit := n.v.Field()
		fields[field] |= 1 << bit
		if walk(n.one) {
			return true
		}
		fields[field] &^= 1 << bit
		return false
	}
	return walk(r)
}

// Below returns the nodes of r, each before what it leads to.
func (s *Store) Below(r Ref) []Ref {
	var post []Ref
	s.seen.begin(len(s.nodes))
	var walk func(Ref)
	walk = func(r Ref) {
		if !s.step() || !s.seen.add(r) {
			return
		}
		if n := s.nodes[r]; n.v != terminal {
			walk(n.zero)
			walk(n.one)
		}
		post = append(post, r)
	}
	walk(r)
	slices.Reverse(post)
	return post
}

// Results returns the results of r, ascending.
func (s *Store) Results(r Ref) []uint32 {
	var rets []uint32
	for _, n := range s.Below(r) {
		if ret, ok := s.Terminal(n); ok {
			rets = append(rets, ret)
		}
	}
	slices.Sort(rets)
	return rets
}

// Bits returns the bits of r's first field on which r depends. It is not for
// terminals.
func (s *Store) Bits(r Ref) (field int, bits uint64) {
	field, _ = s.nodes[r].v.Field()
	s.seen.begin(len(s.nodes))
	var walk func(Ref)
	walk = func(r Ref) {
		n := s.nodes[r]
		f, bit := n.v.Field()
		if f != field || !s.step() || !s.seen.add(r) {
			return
		}
		bits |= 1 << bit
		walk(n.zero)
		walk(n.one)
	}
	walk(r)
	return field, bits
}

// visited is the set of nodes that a walk has seen.
type visited struct {
	last  []uint32 // by node, the epoch in which it was seen last
	epoch uint32
}

// begin forgets all of a store's n nodes.
func (v *visited) begin(n int) {
	if len(v.last) < n {
		v.last = append(v.last, make([]uint32, n-len(v.last))...)
	}
	if v.epoch++; v.epoch == 0 {
		clear(v.last)
		v.epoch = 1
	}
}

// add adds a node and reports whether it is new.
func (v *visited) add(r Ref) bool {
	if v.last[r] == v.epoch {
		return false
	}
	v.last[r] = v.epoch
	return true
}

// Interval is the values First to Last of some bits of a field, and the diagram
// of what remains to be decided for them.
type Interval struct {
	First, Last uint64
	Then        Ref
}

// Intervals returns the values of a field's n bits from bit low on, as ascending
// intervals that r doesn't tell apart: neighbours have different diagrams. Bits of
// the field above these must have been decided.
//
// A walk to the next interval takes at most 2n steps. Their number has no bound
// but that of the values: the caller stops at its own.
func (s *Store) Intervals(r Ref, field, low, n int) iter.Seq[Interval] {
	return func(yield func(Interval) bool) {
		w := intervalWalk{store: s, top: Bit(field, low+n-1), bottom: Bit(field, low), yield: yield}
		if w.walk(r, w.top, 0) {
			yield(w.pending)
		}
	}
}

// intervalWalk holds back the last interval, which the next one may extend.
type intervalWalk struct {
	store       *Store
	top, bottom Var // first and last of the bits
	pending     Interval
	started     bool
	yield       func(Interval) bool
}

// walk visits the values that begin with prefix, from bit v on, and reports
// whether to go on.
func (w *intervalWalk) walk(r Ref, v Var, prefix uint64) bool {
	n := w.store.nodes[r]
	if n.v < w.top || n.v > w.bottom {
		return w.add(prefix, prefix|(1<<(w.bottom-v+1)-1), r)
	}
	zero, one := w.store.cofactors(r, v)
	return w.walk(zero, v+1, prefix) && w.walk(one, v+1, prefix|1<<(w.bottom-v))
}

func (w *intervalWalk) add(first, last uint64, then Ref) bool {
	if w.started && w.pending.Then == then {
		w.pending.Last = last
		return true
	}
	old, had := w.pending, w.started
	w.pending, w.started = Interval{first, last, then}, true
	return !had || w.yield(old)
}
