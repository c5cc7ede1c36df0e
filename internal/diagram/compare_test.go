package diagram

import "testing"

// holds is what a test of a number means.
func (t Test) holds(v uint64) bool {
	switch t.Op {
	case Equal:
		return v == t.K
	case Greater:
		return v > t.K
	case GreaterEqual:
		return v >= t.K
	}
	return v&t.K != 0
}

// TestEveryTest compares Choose with the comparison itself, for every operator,
// constant, mask and inversion on operands of three and four bits at several
// places of a field.
func TestEveryTest(t *testing.T) {
	for _, width := range []int{3, 4} {
		for _, shift := range []int{0, 2, 60, -1, -32, -60} {
			n := uint64(1) << width
			for op := Equal; op <= AnyBit; op++ {
				for bits := range n * n * n {
					x := Test{Op: op, K: bits / n / n, Operand: Operand{Keep: bits % n, Flip: bits / n % n}}
					everyValue(t, x, n, shift)
				}
			}
		}
	}
}

// everyValue tries a test of the numbers below n, with the operand's bits shifted
// to another place of the field.
func everyValue(t *testing.T, x Test, n uint64, shift int) {
	shifted := x
	shifted.Operand.Shift = int8(shift)
	if shift > 0 { // the operand's low bits are 0, the field's high ones out of it
		shifted.Operand.Keep <<= shift
		shifted.Operand.Flip <<= shift
		shifted.K <<= shift
	}
	s := NewStore()
	r := s.Choose(shifted, s.Result(1), s.Result(0))
	for v := range n {
		field := v << max(-shift, 0)
		want := uint32(0)
		if x.holds(v&x.Operand.Keep ^ x.Operand.Flip) {
			want = 1
		}
		if got := s.Eval(r, &[Fields]uint64{FieldArg0: field}); got != want {
			t.Fatalf("%+v of %#x: %d", shifted, field, got)
		}
	}
}
