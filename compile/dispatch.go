package compile

import (
	"math"
	"slices"
)

// interval is a decision for the values of a word from first up to the next
// interval's.
type interval struct {
	first  uint32
	node   node
	weight float32 // how often values are in it, in any unit
}

// search returns the decision that finds a word's interval. The intervals
// ascend, the first starts at 0, and no two neighbours are equal.
//
// Two kinds of comparisons are mixed: a bound divides the intervals, and an
// equality test takes out a lone value, which is cheap where its neighbours are
// equal. The tree is the cheapest of those in which equality tests stand below
// all bounds, where cost is the expected number of comparisons and a share of
// their count; from maxExact intervals on, bounds near the middle of the weight
// divide them first.
func (g *dag) search(word uint8, is []interval) node {
	s := &searcher{dag: g, word: word, is: is}
	total := float32(0)
	for i := range is {
		is[i].weight = max(is[i].weight, leastWeight)
		total += is[i].weight
	}
	s.fee = total * sizeFee
	return s.divide(0, len(is)-1)
}

const (
	maxExact = 80
	// sizeFee is what an instruction costs in comparisons of an average call.
	sizeFee = 1.0 / 64
	// leastWeight keeps the ways to intervals that are never called short.
	leastWeight = 1.0 / 16
)

type searcher struct {
	*dag
	word uint8
	is   []interval
	fee  float32
	// The plan of n intervals from base on: by first and last, the cost, and
	// the interval before which to divide, or 0 for a chain of equality tests.
	base, n int
	cost    []float32
	cut     []int16
	sum     []float32 // of the weights before each
}

// divide returns the decision for the intervals i to j.
func (s *searcher) divide(i, j int) node {
	if j-i < maxExact {
		s.optimize(i, j)
		return s.build(i, j)
	}
	var total, left float32
	for _, iv := range s.is[i : j+1] {
		total += iv.weight
	}
	mid := i + 1
	for left = s.is[i].weight; mid < j && left+s.is[mid].weight/2 < total/2; mid++ {
		left += s.is[mid].weight
	}
	return s.decide(s.bound(mid), s.divide(mid, j), s.divide(i, mid-1))
}

func (s *searcher) bound(i int) test {
	return test{word: s.word, op: opGe, mask: ^uint32(0), k: s.is[i].first}
}

// lone reports whether interval i is of one value.
func (s *searcher) lone(i int) bool {
	if i+1 < len(s.is) {
		return s.is[i].first+1 == s.is[i+1].first
	}
	return s.is[i].first == ^uint32(0)
}

// optimize plans the decisions of all ranges within i to j, shorter ones first.
func (s *searcher) optimize(i, j int) {
	s.base, s.n = i, j-i+1
	n := s.n
	s.cost = slices.Grow(s.cost[:0], n*n)[:n*n]
	s.cut = slices.Grow(s.cut[:0], n*n)[:n*n]
	s.sum = slices.Grow(s.sum[:0], n+1)[:n+1]
	s.sum[0] = 0
	for k := range n {
		s.sum[k+1] = s.sum[k] + s.is[i+k].weight
		s.cost[k*n+k], s.cut[k*n+k] = 0, int16(k)
	}
	for width := 1; width < n; width++ {
		for a := 0; a+width < n; a++ {
			b := a + width
			best, cut := s.chainCost(a, b), int16(0)
			// The best divisions of ranges that are one shorter enclose this one's,
			// as in any search tree by weight.
			from, to := max(int(s.cut[a*n+b-1])-1, a+1), min(int(s.cut[(a+1)*n+b])+1, b)
			if s.cut[a*n+b-1] == 0 || s.cut[(a+1)*n+b] == 0 || from > to {
				from, to = a+1, b
			}
			for c := from; c <= to; c++ {
				if cost := s.cost[a*n+c-1] + s.cost[c*n+b]; cost+s.sum[b+1]-s.sum[a]+s.fee < best {
					best, cut = cost+s.sum[b+1]-s.sum[a]+s.fee, int16(c)
				}
			}
			s.cost[a*n+b], s.cut[a*n+b] = best, cut
		}
	}
}

// maxChain bounds a chain of equality tests.
const maxChain = 6

// chain returns the lone values of a to b that a chain of equality tests takes
// out, heaviest first, and the decision of the rest; ok is false if the rest
// isn't of one decision, or the chain would be too long.
func (s *searcher) chain(a, b int) (lone []int, rest node, ok bool) {
	rest = -1
	for k := a; k <= b; k++ {
		if i := s.base + k; !s.lone(i) {
			n := s.is[i].node
			if rest >= 0 && n != rest {
				return nil, 0, false
			}
			rest = n
		}
	}
	if rest < 0 {
		rest = s.is[s.base+b].node
	}
	for k := a; k <= b; k++ {
		if i := s.base + k; s.is[i].node != rest {
			if lone = append(lone, i); len(lone) > maxChain {
				return nil, 0, false
			}
		}
	}
	for i := range lone { // there are few
		for ; i > 0 && s.is[lone[i-1]].weight < s.is[lone[i]].weight; i-- {
			lone[i-1], lone[i] = lone[i], lone[i-1]
		}
	}
	return lone, rest, true
}

func (s *searcher) chainCost(a, b int) float32 {
	if b-a > 2*maxChain {
		return math.MaxFloat32
	}
	lone, _, ok := s.chain(a, b)
	if !ok {
		return math.MaxFloat32
	}
	rest := s.sum[b+1] - s.sum[a]
	cost := float32(0)
	for _, i := range lone {
		cost += rest + s.fee
		rest -= s.is[i].weight
	}
	return cost
}

// build makes the planned decision of the intervals i to j.
func (s *searcher) build(i, j int) node {
	a, b := i-s.base, j-s.base
	if a == b {
		return s.is[i].node
	}
	if cut := int(s.cut[a*s.n+b]); cut != 0 {
		return s.decide(s.bound(s.base+cut), s.build(s.base+cut, j), s.build(i, s.base+cut-1))
	}
	lone, n, _ := s.chain(a, b)
	for k := len(lone) - 1; k >= 0; k-- {
		iv := s.is[lone[k]]
		n = s.decide(test{word: s.word, op: opEq, mask: ^uint32(0), k: iv.first}, iv.node, n)
	}
	return n
}
