package search

import "github.com/portcullis-go/portcullis/internal/decision"

// Exhaustive is an Options.Improve that looks at all trees of bounds and tests for
// equality, and goes on to look for tests of bits that make paths shorter than those.
// It takes up to a second for a long profile. Programs that don't mention it don't
// link it.
func Exhaustive(s *Searcher, is []decision.Interval, found Tree) Tree {
	t := s.byBits(is, found)
	// Which part of an interval has a bit is estimated as if all its values weighed
	// alike: in the end, compare what the trees really cost.
	if t.Root != found.Root && s.costOf(t.Root, is) >= s.costOf(found.Root, is) {
		return found
	}
	return t
}

// byBits returns a tree that is estimated to be cheaper than found, or found. Of the
// tests of bits it tries those that promise most at the root, and goes on below what
// it finds, or else below the planned bound.
func (s *Searcher) byBits(is []decision.Interval, found Tree) Tree {
	if len(is) < minForBits || len(is) > s.maxPlan {
		return found
	}
	total := uint32(0)
	for i := range is {
		total += weightOf(&is[i])
	}
	best, mask := s.planCost(is), uint32(0)
	cut, isChain := s.plan.cut(0, len(is)-1), s.plan.isChain(0, len(is)-1)
	var masks []uint32
	// Bits of few values only: in a wide range a bit divides the values in more
	// places than a proof can look at.
	if is[len(is)-1].Last-is[0].First < maxRange {
		masks = promising(is)
	}
	for _, m := range masks {
		set, clear := splitByBits(is, m)
		if c := s.planCost(set) + s.planCost(clear) + total + s.testCost; c < best {
			best, mask = c, m
		}
	}
	var t decision.Test
	var yes, no []decision.Interval
	switch {
	case mask != 0:
		t = decision.Test{Word: s.word, Op: decision.AnyBit, Mask: decision.AllBits, K: mask}
		yes, no = splitByBits(is, mask)
	case isChain:
		return found
	default:
		t = s.atLeast(is[cut].First)
		yes, no = is[cut:], is[:cut]
	}
	y, n := s.best(yes, maxHot), s.best(no, maxHot)
	if cost := y.Cost + n.Cost + total + s.testCost; cost < found.Cost {
		return Tree{s.graph.Decide(t, y.Root, n.Root), cost}
	}
	return found
}

const (
	minForBits = 4       // from how many intervals on a test of bits can pay
	maxRange   = 1 << 12 // how far apart the values may be
)

// planCost returns what the cheapest planned tree costs.
func (s *Searcher) planCost(is []decision.Interval) uint32 {
	if len(is) == 1 {
		return 0
	}
	s.plan.compute(is, s)
	return s.plan.cost()
}

// costOf returns what a tree really costs, by following the values of each interval.
func (s *Searcher) costOf(root decision.Node, is []decision.Interval) (cost uint64) {
	cost = uint64(s.testCost) * s.tests(root, make(map[decision.Node]bool))
	for i := range is {
		step := max((is[i].Last-is[i].First)>>10, 1) // of wide intervals, some values
		sum, values := uint64(0), uint64(0)
		for v := uint64(is[i].First); v <= uint64(is[i].Last); v += uint64(step) {
			sum += s.pathLength(root, uint32(v))
			values++
		}
		cost += is[i].Weight * sum / values
	}
	return cost
}

// tests returns how many tests of the word a tree has, each counted once.
func (s *Searcher) tests(n decision.Node, seen map[decision.Node]bool) uint64 {
	d := s.graph.At(n)
	if d.IsLeaf() || d.Test.Word != s.word || seen[n] {
		return 0
	}
	seen[n] = true
	return 1 + s.tests(d.Yes, seen) + s.tests(d.No, seen)
}

// pathLength returns how many tests of the word a value passes.
func (s *Searcher) pathLength(n decision.Node, v uint32) (tests uint64) {
	for {
		d := s.graph.At(n)
		if d.IsLeaf() || d.Test.Word != s.word {
			return tests
		}
		tests++
		if n = d.No; d.Test.Holds(v) {
			n = d.Yes
		}
	}
}
