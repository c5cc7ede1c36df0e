package compile

import "math/bits"

// Effort is how long to look for short ways. The zero value is the usual, which
// takes some microseconds for each ten calls that a profile treats differently.
type Effort struct {
	exhaustive func(*work, []span, node, uint32) (node, uint32)
}

// Exhaustive looks at all search trees in which bounds come first and then tests
// for equality that take out what is decided otherwise than all else there. It
// takes the cheapest, and goes on to look for tests of bits that make ways shorter
// than that. It takes up to a second, and is for those who compile ahead; programs
// that don't call it don't link it.
func Exhaustive() Effort { return Effort{(*work).exhaust} }

// exhaust returns a decision among spans that is cheaper than n and its cost, or
// n. What bits divide is reckoned as if all values of a span weighed alike, so that
// both are looked at in the end.
func (s *work) exhaust(ps []span, n node, cost uint32) (node, uint32) {
	m, less := s.byBits(ps, n, cost)
	if m != n && s.walked(m, ps) >= s.walked(n, ps) {
		return n, cost
	}
	return m, less
}

// walked is what a decision among spans costs.
func (s *work) walked(n node, ps []span) (cost uint64) {
	s.turn++
	cost = uint64(s.fee) * s.count(n)
	for i := range ps {
		p := &ps[i]
		step := max((p.last-p.first)>>10, 1) // of wide ones, some values
		sum, values := uint64(0), uint64(0)
		for v := uint64(p.first); v <= uint64(p.last); v += uint64(step) {
			sum += s.tested(n, uint32(v))
			values++
		}
		cost += uint64(p.weight) * sum / values
	}
	return cost
}

// count returns how many tests there are below n, each once in a turn.
func (s *work) count(n node) uint64 {
	if d := &s.nodes[n]; d.op != opRet && d.word == s.word && !s.seen(n) {
		return 1 + s.count(d.yes) + s.count(d.no)
	}
	return 0
}

// tested returns how many tests there are on the way of a value.
func (s *work) tested(n node, v uint32) (tests uint64) {
	for {
		d := &s.nodes[n]
		if d.op == opRet || d.word != s.word {
			return tests
		}
		tests++
		if n = d.no; d.op == opSet && v&d.k != 0 || d.op != opSet && d.holds(v) {
			n = d.yes
		}
	}
}

// byBits is exhaust by what is reckoned. Of the tests of bits it tries those that
// promise most at the root, and goes on below what it finds, or else below the
// bound that was planned.
func (s *work) byBits(ps []span, n node, cost uint32) (node, uint32) {
	if len(ps) < minBits || len(ps) > s.limit {
		return n, cost
	}
	total := uint32(0)
	for i := range ps {
		total += ps[i].weight
	}
	best, mask := s.planCost(ps), uint32(0)
	cut := int(s.cuts[len(ps)-1])
	chained := len(ps)-1 <= maxAmong && s.chains[0][len(ps)-1] == best
	var masks []uint32
	// Bits of few values only: in a wide range a bit divides the values in more
	// places than a proof can look at.
	if ps[len(ps)-1].last-ps[0].first < maxRange {
		masks = promising(ps)
	}
	for _, m := range masks {
		set, clear := bySet(ps, m)
		if c := s.planCost(set) + s.planCost(clear) + total + s.fee; c < best {
			best, mask = c, m
		}
	}
	var t test
	var yes, no []span
	switch {
	case mask != 0:
		t = test{word: s.word, op: opSet, mask: ^uint32(0), k: mask}
		yes, no = bySet(ps, mask)
	case chained:
		return n, cost
	default:
		t = test{word: s.word, op: opGe, mask: ^uint32(0), k: ps[cut].first}
		yes, no = ps[cut:], ps[:cut]
	}
	y, a := s.best(yes, maxHeavy)
	z, b := s.best(no, maxHeavy)
	if c := a + b + total + s.fee; c < cost {
		return s.decide(t, y, z), c
	}
	return n, cost
}

const (
	// minBits is from how many spans on a test of bits can be worth while.
	minBits = 4
	// maxRange is from how far apart the values are not.
	maxRange = 1 << 12
	// maxBits is of how many bits all sets are looked at.
	maxBits = 9
	// maxPromising is how many sets are tried.
	maxPromising = 64
)

// planCost returns what the cheapest planned tree costs.
func (s *work) planCost(ps []span) uint32 {
	if len(ps) == 1 {
		return 0
	}
	s.planAll(ps)
	return s.costs[len(ps)-1]
}

// promising returns the sets of bits that divide spans best: for which what
// remains to be found out is least.
func promising(ps []span) []uint32 {
	varying := uint32(0)
	for i := range ps[1:] {
		varying |= ps[i].first ^ ps[i+1].first
	}
	var masks, low []uint32
	for rest := varying; rest != 0; rest &= rest - 1 {
		if bit := rest & -rest; len(low) < maxBits {
			low = append(low, bit)
		} else {
			masks = append(masks, bit)
		}
	}
	for subset := 1; subset < 1<<len(low); subset++ {
		mask := uint32(0)
		for i, bit := range low {
			if subset>>i&1 != 0 {
				mask |= bit
			}
		}
		masks = append(masks, mask)
	}
	var order list
	for i, m := range masks {
		if set, clear := bySet(ps, m); len(set) > 0 && len(clear) > 0 {
			order.pair(uncertainty(set)+uncertainty(clear), i)
		}
	}
	order.set()
	var out []uint32
	for _, o := range order[:min(len(order), maxPromising)] {
		out = append(out, masks[uint32(o)])
	}
	return out
}

// uncertainty is about how many tests tell spans apart, times their weight.
func uncertainty(ps []span) uint32 {
	total, sum := uint32(0), uint64(0)
	for i := range ps {
		total += ps[i].weight
		sum += uint64(ps[i].weight) * uint64(log2(ps[i].weight))
	}
	return uint32((uint64(total)*uint64(log2(total)) - min(sum, uint64(total)*uint64(log2(total)))) >> 8)
}

// log2 returns the binary logarithm in units of 1/256, linear between powers.
func log2(v uint32) uint32 {
	n := bits.Len32(v) - 1
	return uint32(n)<<8 | v<<(31-n)>>23&0xff
}

// bySet divides spans into what has a bit of mask set and what has none.
func bySet(ps []span, mask uint32) (set, clear []span) {
	for i := range ps {
		set = appendWithin(set, ps[i], mask, true)
		clear = appendWithin(clear, ps[i], mask, false)
	}
	return set, clear
}

// appendWithin appends the part of p whose values have a bit of mask, or none. It
// is one span with the last one if both are decided alike.
func appendWithin(ps []span, p span, mask uint32, set bool) []span {
	first, ok := above(p.first, mask, set)
	if !ok || first > p.last {
		return ps
	}
	last := below(p.last, mask, set)
	p.weight = max(share(p, mask, set), 1)
	p.first, p.last = first, last
	if k := len(ps) - 1; k >= 0 && ps[k].node == p.node {
		ps[k].last = last
		ps[k].weight += p.weight
		return ps
	}
	return append(ps, p)
}

// share returns the weight of a part of a span, in which all values weigh alike.
// Wide spans hold few calls.
func share(p span, mask uint32, set bool) uint32 {
	const wide = 1 << 10
	if p.last-p.first >= wide {
		return p.weight / 2
	}
	n := uint32(0)
	for v := p.first; ; v++ {
		if (v&mask != 0) == set {
			n++
		}
		if v == p.last {
			return uint32(uint64(p.weight) * uint64(n) / uint64(p.last-p.first+1))
		}
	}
}

// above returns the lowest value from v on that has a bit of mask, or none.
func above(v, mask uint32, set bool) (uint32, bool) {
	if set {
		lowest := ^uint32(0)
		for rest := mask; rest != 0; rest &= rest - 1 {
			bit := rest & -rest
			if v&bit != 0 {
				return v, true
			}
			lowest = min(lowest, (v|bit)&^(bit-1))
		}
		return lowest, true
	}
	for v&mask != 0 {
		top := uint32(1) << (bits.Len32(v&mask) - 1)
		v = (v | (2*top - 1)) + 1
		if v == 0 {
			return 0, false
		}
	}
	return v, true
}

// below returns the highest value up to v that has a bit of mask, or none. There
// must be one.
func below(v, mask uint32, set bool) uint32 {
	if set {
		highest := uint32(0)
		for rest := mask; rest != 0; rest &= rest - 1 {
			bit := rest & -rest
			if v&bit != 0 {
				return v
			}
			if over := v &^ (2*bit - 1); over != 0 {
				highest = max(highest, over-1)
			}
		}
		return highest
	}
	for v&mask != 0 {
		top := uint32(1) << (bits.Len32(v&mask) - 1)
		v = v&^(2*top-1) | (top - 1)
	}
	return v
}
