package search

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/portcullis-go/portcullis/internal/decision"
	"github.com/portcullis-go/portcullis/internal/longtest"
)

// cheapest returns, by trying all of them, what the cheapest tree costs in which
// equality tests stand below all bounds, in chains of at most maxChain. If freely, a
// chain may also test first for a value that is decided as its rest is.
func cheapest(is []interval, testCost uint32, freely bool) uint32 {
	best := uint32(impossible)
	for i := range is {
		best = min(best, cheapestChain(is, is[i].Node, testCost, maxChain, freely))
	}
	for i := 1; i < len(is); i++ {
		best = min(best, sumOf(is)+testCost+cheapest(is[:i], testCost, freely)+cheapest(is[i:], testCost, freely))
	}
	return best
}

// cheapestChain takes out singletons, in any order, until only the rest is left.
func cheapestChain(is []interval, rest decision.Node, testCost uint32, longest int, freely bool) uint32 {
	done := true
	for i := range is {
		done = done && is[i].Node == rest
	}
	if done {
		return 0
	}
	best := uint32(impossible)
	if longest == 0 {
		return best
	}
	for i := range is {
		if is[i].First == is[i].Last && (freely || is[i].Node != rest) {
			left := append(append([]interval(nil), is[:i]...), is[i+1:]...)
			best = min(best, sumOf(is)+testCost+cheapestChain(left, rest, testCost, longest-1, freely))
		}
	}
	return best
}

// lookEverywhere is an Options.Improve that improves nothing. With one, plans look at
// all cuts.
func lookEverywhere(_ *Searcher, _ []interval, found Tree) Tree { return found }

// TestPlanIsOptimal holds the plan against all trees of its kind: it costs what the
// cheapest of them does, and the tree that is made of it costs the same.
func TestPlanIsOptimal(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 1))
	n := 400
	if longtest.Enabled() {
		n = 4000
	}
	all := everything
	all.Improve = lookEverywhere
	freer, most := 0, 1.0
	for i := range n {
		s, leaves := newSearcher(2+rnd.IntN(4), all)
		is := randomIntervals(rnd, 2+rnd.IntN(8), rnd.IntN(4), leaves)
		if i%4 == 0 { // neighbours that are decided alike are possible, too
			is[1].Node = is[0].Node
		}
		s.testCost = 1 + rnd.Uint32N(2*sumOf(is)/testCostShare+1)
		s.plan.compute(is, s)
		got := s.plan.cost()
		if want := cheapest(is, s.testCost, false); got != want {
			t.Fatalf("%d: planned at %d, the cheapest costs %d: a test costs %d, %v", i, got, want, s.testCost, is)
		}
		if cost := walkedCost(t, s, s.planned(is, 0, len(is)-1), is); cost != got {
			t.Fatalf("%d: planned at %d, costs %d: a test costs %d, %v", i, got, cost, s.testCost, is)
		}
		if len(is) > 6 {
			continue // trying them all takes too long
		}
		if free := cheapest(is, s.testCost, true); free < got {
			freer++
			most = max(most, float64(got)/float64(free))
		}
	}
	t.Logf("%d plans; testing for hot values of the rest first would be cheaper in %d of the short ones, by up to %.1f %%", n, freer, 100*(most-1))
}

// TestPlanIsNearOptimal holds the usual plan, which looks at fewer cuts, against the
// one that looks at all.
func TestPlanIsNearOptimal(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 2))
	var r ratios
	for range 600 {
		s, leaves := newSearcher(2+rnd.IntN(10), everything)
		is := randomIntervals(rnd, 2+rnd.IntN(planChecked-1), rnd.IntN(4), leaves)
		s.testCost = max(sumOf(is)/testCostShare, 1)
		r.add(t, s, is)
	}
	t.Log(&r)
	if r.worst > 1.25 || r.sum/float64(r.n) > 1.005 {
		t.Error("want at most 1.25 and 1.005 in the mean")
	}
}

// ratios are of what usual plans cost to what the optimal ones do.
type ratios struct {
	n, dearer  int
	sum, worst float64
}

func (r *ratios) add(t *testing.T, s *Searcher, is []interval) {
	t.Helper()
	s.plan.compute(is, s)
	usual := s.plan.cost()
	if cost := walkedCost(t, s, s.planned(is, 0, len(is)-1), is); cost != usual {
		t.Fatalf("planned at %d, costs %d: %v", usual, cost, is)
	}
	s.opts.Improve = lookEverywhere
	s.plan.compute(is, s)
	best := s.plan.cost()
	if best > usual {
		t.Fatalf("looking at all cuts finds %d, at some %d: %v", best, usual, is)
	}
	ratio := 1.0
	if best > 0 {
		ratio = float64(usual) / float64(best)
	}
	if r.n++; usual > best {
		r.dearer++
	}
	r.sum += ratio
	r.worst = max(r.worst, ratio)
}

func (r *ratios) String() string {
	return fmt.Sprintf("%d plans, %d of them dearer than the optimal one; the worst %.4f times as dear, the mean %.5f",
		r.n, r.dearer, r.worst, r.sum/float64(r.n))
}
