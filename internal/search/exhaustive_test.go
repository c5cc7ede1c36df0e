package search

import (
	"math/rand/v2"
	"testing"

	"github.com/portcullis-go/portcullis/internal/longtest"
)

// TestExhaustive wants trees that decide the same as those that were given and cost
// less, really and not just as estimated.
func TestExhaustive(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 3))
	n := 200
	if longtest.Enabled() {
		n = 1200
	}
	o := everything
	o.Improve = Exhaustive
	cheaper, dearer, sum, worst := 0, 0, 0.0, 0.0
	for i := range n {
		s, leaves := newSearcher(2+rnd.IntN(5), o)
		wide := rnd.IntN(3)
		is := randomIntervals(rnd, 2+rnd.IntN(30), wide, leaves)
		s.testCost = max(sumOf(is)/testCostShare, 1)
		planned := s.tree(is)
		found := Exhaustive(s, is, planned)
		if found.Cost > planned.Cost || (found.Root == planned.Root) != (found.Cost == planned.Cost) {
			t.Fatalf("%d: %d was %d: %v", i, found.Cost, planned.Cost, is)
		}
		before, after := walkedCost(t, s, planned.Root, is), walkedCost(t, s, found.Root, is)
		if before != planned.Cost {
			t.Fatalf("%d: planned at %d, costs %d: %v", i, planned.Cost, before, is)
		}
		if found.Root == planned.Root || wide > 0 {
			continue
		}
		ratio := float64(after) / float64(before)
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
