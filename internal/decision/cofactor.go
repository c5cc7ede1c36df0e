package decision

import "math/bits"

// answer is what is known of a test.
type answer uint8

const (
	unknown answer = iota
	always
	never
)

func answerOf(holds bool) answer {
	if holds {
		return always
	}
	return never
}

// over answers a test for all values of its word from first to last.
func (t Test) over(first, last uint32) answer {
	switch varying := uint32(1)<<bits.Len32(first^last) - 1; {
	case t.Op == AnyBit && t.K&varying == 0:
		return answerOf(first&t.K != 0)
	case t.Op == AnyBit:
		return unknown
	case t.Mask != AllBits:
		if t.Mask&varying != 0 {
			return unknown
		}
		first &= t.Mask
		last = first
	}
	x, y := t.holds(first), t.holds(last)
	if t.Op == Equal && first < t.K && t.K < last || x != y {
		return unknown
	}
	return answerOf(x)
}

// cofactorByRange returns what n decides where a word is first to last.
func (r *Rewriter) cofactorByRange(n Node, word uint8, first, last uint32) Node {
	r.newEpoch()
	return r.cofactor(n, func(t Test) answer {
		if t.Word != word {
			return unknown
		}
		return t.over(first, last)
	})
}

// cofactorByTest returns what n decides where t holds or doesn't.
func (r *Rewriter) cofactorByTest(n Node, t Test, holds bool) Node {
	r.newEpoch()
	return r.cofactor(n, func(u Test) answer {
		if u == t {
			return answerOf(holds)
		}
		return unknown
	})
}

// cofactor returns n without the tests that known answers.
func (r *Rewriter) cofactor(n Node, known func(Test) answer) Node {
	d := r.Graph.nodes[n]
	if d.IsLeaf() {
		return n
	}
	if r.visited[n] == r.epoch {
		return r.cofactors[n]
	}
	if r.left--; r.left <= 0 || len(r.Graph.nodes) > maxNodes/2 {
		r.left = 0
		return n
	}
	var m Node
	switch known(d.Test) {
	case always:
		m = r.cofactor(d.Yes, known)
	case never:
		m = r.cofactor(d.No, known)
	default:
		m = r.Graph.Decide(d.Test, r.cofactor(d.Yes, known), r.cofactor(d.No, known))
	}
	r.visited[n], r.cofactors[n] = r.epoch, m
	return m
}
