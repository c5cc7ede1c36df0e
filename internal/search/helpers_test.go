package search

import (
	"math/rand/v2"
	"testing"

	"github.com/portcullis-go/portcullis/internal/decision"
)

type interval = decision.Interval

// everything is all options but Improve.
var everything = Options{Optimal: true, Singleton: true, HotFirst: true, LargePlans: true}

// newSearcher returns a Searcher as if a search of the intervals had begun, and n
// decisions to find.
func newSearcher(n int, o Options) (*Searcher, []decision.Node) {
	s := New(decision.New(), o)
	s.maxPlan = planMost
	leaves := make([]decision.Node, n)
	for i := range leaves {
		leaves[i] = s.graph.Leaf(uint32(i))
	}
	return s, leaves
}

// randomIntervals returns n intervals with gaps here and there, of which neighbours
// are decided differently. One in wide holds more than one value; 0 is none.
func randomIntervals(rnd *rand.Rand, n, wide int, leaves []decision.Node) []interval {
	var is []interval
	at := uint32(rnd.IntN(3))
	for range n {
		i := interval{First: at, Last: at, Node: leaves[rnd.IntN(len(leaves))], Weight: uint64(1 + rnd.Uint32N(1<<rnd.IntN(14)))}
		for len(is) > 0 && i.Node == is[len(is)-1].Node {
			i.Node = leaves[rnd.IntN(len(leaves))]
		}
		if wide > 0 && rnd.IntN(wide) == 0 {
			i.Last += 1 + rnd.Uint32N(20)
		}
		at = i.Last + 1
		if rnd.IntN(4) == 0 {
			at += rnd.Uint32N(9)
		}
		is = append(is, i)
	}
	return is
}

func sumOf(is []interval) (sum uint32) {
	for i := range is {
		sum += weightOf(&is[i])
	}
	return sum
}

// walkedCost returns what a tree costs: for each interval the tests on its path by
// its weight, and what each test in the tree costs. It fails if a value that can come
// is decided differently from its interval.
func walkedCost(t *testing.T, s *Searcher, root decision.Node, is []interval) uint32 {
	t.Helper()
	cost := s.testCost * uint32(treeSize(s.graph, root))
	for _, i := range is {
		for v := i.First; ; v++ {
			leaf, tests := follow(s.graph, root, v)
			if leaf != i.Node {
				t.Fatalf("%d is decided as %d, want %d, in %v", v, leaf, i.Node, is)
			}
			if v == i.Last {
				cost += weightOf(&i) * uint32(tests)
				break
			}
		}
	}
	return cost
}

// treeSize returns how many tests there are below n if none is shared.
func treeSize(g *decision.Graph, n decision.Node) int {
	d := g.At(n)
	if d.IsLeaf() {
		return 0
	}
	return 1 + treeSize(g, d.Yes) + treeSize(g, d.No)
}

// follow returns where a decision about one word leads for a value of it.
func follow(g *decision.Graph, n decision.Node, v uint32) (leaf decision.Node, tests int) {
	for d := g.At(n); !d.IsLeaf(); d = g.At(n) {
		if n = d.No; d.Test.Holds(v) {
			n = d.Yes
		}
		tests++
	}
	return n, tests
}
