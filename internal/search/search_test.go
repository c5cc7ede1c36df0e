package search

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/internal/decision"
)

// TestSearch finds the interval of any value, whatever it weighs and with any
// options.
func TestSearch(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 4))
	coin := func() bool { return rnd.IntN(2) == 0 }
	for i := range 800 {
		o := Options{Optimal: coin(), Singleton: coin(), HotFirst: coin(), LargePlans: coin()}
		if coin() {
			o.Improve = Exhaustive
		}
		s, leaves := newSearcher(2+rnd.IntN(6), o)
		is := randomCover(rnd, rnd.IntN(120), leaves)
		root := s.Search(decision.WordNr, is)
		for _, iv := range is {
			for _, v := range []uint32{iv.First, iv.Last, iv.First + (iv.Last-iv.First)/2} {
				if leaf, _ := follow(s.graph, root, v); leaf != iv.Node {
					t.Fatalf("%d: %+v: %#x is decided as %d, want %d", i, o, v, leaf, iv.Node)
				}
			}
		}
	}
}

// randomCover returns up to n+1 intervals that cover all values.
func randomCover(rnd *rand.Rand, n int, leaves []decision.Node) []interval {
	is := make([]interval, n+1)
	for i := range is {
		is[i] = interval{First: uint32(rnd.Uint64() >> (32 + rnd.IntN(32))), Node: leaves[rnd.IntN(len(leaves))], Weight: rnd.Uint64() >> rnd.IntN(64) >> 12}
	}
	is[0].First = 0
	slices.SortFunc(is, func(a, b interval) int { return cmp.Compare(a.First, b.First) })
	is = slices.CompactFunc(is, func(a, b interval) bool { return a.First == b.First })
	for i := range is {
		is[i].Last = math.MaxUint32
		if i > 0 {
			is[i-1].Last = is[i].First - 1
		}
	}
	return is
}

// TestHotFirst puts a value in front of all others as soon as that is cheaper.
func TestHotFirst(t *testing.T) {
	s, leaves := newSearcher(2, everything)
	is := make([]interval, 64)
	for i := range is {
		is[i] = interval{First: uint32(i), Last: uint32(i), Node: leaves[i%2], Weight: 1}
	}
	is[63].Last = math.MaxUint32
	is[20].Weight = 1000
	d := s.graph.At(s.Search(decision.WordNr, is))
	if d.Test.Op != decision.Equal || d.Test.K != 20 {
		t.Errorf("the first test is %+v, want one for 20", d.Test)
	}
}
