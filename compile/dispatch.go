package compile

// interval is a decision for the values of a word from first up to the next
// interval's.
type interval struct {
	first  uint32
	node   node
	weight uint64 // how often values are in it, in any unit
}

// A search tree finds the value of a word. Two kinds of tests are mixed in it: a
// bound divides the values, and an equality test takes out a lone one, which is
// cheap where its neighbours are decided alike.
//
// What a tree costs is the expected number of tests and a share of their count.
// The one that is made is the cheapest that is found of those in which equality
// tests stand below all bounds, and take out what is decided otherwise than all
// else there.

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
	// is fewPlanned. There may be more where one in four is of calls whose
	// arguments are looked at: no kernel remembers these.
	maxPlanned        = 64
	fewPlanned        = 24
	maxPlannedChecked = 96
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
func (s *work) search(word uint8, is []interval) node {
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
	sum, checked := uint32(0), 0
	for i := range is {
		last := ^uint32(0)
		if i+1 < len(is) {
			last = is[i+1].first - 1
		}
		spans[i] = span{is[i].first, last, is[i].node, max(uint32(max(is[i].weight, least)>>shift), 1)}
		sum += spans[i].weight
		if s.nodes[is[i].node].op != opRet {
			checked++
		}
	}
	s.fee = max(sum/feeShare, 1)
	s.limit = maxPlannedChecked
	switch {
	case !s.has(PassPlanning):
		s.limit = 0
	case s.patient:
		s.limit = maxPlannedPatient
	case len(spans) > maxPlannedChecked, len(spans) > maxPlanned && 4*checked < len(spans):
		s.limit = fewPlanned
	}
	s.long = false
	n, _ := s.best(spans, 0)
	return n
}

// best returns the decision among spans that is the cheapest found, and its cost.
func (s *work) best(ps []span, heavy int) (node, uint32) {
	n, cost := s.tree(ps)
	if s.exhaustive != nil {
		n, cost = s.exhaustive(s, ps, n, cost)
	}
	if len(ps) < 3 || !s.has(PassHeaviest) {
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
	rest := make([]span, 0, len(ps))
	for i := range ps {
		if k := len(rest); i == at+1 && k > 0 && rest[k-1].node == ps[i].node {
			rest[k-1].last = ps[i].last
			rest[k-1].weight += ps[i].weight
		} else if i != at {
			rest = append(rest, ps[i])
		}
	}
	return rest
}

func (s *work) equal(k uint32) test {
	return test{word: s.word, op: opEq, mask: ^uint32(0), k: k}
}

// tree returns the search tree for spans and its cost. Bounds near the middle of
// the weight divide what are too many for a plan.
func (s *work) tree(ps []span) (node, uint32) {
	if len(ps) == 1 {
		return ps[0].node, 0
	}
	if 2 < len(ps) && len(ps) <= s.limit {
		s.planAll(ps)
		return s.planned(ps, 0, len(ps)-1), s.costs[len(ps)-1]
	}
	at, total := s.middle(ps)
	above, a := s.tree(ps[at:])
	below, b := s.tree(ps[:at])
	return s.decide(test{word: s.word, op: opGe, mask: ^uint32(0), k: ps[at].first}, above, below), a + b + total + s.fee
}

// middle returns the weight of spans and before which of them a bound divides
// those that are too many for a plan: where the weight of both sides is most
// alike. In long programs it takes only places that divide the code into pieces
// within which all jumps are near, so that there are few far ones.
func (s *work) middle(ps []span) (mid int, total uint32) {
	code := 0
	for i := range ps {
		total += ps[i].weight
		code += s.size(&ps[i])
	}
	s.long = s.long || code > longCode
	pieces := code/piece + 1
	best, left, passed := total, uint32(0), 0
	mid = 1
	for i := range ps[1:] {
		left += ps[i].weight
		before := passed * pieces / code
		passed += s.size(&ps[i])
		if s.long && pieces > 1 && passed*pieces/code == before {
			continue
		}
		if off := max(left, total-left) - min(left, total-left); off < best {
			mid, best = i+1, off
		}
	}
	return mid, total
}

// size is about how many instructions there are for a span in a long program:
// most need not be exact for that.
func (s *work) size(p *span) int {
	if s.nodes[p.node].op == opRet {
		return 2
	}
	return 6
}
