package compile

import "slices"

// interval is a decision for the values of a word from first up to the next
// interval's.
type interval struct {
	first  uint32
	node   node
	weight uint64 // how often values are in it, in any unit
}

// searcher makes search trees over the values of a word. Two kinds of tests are
// mixed: a bound divides the values, and an equality test takes out a lone one,
// which is cheap where its neighbours are decided alike.
//
// What a tree costs is the expected number of tests and a share of their count.
// The one that is made is the cheapest that is found of those in which equality
// tests stand below all bounds; thorough finds the cheapest there is.
type searcher struct {
	*dag
	searching
	word uint8
	fee  uint32 // what a test costs by being there
	// limit is for how many spans a plan is made.
	limit int
	long  bool // the code of all spans is long
	// The plan of n spans: by first and last, what the cheapest tree costs, and
	// the span before which a bound divides best.
	spans  []span
	sizes  []int32
	n      int
	cost   []uint32
	cut    []int16
	sum    []uint32               // of the weights before each span
	chains [][maxAmong + 1]uint32 // by first span and distance of the last one
}

// searching is how trees are searched for; see the passes of these names.
type searching struct {
	planning, equalities, heaviest bool
	// patient plans for more spans at once, and thorough looks at all plans
	// there are and at tests of bits.
	patient, thorough bool
}

// span is a set of values with one decision: all from first to last that can
// come here. Others lie between spans, and where they would lead doesn't matter.
type span struct {
	first, last uint32
	node        node
	weight      uint32
}

const (
	// maxPlanned is for how many spans a plan is made; planning takes time that
	// grows with the square of them. What is more than that is divided until it
	// is fewPlanned.
	maxPlanned        = 64
	fewPlanned        = 48
	maxPlannedPatient = 512
	// maxWeight is what the weights of a word's values are scaled to, so that
	// sums of costs fit.
	maxWeight = 1 << 20
	// feeShare is by how many instructions a program may grow for each that the
	// average call saves.
	feeShare = 64
	// leastShare is how much lighter than the average span one may be, so that
	// what is never called isn't far away.
	leastShare = 64
	// piece is how many instructions a decision and its branches can have if all
	// jumps are near, and longCode is what is divided with regard to that.
	piece    = 2*maxSkip - 8
	longCode = 4 * piece
	// maxHeavy bounds how many values are asked for before all others.
	maxHeavy = 4
	// maxChain bounds a chain of equality tests, and maxAmong the spans among
	// which it decides: each test can have one beside it that is decided as the
	// rest is.
	maxChain = 6
	maxAmong = 2 * maxChain
)

// search returns the decision that finds a word's interval. The intervals ascend
// and the first starts at 0.
func (s *searcher) search(word uint8, is []interval) node {
	s.word = word
	total := uint64(0)
	for i := range is {
		total += is[i].weight
	}
	// What is never called must not be far away either.
	least := total / uint64(len(is)) / leastShare
	total += least * uint64(len(is))
	shift := 0
	for total>>shift > maxWeight {
		shift++
	}
	s.spans = grown(s.spans, len(is))
	spans := s.spans
	sum := uint32(0)
	for i := range is {
		last := ^uint32(0)
		if i+1 < len(is) {
			last = is[i+1].first - 1
		}
		spans[i] = span{is[i].first, last, is[i].node, max(uint32(max(is[i].weight, least)>>shift), 1)}
		sum += spans[i].weight
	}
	s.fee = max(sum/feeShare, 1)
	switch {
	case s.patient:
		s.limit = maxPlannedPatient
	case len(spans) <= maxPlanned:
		s.limit = maxPlanned
	default:
		s.limit = fewPlanned
	}
	s.long = len(spans) > s.limit && s.codes(spans) > longCode
	n, _ := s.best(spans, 0)
	return n
}

// best returns the decision among spans that is the cheapest found, and its cost.
func (s *searcher) best(ps []span, heavy int) (node, uint32) {
	n, cost := s.tree(ps)
	if len(ps) < 3 || !s.heaviest {
		return n, cost
	}
	at, total := 0, uint32(0)
	for i := range ps {
		total += ps[i].weight
		if ps[i].weight > ps[at].weight {
			at = i
		}
	}
	// Asking for a value first costs every call a test. A lone value far inside
	// needs two bounds otherwise, so that it pays from a third of the weight on;
	// or from a quarter, where its neighbours become one.
	if lone := ps[at]; lone.first == lone.last && lone.weight > total/4 && heavy < maxHeavy {
		m, less := s.best(without(ps, at), heavy+1)
		if less+total+s.fee < cost {
			return s.decide(s.equal(lone.first), lone.node, m), less + total + s.fee
		}
	}
	return n, cost
}

// without returns the spans but for one; its neighbours become one if they are
// decided alike.
func without(ps []span, at int) []span {
	rest := slices.Delete(slices.Clone(ps), at, at+1)
	if 0 < at && at < len(rest) && rest[at-1].node == rest[at].node {
		rest[at-1].last = rest[at].last
		rest[at-1].weight += rest[at].weight
		rest = slices.Delete(rest, at, at+1)
	}
	return rest
}

func (s *searcher) equal(k uint32) test {
	return test{word: s.word, op: opEq, mask: ^uint32(0), k: k}
}

// tree returns the search tree for spans and its cost. Bounds near the middle of
// the weight divide what are too many for a plan.
func (s *searcher) tree(ps []span) (node, uint32) {
	switch {
	case len(ps) == 1:
		return ps[0].node, 0
	case len(ps) == 2:
		return s.bound(ps, 1, ps[0].weight+ps[1].weight, s.tree)
	case !s.planning:
		return s.halve(ps)
	case len(ps) <= s.limit:
		s.plan(ps)
		return s.planned(ps, 0, len(ps)-1), s.cost[len(ps)-1]
	}
	total := uint32(0)
	for i := range ps {
		total += ps[i].weight
	}
	return s.bound(ps, s.middle(ps, total), total, s.tree)
}

// middle returns the span before which a bound divides spans that are too many
// for a plan: where the weight of both sides is most alike. In long programs it
// takes only places that divide the code into pieces within which all jumps are
// near, so that there are few far ones.
func (s *searcher) middle(ps []span, total uint32) int {
	all := s.codes(ps)
	code, pieces := 0, all/piece+1
	mid, best, left := 1, total, uint32(0)
	for i := 1; i < len(ps); i++ {
		left += ps[i-1].weight
		before := code * pieces / all
		code += 1 + s.size(ps[i-1].node)
		if s.long && pieces > 1 && code*pieces/all == before {
			continue
		}
		if off := max(left, total-left) - min(left, total-left); off < best {
			mid, best = i, off
		}
	}
	return mid
}

// codes returns about how many instructions spans need.
func (s *searcher) codes(ps []span) int {
	n := 0
	for i := range ps {
		n += 1 + s.size(ps[i].node)
	}
	return n
}

// size returns about how many instructions there are below a decision that no
// other one shares.
func (s *searcher) size(n node) int {
	for i := len(s.sizes); i <= int(n); i++ {
		d := &s.nodes[i]
		size := int32(0)
		if d.op != opRet {
			size = min(2+s.sizes[d.yes]+s.sizes[d.no], 1<<10)
		} else if d.k&0xffff != 0 {
			size = 1
		}
		s.sizes = append(s.sizes, size)
	}
	return int(s.sizes[n])
}

// bound divides spans before one of them and continues with both sides.
func (s *searcher) bound(ps []span, at int, total uint32, next func([]span) (node, uint32)) (node, uint32) {
	above, a := next(ps[at:])
	below, b := next(ps[:at])
	return s.decide(test{word: s.word, op: opGe, mask: ^uint32(0), k: ps[at].first}, above, below), a + b + total + s.fee
}

// halve divides in the middle of the number of spans.
func (s *searcher) halve(ps []span) (node, uint32) {
	total := uint32(0)
	for i := range ps {
		total += ps[i].weight
	}
	switch {
	case len(ps) == 1:
		return ps[0].node, 0
	case s.equalities && len(ps) <= maxAmong+1:
		if c, ok := chainOf(ps, s.fee); ok {
			return s.chained(ps), c.cost
		}
	}
	return s.bound(ps, len(ps)/2, total, s.halve)
}
