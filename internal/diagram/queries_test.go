package diagram

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Intervals are a partition of the values of which no two neighbours are decided
// alike, and each value is decided as its interval says.
func TestIntervals(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	const bits = 6
	for range 300 {
		s := NewStore()
		field, low := rnd.IntN(Fields), 32*rnd.IntN(2)
		r := s.Result(0)
		for range 1 + rnd.IntN(5) {
			x := Test{Op: Op(rnd.IntN(4)), K: rnd.Uint64() % (1 << bits) << low, Operand: Operand{Field: uint8(field), Keep: (1<<bits - 1) << low}}
			r = s.Choose(x, s.Result(rnd.Uint32()%3), r)
		}
		is := slices.Collect(s.Intervals(r, field, low, bits))
		next := uint64(0)
		for i, iv := range is {
			if iv.First != next || iv.Last < iv.First || i > 0 && is[i-1].Then == iv.Then {
				t.Fatalf("%v after %v", iv, is[:i])
			}
			for v := iv.First; v <= iv.Last; v++ {
				fields := [Fields]uint64{}
				fields[field] = v << low
				if got, want := s.Eval(iv.Then, &fields), s.Eval(r, &fields); got != want {
					t.Fatalf("%d is %d by %v, want %d", v, got, iv, want)
				}
			}
			next = iv.Last + 1
		}
		if next != 1<<bits {
			t.Fatalf("the intervals end at %d: %v", next, is)
		}
	}
	one := NewStore()
	whole := slices.Collect(one.Intervals(one.Result(0), FieldIP, 0, 64))
	if len(whole) != 1 || whole[0].First != 0 || whole[0].Last != ^uint64(0) {
		t.Errorf("all values: %v", whole)
	}
}

// A caller that stops early gets no more.
func TestIntervalsStop(t *testing.T) {
	s := NewStore()
	parity := s.Node(Bit(FieldArg0, 0), s.Result(0), s.Result(1)) // 2^32 intervals
	n := 0
	for iv := range s.Intervals(parity, FieldArg0, 0, 32) {
		if iv.First != uint64(n) || iv.Last != uint64(n) {
			t.Fatalf("%v", iv)
		}
		if n++; n == 100 {
			break
		}
	}
}
