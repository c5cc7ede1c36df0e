package compile

import "math"

// never is the cost of what isn't possible. Twice it still fits.
const never = math.MaxUint32 / 4

// planAll finds the cheapest trees of all ranges of spans, those at the end first.
func (s *work) planAll(ps []span) {
	n := len(ps)
	s.n = n
	s.costs, s.cuts, s.sums = grown(s.costs, 2*n*n), grown(s.cuts, n*n), grown(s.sums, n+1)
	from, to := s.costs[:n*n], s.costs[n*n:] // costs by first and last, and by last and first
	s.sums[0] = 0
	for i := range ps {
		s.sums[i+1] = s.sums[i] + ps[i].weight
		from[i*n+i], to[i*n+i], s.cuts[i*n+i] = 0, 0, int16(i)
	}
	s.planChains(ps)
	for a := n - 2; a >= 0; a-- {
		costs, cuts, under := from[a*n:a*n+n], s.cuts[a*n:a*n+n], s.cuts[a*n+n:a*n+2*n]
		x := a // the best bound for one span less at the end
		for b := a + 1; b < n; b++ {
			// The best bounds of ranges that are one shorter usually enclose this
			// one's, as they always do in trees of bounds alone.
			y := int(under[b])
			first, last := max(min(x, y)-1, a+1), min(max(x, y)+1, b)
			if s.exhaustive != nil {
				first, last = a+1, b
			}
			best, cut := uint32(never), first
			above := to[b*n+first : b*n+last+1]
			for i, below := range costs[first-1:][:len(above)] {
				if c := below + above[i]; c < best {
					best, cut = c, first+i
				}
			}
			best += s.sums[b+1] - s.sums[a] + s.fee
			if b-a <= maxAmong {
				best = min(best, s.chains[a][b-a])
			}
			costs[b], to[b*n+a], cuts[b], x = best, best, int16(cut), cut
		}
	}
}

// grown returns a slice of n elements, s if that is long enough.
func grown[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}

// planned makes the planned decision among the spans a to b.
func (s *work) planned(ps []span, a, b int) node {
	if a == b {
		return ps[a].node
	}
	if b-a <= maxAmong && s.chains[a][b-a] == s.costs[a*s.n+b] {
		return s.chained(ps[a : b+1])
	}
	cut := int(s.cuts[a*s.n+b])
	above := s.planned(ps, cut, b)
	return s.decide(test{word: s.word, op: opGe, mask: ^uint32(0), k: ps[cut].first}, above, s.planned(ps, a, cut-1))
}

// planChains finds what chains of equality tests cost, from each span on.
func (s *work) planChains(ps []span) {
	s.chains = grown(s.chains, len(ps))
	for a := range ps {
		row := &s.chains[a]
		for i := range row {
			row[i] = never
		}
		if !s.has(PassEqualities) {
			continue
		}
		var c chain
		for i := 0; i <= maxAmong && a+i < len(ps) && c.add(ps[a:a+i+1], s.fee); i++ {
			row[i] = c.cost
		}
	}
}

// chain decides among spans by equality tests: for lone values, heaviest first,
// and everything else is one decision, the rest.
type chain struct {
	cost uint32 // of the tests, each with its fee
	rest node
	wide bool   // the rest has more than lone values
	sum  uint32 // of all weights
	lone [maxChain]span
	n    int // of lone
}

// add makes a chain of all spans but the last the cheapest one of all. It reports
// false if there is none, and then there isn't one of more spans either.
func (c *chain) add(ps []span, fee uint32) bool {
	switch p := &ps[len(ps)-1]; {
	case c.wide:
		return (p.first == p.last || p.node == c.rest) && c.take(ps[len(ps)-1:], fee)
	case p.first != p.last:
		*c = chain{rest: p.node, wide: true}
		return c.take(ps, fee)
	}
	best := chain{cost: never}
	for i := range ps {
		*c = chain{rest: ps[i].node}
		if c.take(ps, fee) && c.cost < best.cost {
			best = *c
		}
	}
	*c = best
	return c.cost < never
}

// take adds spans to a chain of which the rest is known.
func (c *chain) take(ps []span, fee uint32) bool {
	for i := range ps {
		p := &ps[i]
		c.sum += p.weight
		if p.node == c.rest {
			continue
		}
		if c.n == maxChain {
			return false
		}
		at := c.n
		for ; at > 0 && c.lone[at-1].weight < p.weight; at-- {
			c.lone[at] = c.lone[at-1]
		}
		c.lone[at] = *p
		c.n++
	}
	c.cost = 0
	left := c.sum
	for i := range c.n {
		c.cost += left + fee
		left -= c.lone[i].weight
	}
	return true
}

// chained makes the chain of spans that have one.
func (s *work) chained(ps []span) node {
	var c chain
	for i := range ps {
		c.add(ps[:i+1], s.fee)
	}
	n := c.rest
	for i := c.n - 1; i >= 0; i-- {
		n = s.decide(s.equal(c.lone[i].first), c.lone[i].node, n)
	}
	return n
}
