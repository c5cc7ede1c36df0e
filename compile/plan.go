package compile

import "math"

// never is the cost of what isn't possible. Twice it still fits.
const never = math.MaxUint32 / 4

// plan finds the cheapest trees of all ranges of spans, those at the end first.
func (s *searcher) plan(ps []span) {
	n := len(ps)
	s.n = n
	s.cost, s.cut, s.sum = grown(s.cost, 2*n*n), grown(s.cut, n*n), grown(s.sum, n+1)
	from, to := s.cost[:n*n], s.cost[n*n:] // costs by first and last, and by last and first
	s.sum[0] = 0
	for i := range ps {
		s.sum[i+1] = s.sum[i] + ps[i].weight
		from[i*n+i], to[i*n+i], s.cut[i*n+i] = 0, 0, int16(i)
	}
	s.planChains(ps)
	for a := n - 2; a >= 0; a-- {
		costs, cuts, under := from[a*n:a*n+n], s.cut[a*n:a*n+n], s.cut[a*n+n:a*n+2*n]
		x := a // the best bound for one span less at the end
		for b := a + 1; b < n; b++ {
			// The best bounds of ranges that are one shorter usually enclose this
			// one's, as they always do in trees of bounds alone.
			y := int(under[b])
			first, last := max(min(x, y)-1, a+1), min(max(x, y)+1, b)
			if s.thorough {
				first, last = a+1, b
			}
			best, cut := uint32(never), first
			above := to[b*n+first : b*n+last+1]
			for i, below := range costs[first-1:][:len(above)] {
				if c := below + above[i]; c < best {
					best, cut = c, first+i
				}
			}
			best += s.sum[b+1] - s.sum[a] + s.fee
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
func (s *searcher) planned(ps []span, a, b int) node {
	if a == b {
		return ps[a].node
	}
	if b-a <= maxAmong && s.chains[a][b-a] == s.cost[a*s.n+b] {
		return s.chained(ps[a : b+1])
	}
	cut := int(s.cut[a*s.n+b])
	above := s.planned(ps, cut, b)
	return s.decide(test{word: s.word, op: opGe, mask: ^uint32(0), k: ps[cut].first}, above, s.planned(ps, a, cut-1))
}

// planChains finds what chains of equality tests cost, from each span on.
func (s *searcher) planChains(ps []span) {
	s.chains = grown(s.chains, len(ps))
	for a := range ps {
		row := &s.chains[a]
		for i := range row {
			row[i] = never
		}
		if !s.equalities {
			continue
		}
		c := chain{wide: -1}
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
	wide node   // the rest if there are others than lone values; or negative
	sum  uint32 // of all weights
	lone [maxChain]span
	n    int // of lone
}

// add makes a chain of all spans but the last the cheapest one of all. It reports
// false if there is none, and then there isn't one of more spans either.
func (c *chain) add(ps []span, fee uint32) bool {
	p := &ps[len(ps)-1]
	if p.first != p.last {
		if c.wide >= 0 && c.wide != p.node {
			return false
		}
		if c.wide < 0 {
			return c.of(ps, p.node, fee)
		}
	}
	if c.wide < 0 {
		return c.lonely(ps, fee)
	}
	return c.take(p) && c.price(fee)
}

// lonely makes the cheapest chain of lone values. The rest is a decision that
// several of them have, or the lightest one's.
func (c *chain) lonely(ps []span, fee uint32) bool {
	light := 0
	for i := range ps {
		if ps[i].weight < ps[light].weight {
			light = i
		}
	}
	best := chain{cost: never}
	for i := range ps {
		several := i == light
		for j := range ps[:i] {
			several = several || ps[j].node == ps[i].node
		}
		if several && c.of(ps, ps[i].node, fee) && c.cost < best.cost {
			best = *c
		}
	}
	*c = best
	c.wide = -1
	return c.cost < never
}

// of makes the chain of spans that has a given rest.
func (c *chain) of(ps []span, rest node, fee uint32) bool {
	*c = chain{rest: rest, wide: rest}
	for i := range ps {
		if !c.take(&ps[i]) {
			return false
		}
	}
	return c.price(fee)
}

// take adds a span to a chain of which the rest is known.
func (c *chain) take(p *span) bool {
	c.sum += p.weight
	if p.node == c.rest {
		return true
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
	return true
}

// price finds the cost.
func (c *chain) price(fee uint32) bool {
	c.cost = 0
	left := c.sum
	for i := range c.n {
		c.cost += left + fee
		left -= c.lone[i].weight
	}
	return true
}

// chainOf returns the cheapest chain of spans, if there is one.
func chainOf(ps []span, fee uint32) (c chain, ok bool) {
	c.wide = -1
	for i := range ps {
		if !c.add(ps[:i+1], fee) {
			return c, false
		}
	}
	return c, true
}

// chained makes the chain of spans that have one.
func (s *searcher) chained(ps []span) node {
	c, _ := chainOf(ps, s.fee)
	n := c.rest
	for i := c.n - 1; i >= 0; i-- {
		n = s.decide(s.equal(c.lone[i].first), c.lone[i].node, n)
	}
	return n
}
