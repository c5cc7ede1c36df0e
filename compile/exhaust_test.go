package compile

import (
	"math"
	"math/rand/v2"
	"testing"
)

// What exhaust returns is no dearer than what it is given, as it reckons, and
// decides the same; and what is found costs less than what was there.
func TestExhaust(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 3))
	n := 1200
	if testing.Short() {
		n = 200
	}
	cheaper, dearer, sum, worst := 0, 0, 0.0, 0.0
	for i := range n {
		w, leaves := newSearch(2+rnd.IntN(5), true)
		wide := rnd.IntN(3)
		ps := randomSpans(rnd, 2+rnd.IntN(30), wide, leaves)
		w.fee = max(weightOf(ps)/feeShare, 1)
		planned, before := w.tree(ps)
		found, after := w.exhaust(ps, planned, before)
		if after > before || (found == planned) != (after == before) {
			t.Fatalf("%d: %d was %d: %v", i, after, before, ps)
		}
		x, y := walked(t, w, planned, ps), walked(t, w, found, ps)
		if x != before {
			t.Fatalf("%d: planned at %d, costs %d: %v", i, before, x, ps)
		}
		if found == planned || wide > 0 {
			continue
		}
		ratio := float64(y) / float64(x)
		cheaper++
		sum += ratio
		if worst = max(worst, ratio); ratio > 1 {
			dearer++
		}
	}
	t.Logf("something cheaper in %d lists, in the mean at %.4f of the plan's cost; %d are really dearer, by up to %.1f %%",
		cheaper, sum/float64(cheaper), dearer, 100*(worst-1))
	if cheaper == 0 || sum > 0.96*float64(cheaper) || dearer > 0 {
		t.Error("that is of little use")
	}
}

// search finds the interval of any value, whatever it weighs and with any passes.
func TestSearch(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 4))
	for i := range 800 {
		w, leaves := newSearch(2+rnd.IntN(6), rnd.IntN(2) == 0)
		w.Passes = Passes(rnd.Uint32()) & AllPasses
		w.patient = rnd.IntN(2) == 0
		is := []interval{{node: leaves[0], weight: rnd.Uint64() >> rnd.IntN(64) >> 12}}
		for range rnd.IntN(120) {
			is = append(is, interval{uint32(rnd.Uint64() >> (32 + rnd.IntN(32))), leaves[rnd.IntN(len(leaves))], rnd.Uint64() >> rnd.IntN(64) >> 12})
		}
		is = ascending(is)
		n := w.search(wordNr, is)
		for j := range is {
			last := uint32(math.MaxUint32)
			if j+1 < len(is) {
				last = is[j+1].first - 1
			}
			for _, v := range []uint32{is[j].first, last, is[j].first + (last-is[j].first)/2} {
				if leaf, _ := w.follows(n, v); leaf != is[j].node {
					t.Fatalf("%d: passes %v: %#x is decided as %d, want %d", i, w.Passes, v, leaf, is[j].node)
				}
			}
		}
	}
}

// ascending returns intervals by their first value, which is 0 in the first and
// never twice the same.
func ascending(is []interval) []interval {
	var order list
	for i := range is {
		order.pair(is[i].first, i)
	}
	order.set()
	var out []interval
	for _, o := range order {
		if i := is[uint32(o)]; len(out) == 0 || out[len(out)-1].first != i.first {
			out = append(out, i)
		}
	}
	out[0].first = 0
	return out
}

// bySet, above, below and share, by looking at all values.
func TestBySet(t *testing.T) {
	const n = 64 // values, and masks of the same bits
	leaves := []node{0, 1, 2}
	rnd := rand.New(rand.NewPCG(4, 5))
	for mask := uint32(1); mask < n; mask++ {
		for range 20 {
			ps := within(randomSpans(rnd, 1+rnd.IntN(16), rnd.IntN(4), leaves), n)
			set, clear := bySet(ps, mask)
			total := weightOf(set) + weightOf(clear)
			if off := int(total) - int(weightOf(ps)); off > len(ps) || off < -len(ps) {
				t.Fatalf("mask %#x: %d become %d: %v, %v, %v", mask, weightOf(ps), total, ps, set, clear)
			}
			for v := range uint32(n) {
				want, side, other := nodeIn(ps, v), set, clear
				if v&mask == 0 {
					side, other = clear, set
				}
				if want >= 0 && nodeIn(side, v) != want {
					t.Fatalf("mask %#x: %d is decided as %d, want %d: %v, %v", mask, v, nodeIn(side, v), want, ps, side)
				}
				// Neither side begins or ends with what the other has.
				for _, p := range other {
					if v == p.first || v == p.last {
						t.Fatalf("mask %#x: %d is on the wrong side: %v, %v", mask, v, ps, other)
					}
				}
			}
			wantAscending(t, set)
			wantAscending(t, clear)
		}
	}
}

// within returns the spans below n.
func within(ps []span, n uint32) []span {
	for len(ps) > 1 && ps[len(ps)-1].last >= n {
		ps = ps[:len(ps)-1]
	}
	ps[len(ps)-1].last = min(ps[len(ps)-1].last, n-1)
	return ps
}

// nodeIn returns what spans decide for v, or -1 where v lies between them.
func nodeIn(ps []span, v uint32) node {
	for _, p := range ps {
		if p.first <= v && v <= p.last {
			return p.node
		}
	}
	return -1
}

func wantAscending(t *testing.T, ps []span) {
	t.Helper()
	for i, p := range ps {
		if p.first > p.last || p.weight == 0 || i > 0 && (ps[i-1].last >= p.first || ps[i-1].node == p.node) {
			t.Fatalf("span %d of %v", i, ps)
		}
	}
}

func TestAboveBelow(t *testing.T) {
	for _, base := range []uint32{0, 1 << 31, 1<<32 - 64} {
		for mask := uint32(1); mask < 64; mask++ {
			for _, set := range []bool{false, true} {
				for i := range uint32(64) {
					v := base + i
					has := func(v uint32) bool { return (v&mask != 0) == set }
					want, ok := uint64(v), true
					for ; want < 1<<32 && !has(uint32(want)); want++ {
					}
					ok = want < 1<<32
					if got, found := above(v, mask, set); found != ok || ok && uint64(got) != want {
						t.Fatalf("from %#x on mask %#x is %v first at %#x (%v), want %#x", v, mask, set, got, found, want)
					}
					down := int64(v)
					for ; down >= 0 && !has(uint32(down)); down-- {
					}
					if down < 0 {
						continue // there must be one
					}
					if got := below(v, mask, set); int64(got) != down {
						t.Fatalf("up to %#x mask %#x is %v last at %#x, want %#x", v, mask, set, got, down)
					}
				}
			}
		}
	}
}

func TestShare(t *testing.T) {
	for _, p := range []span{{first: 0, last: 0, weight: 7}, {first: 5, last: 37, weight: 1000}, {first: 64, last: 127, weight: maxWeight}, {first: 3, last: 3 + 1023, weight: maxWeight}} {
		for mask := uint32(1); mask < 256; mask++ {
			sum := uint64(0)
			for v := p.first; v <= p.last; v++ {
				if v&mask != 0 {
					sum++
				}
			}
			values := uint64(p.last - p.first + 1)
			set, clear := share(p, mask, true), share(p, mask, false)
			if uint64(set) != sum*uint64(p.weight)/values || uint64(clear) != (values-sum)*uint64(p.weight)/values {
				t.Fatalf("%v under %#x: %d and %d", p, mask, set, clear)
			}
		}
	}
	if w := share(span{first: 0, last: math.MaxUint32, weight: 9}, 1, true); w != 4 {
		t.Errorf("half of a wide span that weighs 9: %d", w)
	}
}

// Logarithms are exact at powers of two, and between them by less than 0.09.
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
