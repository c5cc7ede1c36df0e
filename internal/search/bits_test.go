package search

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/portcullis-go/portcullis/internal/decision"
)

// TestSplitByBits looks at all values of both sides.
func TestSplitByBits(t *testing.T) {
	const n = 64 // values, and masks of the same bits
	rnd := rand.New(rand.NewPCG(4, 5))
	for mask := uint32(1); mask < n; mask++ {
		for range 20 {
			is := within(randomIntervals(rnd, 1+rnd.IntN(16), rnd.IntN(4), []decision.Node{0, 1, 2}), n)
			set, clear := splitByBits(is, mask)
			total := sumOf(set) + sumOf(clear)
			if off := int(total) - int(sumOf(is)); off > len(is) || off < -len(is) {
				t.Fatalf("mask %#x: %d become %d: %v, %v, %v", mask, sumOf(is), total, is, set, clear)
			}
			for v := range uint32(n) {
				want, side, other := nodeIn(is, v), set, clear
				if v&mask == 0 {
					side, other = clear, set
				}
				if want >= 0 && nodeIn(side, v) != want {
					t.Fatalf("mask %#x: %d is decided as %d, want %d: %v, %v", mask, v, nodeIn(side, v), want, is, side)
				}
				wantNoEnd(t, mask, v, other)
			}
			wantAscending(t, set)
			wantAscending(t, clear)
		}
	}
}

// wantNoEnd wants no interval to begin or end with v, which is on the other side.
func wantNoEnd(t *testing.T, mask, v uint32, is []interval) {
	t.Helper()
	for _, i := range is {
		if v == i.First || v == i.Last {
			t.Fatalf("mask %#x: %d is on the wrong side: %v", mask, v, is)
		}
	}
}

// within returns the intervals below n.
func within(is []interval, n uint32) []interval {
	for len(is) > 1 && is[len(is)-1].Last >= n {
		is = is[:len(is)-1]
	}
	is[len(is)-1].Last = min(is[len(is)-1].Last, n-1)
	return is
}

// nodeIn returns what intervals decide for v, or -1 where v lies between them.
func nodeIn(is []interval, v uint32) decision.Node {
	for _, i := range is {
		if i.First <= v && v <= i.Last {
			return i.Node
		}
	}
	return -1
}

func wantAscending(t *testing.T, is []interval) {
	t.Helper()
	for k, i := range is {
		if i.First > i.Last || i.Weight == 0 || k > 0 && (is[k-1].Last >= i.First || is[k-1].Node == i.Node) {
			t.Fatalf("interval %d of %v", k, is)
		}
	}
}

// TestFirstLast holds firstFrom and lastUpTo against all values.
func TestFirstLast(t *testing.T) {
	for _, base := range []uint32{0, 1 << 31, 1<<32 - 64} {
		for mask := uint32(1); mask < 64; mask++ {
			for i := range uint32(64) {
				for _, set := range []bool{false, true} {
					checkFirst(t, base+i, mask, set)
					checkLast(t, base+i, mask, set)
				}
			}
		}
	}
}

func checkFirst(t *testing.T, v, mask uint32, set bool) {
	t.Helper()
	want := uint64(v)
	for want < 1<<32 && (uint32(want)&mask != 0) != set {
		want++
	}
	ok := want < 1<<32
	if got, found := firstFrom(v, mask, set); found != ok || ok && uint64(got) != want {
		t.Fatalf("from %#x on mask %#x is %v first at %#x (%v), want %#x", v, mask, set, got, found, want)
	}
}

func checkLast(t *testing.T, v, mask uint32, set bool) {
	t.Helper()
	want := int64(v)
	for want >= 0 && (uint32(want)&mask != 0) != set {
		want--
	}
	if want < 0 {
		return // there must be one
	}
	if got := lastUpTo(v, mask, set); int64(got) != want {
		t.Fatalf("up to %#x mask %#x is %v last at %#x, want %#x", v, mask, set, got, want)
	}
}

// TestPartWeight divides the weight of narrow intervals exactly.
func TestPartWeight(t *testing.T) {
	for _, i := range []interval{{First: 0, Last: 0, Weight: 7}, {First: 5, Last: 37, Weight: 1000}, {First: 64, Last: 127, Weight: maxWeight}, {First: 3, Last: 3 + 1023, Weight: maxWeight}} {
		for mask := uint32(1); mask < 256; mask++ {
			sum := uint64(0)
			for v := i.First; v <= i.Last; v++ {
				if v&mask != 0 {
					sum++
				}
			}
			values := uint64(i.Last - i.First + 1)
			set, clear := partWeight(&i, mask, true), partWeight(&i, mask, false)
			if uint64(set) != sum*i.Weight/values || uint64(clear) != (values-sum)*i.Weight/values {
				t.Fatalf("%v under %#x: %d and %d", i, mask, set, clear)
			}
		}
	}
	if w := partWeight(&interval{First: 0, Last: math.MaxUint32, Weight: 9}, 1, true); w != 4 {
		t.Errorf("half of a wide interval that weighs 9: %d", w)
	}
}

// TestLog2 wants logarithms that are exact at powers of two, and between them by less
// than 0.09.
func TestLog2(t *testing.T) {
	for n := range 32 {
		for _, v := range []uint64{1 << n, 3 << n >> 1, 5 << n >> 2, 7 << n >> 2, 2<<n - 1} {
			if v == 0 || v > math.MaxUint32 {
				continue
			}
			off := math.Log2(float64(v)) - float64(log2(uint32(v)))/256
			if off < 0 || off > 0.09 || v&(v-1) == 0 && off != 0 {
				t.Errorf("log2(%d) is off by %f", v, off)
			}
		}
	}
}
