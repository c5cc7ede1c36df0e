package diagram

import "math/bits"

// Op is a comparison of an operand with a constant, unsigned.
type Op uint8

// The comparisons. The others are one of these with its branches exchanged.
const (
	Equal        Op = iota
	Greater         // operand > constant
	GreaterEqual    // operand >= constant
	AnyBit          // operand & constant != 0
)

// Operand is a number of up to 64 bits made of bits of a field: bit i is bit
// i-Shift of the field where Keep has bit i and 0 elsewhere, and inverted where
// Flip has bit i. The zero Operand is the constant 0.
type Operand struct {
	Field uint8
	Shift int8
	Keep  uint64
	Flip  uint64
}

// Test compares an operand with a constant.
type Test struct {
	Op      Op
	Operand Operand
	K       uint64
}

// Choose returns the diagram that is yes where t holds and no elsewhere.
func (s *Store) Choose(t Test, yes, no Ref) Ref {
	if yes == no || s.full {
		return yes
	}
	if t.Op == AnyBit {
		t.Operand.Keep &= t.K
		t.Operand.Flip &= t.K
	}
	lowest := t.lowest()
	if min(s.nodes[yes].v, s.nodes[no].v) > lowest {
		return s.chain(t, yes, no)
	}
	s.cache.begin()
	return s.choose(t, 63, yes, no)
}

// lowest returns the last variable on which t depends, or the first of all if
// it depends on none.
func (t Test) lowest() Var {
	if t.Operand.Keep == 0 {
		return 0
	}
	return Bit(int(t.Operand.Field), bits.TrailingZeros64(t.Operand.Keep)-int(t.Operand.Shift))
}

// chain is Choose where all variables of yes and no come after those of t.
func (s *Store) chain(t Test, yes, no Ref) Ref {
	r := t.end().pick(yes, no)
	n := bits.Len64(t.Operand.Keep | t.Operand.Flip | t.K)
	if !s.work(n) {
		return r
	}
	for i := range n {
		flip := t.Operand.Flip >> i & 1
		if t.Operand.Keep>>i&1 == 0 {
			if o := t.bit(i, flip); o != open {
				r = o.pick(yes, no)
			}
			continue
		}
		zero, one := r, r
		if o := t.bit(i, flip); o != open {
			zero = o.pick(yes, no)
		}
		if o := t.bit(i, 1^flip); o != open {
			one = o.pick(yes, no)
		}
		r = s.Node(Bit(int(t.Operand.Field), i-int(t.Operand.Shift)), zero, one)
	}
	return r
}

// outcome is what the bits of the operand so far decide of a test.
type outcome uint8

const (
	open outcome = iota // later bits decide
	holds
	fails
)

// bit returns the outcome if bit i of the operand is b and the bits above it left
// the test open.
func (t Test) bit(i int, b uint64) outcome {
	k := t.K >> i & 1
	switch {
	case t.Op == AnyBit && b&k != 0:
		return holds
	case t.Op == AnyBit, b == k:
		return open
	case t.Op == Equal || b < k:
		return fails
	}
	return holds
}

// end returns the outcome if all bits left the test open.
func (t Test) end() outcome {
	if t.Op == Equal || t.Op == GreaterEqual {
		return holds
	}
	return fails
}

// choose builds the test from bit i of the operand downwards, all bits above it
// having left the test open. Where yes and no don't depend on variables before
// that bit's, this makes one node a bit.
func (s *Store) choose(t Test, i int, yes, no Ref) Ref {
	if yes == no || !s.step() {
		return yes
	}
	for ; i >= 0 && t.Operand.Keep>>i&1 == 0; i-- {
		if o := t.bit(i, t.Operand.Flip>>i&1); o != open {
			return o.pick(yes, no)
		}
	}
	if i < 0 {
		return t.end().pick(yes, no)
	}
	v := Bit(int(t.Operand.Field), i-int(t.Operand.Shift))
	if top := min(s.nodes[yes].v, s.nodes[no].v); top < v {
		return s.descend(t, i, top, yes, no)
	}
	yes0, yes1 := s.cofactors(yes, v)
	no0, no1 := s.cofactors(no, v)
	flip := t.Operand.Flip >> i & 1
	// Of the two values of a bit that counts, one at least decides, so that
	// only one is followed further.
	return s.Node(v, s.follow(t, i, flip, yes0, no0), s.follow(t, i, 1^flip, yes1, no1))
}

// follow is choose for bit i being b.
func (s *Store) follow(t Test, i int, b uint64, yes, no Ref) Ref {
	if o := t.bit(i, b); o != open {
		return o.pick(yes, no)
	}
	return s.choose(t, i-1, yes, no)
}

// descend is choose below a variable that yes or no tests before the operand's
// bit i: one of an earlier field, or one that the operand leaves out. Different
// paths meet again, which the cache notices.
func (s *Store) descend(t Test, i int, top Var, yes, no Ref) Ref {
	k := key{int32(i), yes, no}
	if r, ok := s.cache.get(k); ok {
		return r
	}
	yes0, yes1 := s.cofactors(yes, top)
	no0, no1 := s.cofactors(no, top)
	r := s.Node(top, s.choose(t, i, yes0, no0), s.choose(t, i, yes1, no1))
	s.cache.put(k, r)
	return r
}

func (o outcome) pick(yes, no Ref) Ref {
	if o == holds {
		return yes
	}
	return no
}
