// Package search makes the decision tree that finds the interval of a word: each
// interval of values has a decision and a weight.
//
// A tree mixes two kinds of tests. A bound (jge) divides the values; a test for equality
// (jeq) takes out a singleton, which is cheap where its neighbours are decided alike.
//
// The cost of a tree is the expected number of tests on a path, plus a share of the
// number of tests in the tree. Up to some number of intervals, a [Searcher] makes the
// optimal tree by dynamic programming (optimal.go), of those in which bounds come
// first and below them chains of tests for equality (chain.go); larger sets are divided
// by weight first. It puts the hottest values in front where that is cheaper still.
// [Exhaustive] looks further, at tests of bits too (bits.go).
//
// Guaranteed: every value gets the decision of its interval; equal input gives equal
// trees. Not guaranteed is the cheapest tree of all: plans skip cuts that are rarely
// best, and many intervals are divided by weight before parts of them are planned.
package search

import "github.com/portcullis-go/portcullis/internal/decision"

// Options are what a Searcher may do. The zero value makes a plain binary search.
type Options struct {
	Optimal   bool // plan the cheapest tree instead of dividing the weight by halves
	Singleton bool // take out singletons by tests for equality
	HotFirst  bool // test first for a value that makes up much of the weight
	// LargePlans plans trees of more intervals at once. Planning takes time that
	// grows with the square of their number.
	LargePlans bool
	// Improve, if it isn't nil, looks for something cheaper than each tree that was
	// found; see Exhaustive.
	Improve func(s *Searcher, is []decision.Interval, found Tree) Tree
}

// Tree is a decision and its cost, in the unit of the weights.
type Tree struct {
	Root decision.Node
	Cost uint32
}

// Searcher makes decision trees. It keeps its buffers from one call to the next, and
// isn't safe for concurrent use.
type Searcher struct {
	graph *decision.Graph
	opts  Options

	// Of the current search:
	word     uint8
	testCost uint32 // what a test costs by being there
	maxPlan  int    // how many intervals are planned at once
	long     bool   // the code of all intervals is long
	scaled   []decision.Interval
	plan     plan
}

// New returns a Searcher whose trees are in g.
func New(g *decision.Graph, o Options) *Searcher { return &Searcher{graph: g, opts: o} }

const (
	// Up to planUsual intervals are planned at once. Of more, bounds divide off
	// parts of planLarge. Where one interval in four is of calls whose arguments
	// are tested, which no kernel caches, up to planChecked are.
	planUsual   = 64
	planLarge   = 24
	planChecked = 96
	planMost    = 512 // with Options.LargePlans
	// maxWeight is what all weights together are scaled to, so that sums of costs
	// fit 32 bits.
	maxWeight = 1 << 20
	// testCostShare is by how many instructions a program may grow for each that
	// the average call saves.
	testCostShare = 64
	// leastShare is how much lighter than the average interval one may count, so
	// that calls that are never made aren't far away.
	leastShare = 64
	// maxHot is how many values are tested for before all others.
	maxHot = 4
)

// Search returns the decision that finds a word's interval. The intervals ascend and
// cover all values.
func (s *Searcher) Search(word uint8, is []decision.Interval) decision.Node {
	s.word = word
	s.scale(is)
	s.long = false
	return s.best(s.scaled, 0).Root
}

// scale copies the intervals with weights that can be added up, and derives from
// them what a test costs and how many are planned at once.
func (s *Searcher) scale(is []decision.Interval) {
	total := uint64(0)
	for i := range is {
		total += is[i].Weight
	}
	least := total / uint64(len(is)) / leastShare
	total += least * uint64(len(is))
	shift := 0
	for total>>shift > maxWeight {
		shift++
	}
	s.scaled = grown(s.scaled, len(is))
	sum, checked := uint32(0), 0
	for i := range is {
		w := max(max(is[i].Weight, least)>>shift, 1)
		s.scaled[i] = decision.Interval{First: is[i].First, Last: is[i].Last, Node: is[i].Node, Weight: w}
		sum += uint32(w)
		if !s.graph.IsLeaf(is[i].Node) {
			checked++
		}
	}
	s.testCost = max(sum/testCostShare, 1)
	s.maxPlan = planChecked
	switch {
	case !s.opts.Optimal:
		s.maxPlan = 0
	case s.opts.LargePlans:
		s.maxPlan = planMost
	case len(is) > planChecked, len(is) > planUsual && 4*checked < len(is):
		s.maxPlan = planLarge
	}
}

// best returns the cheapest tree that is found. From here on intervals need not cover
// all values: those between them can't come here, and where they would lead doesn't
// matter.
func (s *Searcher) best(is []decision.Interval, hotDepth int) Tree {
	t := s.tree(is)
	if s.opts.Improve != nil {
		t = s.opts.Improve(s, is, t)
	}
	if len(is) < 3 || !s.opts.HotFirst {
		return t
	}
	hot, total := 0, uint32(0)
	for i := range is {
		total += weightOf(&is[i])
		if is[i].Weight > is[hot].Weight {
			hot = i
		}
	}
	// Testing for a value first costs every call a test. A singleton far inside
	// needs two bounds otherwise, so this pays from a third of the weight on, or from a
	// quarter where its neighbours become one.
	if h := is[hot]; h.First == h.Last && weightOf(&h) > total/4 && hotDepth < maxHot {
		rest := s.best(without(is, hot), hotDepth+1)
		if cost := rest.Cost + total + s.testCost; cost < t.Cost {
			return Tree{s.graph.Decide(s.equal(h.First), h.Node, rest.Root), cost}
		}
	}
	return t
}

// without returns the intervals but for one. Its neighbours become one if they are
// decided alike.
func without(is []decision.Interval, i int) []decision.Interval {
	rest := make([]decision.Interval, 0, len(is))
	rest = append(rest, is[:i]...)
	for j := i + 1; j < len(is); j++ {
		if k := len(rest); j == i+1 && k > 0 && rest[k-1].Node == is[j].Node {
			rest[k-1].Last = is[j].Last
			rest[k-1].Weight += is[j].Weight
		} else {
			rest = append(rest, is[j])
		}
	}
	return rest
}

// tree returns the planned tree. Of what is too much for a plan, bounds divide the
// weight first.
func (s *Searcher) tree(is []decision.Interval) Tree {
	if len(is) == 1 {
		return Tree{Root: is[0].Node}
	}
	if 2 < len(is) && len(is) <= s.maxPlan {
		s.plan.compute(is, s)
		return Tree{s.planned(is, 0, len(is)-1), s.plan.cost()}
	}
	mid, total := s.middle(is)
	above := s.tree(is[mid:])
	below := s.tree(is[:mid])
	return Tree{s.graph.Decide(s.atLeast(is[mid].First), above.Root, below.Root), above.Cost + below.Cost + total + s.testCost}
}

func (s *Searcher) equal(k uint32) decision.Test {
	return decision.Test{Word: s.word, Op: decision.Equal, Mask: decision.AllBits, K: k}
}

func (s *Searcher) atLeast(k uint32) decision.Test {
	return decision.Test{Word: s.word, Op: decision.GreaterEqual, Mask: decision.AllBits, K: k}
}

const (
	// partLength is how many instructions a decision and its branches can have if
	// all jumps are near: a conditional jump skips 255 at most. longCode is what is
	// divided with regard to that.
	partLength = 2*255 - 8
	longCode   = 4 * partLength
)

// middle returns the weight of intervals and before which of them a bound divides it
// best. In long programs it takes only places that divide the code into parts within
// which all jumps are near, so that few are far.
func (s *Searcher) middle(is []decision.Interval) (mid int, total uint32) {
	code := 0
	for i := range is {
		total += weightOf(&is[i])
		code += s.codeLength(&is[i])
	}
	s.long = s.long || code > longCode
	parts := code/partLength + 1
	best, left, passed := total, uint32(0), 0
	mid = 1
	for i := range is[1:] {
		left += weightOf(&is[i])
		before := passed * parts / code
		passed += s.codeLength(&is[i])
		if s.long && parts > 1 && passed*parts/code == before {
			continue
		}
		if off := max(left, total-left) - min(left, total-left); off < best {
			mid, best = i+1, off
		}
	}
	return mid, total
}

// codeLength estimates the instructions of an interval in a long program, in which
// few need to be exact for that.
func (s *Searcher) codeLength(i *decision.Interval) int {
	if s.graph.IsLeaf(i.Node) {
		return 2
	}
	return 6
}

// weightOf returns a scaled weight.
func weightOf(i *decision.Interval) uint32 { return uint32(i.Weight) }

// grown returns a slice of n elements, s if that is long enough.
func grown[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}
