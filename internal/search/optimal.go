package search

import (
	"math"

	"github.com/portcullis-go/portcullis/internal/decision"
)

// impossible is the cost of what can't be done. Twice it still fits.
const impossible = math.MaxUint32 / 4

// plan is the optimal search tree of n intervals, found by dynamic programming over
// all ranges of them, those at the end first.
type plan struct {
	n      int
	costs  []uint32                     // of the cheapest tree, by first and last; then by last and first
	cuts   []int16                      // the interval before which a bound divides best, by first and last
	sums   []uint32                     // of the weights before each interval
	chains [][maxChainLength + 1]uint32 // what a chain costs, by first and distance of the last one
}

// cost returns what the tree of all intervals costs.
func (p *plan) cost() uint32 { return p.costs[p.n-1] }

// isChain reports whether a chain is the cheapest tree of the intervals a to b.
func (p *plan) isChain(a, b int) bool {
	return b-a <= maxChainLength && p.chains[a][b-a] == p.costs[a*p.n+b]
}

// cut returns the interval before which a bound divides those from a to b best.
func (p *plan) cut(a, b int) int { return int(p.cuts[a*p.n+b]) }

// compute finds the cheapest trees of all ranges.
func (p *plan) compute(is []decision.Interval, s *Searcher) {
	n := len(is)
	p.n = n
	p.costs, p.cuts, p.sums = grown(p.costs, 2*n*n), grown(p.cuts, n*n), grown(p.sums, n+1)
	from, to := p.costs[:n*n], p.costs[n*n:]
	p.sums[0] = 0
	for i := range is {
		p.sums[i+1] = p.sums[i] + weightOf(&is[i])
		from[i*n+i], to[i*n+i], p.cuts[i*n+i] = 0, 0, int16(i)
	}
	p.makeChains(is, s)
	for a := n - 2; a >= 0; a-- {
		costs, cuts, under := from[a*n:a*n+n], p.cuts[a*n:a*n+n], p.cuts[a*n+n:a*n+2*n]
		x := a // the best cut for one interval less at the end
		for b := a + 1; b < n; b++ {
			// The best cuts of the two ranges that are one shorter usually enclose this
			// one's. In trees of bounds alone they always do (Knuth's optimal search
			// trees).
			y := int(under[b])
			first, last := max(min(x, y)-1, a+1), min(max(x, y)+1, b)
			if s.opts.Improve != nil {
				first, last = a+1, b
			}
			best, cut := uint32(impossible), first
			above := to[b*n+first : b*n+last+1]
			for i, below := range costs[first-1:][:len(above)] {
				if c := below + above[i]; c < best {
					best, cut = c, first+i
				}
			}
			best += p.sums[b+1] - p.sums[a] + s.testCost
			if b-a <= maxChainLength {
				best = min(best, p.chains[a][b-a])
			}
			costs[b], to[b*n+a], cuts[b], x = best, best, int16(cut), cut
		}
	}
}

// planned makes the planned tree of the intervals a to b.
func (s *Searcher) planned(is []decision.Interval, a, b int) decision.Node {
	if a == b {
		return is[a].Node
	}
	if s.plan.isChain(a, b) {
		return s.chained(is[a : b+1])
	}
	cut := s.plan.cut(a, b)
	above := s.planned(is, cut, b)
	return s.graph.Decide(s.atLeast(is[cut].First), above, s.planned(is, a, cut-1))
}
