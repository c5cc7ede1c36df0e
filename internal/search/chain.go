package search

import "github.com/portcullis-go/portcullis/internal/decision"

const (
	// maxChain is how many tests for equality a chain can have.
	maxChain = 6
	// maxChainLength is the distance of the last interval that a chain can decide
	// from the first: beside each singleton there can be one interval that is
	// decided as the rest is.
	maxChainLength = 2 * maxChain
)

// chain decides among intervals by tests for equality alone: it takes out
// singletons, heaviest first, and everything else is one decision, the rest.
type chain struct {
	cost       uint32 // of the tests
	rest       decision.Node
	wide       bool   // the rest has more than singletons
	sum        uint32 // of all weights
	singletons [maxChain]singleton
	n          int // of singletons
}

// singleton is an interval of one value. Chains are copied often, so it is small.
type singleton struct {
	value, weight uint32
	node          decision.Node
}

// makeChains finds what chains cost, from each interval on.
func (p *plan) makeChains(is []decision.Interval, s *Searcher) {
	p.chains = grown(p.chains, len(is))
	for a := range is {
		row := &p.chains[a]
		for i := range row {
			row[i] = impossible
		}
		if !s.opts.Singleton {
			continue
		}
		var c chain
		for i := 0; i <= maxChainLength && a+i < len(is) && c.extend(is[a:a+i+1], s.testCost); i++ {
			row[i] = c.cost
		}
	}
}

// extend makes a chain of all intervals but the last the cheapest one of all. It
// reports false if there is none; then there is none of more intervals either.
func (c *chain) extend(is []decision.Interval, testCost uint32) bool {
	switch last := &is[len(is)-1]; {
	case c.wide:
		return (last.First == last.Last || last.Node == c.rest) && c.take(is[len(is)-1:], testCost)
	case last.First != last.Last:
		*c = chain{rest: last.Node, wide: true}
		return c.take(is, testCost)
	}
	best := chain{cost: impossible}
	for i := range is {
		*c = chain{rest: is[i].Node}
		if c.take(is, testCost) && c.cost < best.cost {
			best = *c
		}
	}
	*c = best
	return c.cost < impossible
}

// take adds intervals to a chain whose rest is known.
func (c *chain) take(is []decision.Interval, testCost uint32) bool {
	for i := range is {
		w := weightOf(&is[i])
		c.sum += w
		if is[i].Node == c.rest {
			continue
		}
		if c.n == maxChain {
			return false
		}
		at := c.n
		for ; at > 0 && c.singletons[at-1].weight < w; at-- {
			c.singletons[at] = c.singletons[at-1]
		}
		c.singletons[at] = singleton{is[i].First, w, is[i].Node}
		c.n++
	}
	c.cost = 0
	left := c.sum
	for i := range c.n {
		c.cost += left + testCost
		left -= c.singletons[i].weight
	}
	return true
}

// chained makes the chain of intervals that have one.
func (s *Searcher) chained(is []decision.Interval) decision.Node {
	var c chain
	for i := range is {
		c.extend(is[:i+1], s.testCost)
	}
	n := c.rest
	for i := c.n - 1; i >= 0; i-- {
		n = s.graph.Decide(s.equal(c.singletons[i].value), c.singletons[i].node, n)
	}
	return n
}
