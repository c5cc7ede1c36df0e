package decision

import "github.com/portcullis-go/portcullis/internal/radix"

// Rewriter rebuilds argument decisions so that each word is tested once on any path:
// it divides the values of the word into the intervals that the decision distinguishes,
// and has these searched as numbers are. What several system calls share stays shared.
//
// Its bookkeeping is indexed by node and grows with the graph.
type Rewriter struct {
	// Graph is where the decisions are.
	Graph *Graph
	// Search returns the decision that finds the interval of a word. The intervals
	// ascend and cover all values.
	Search func(word uint8, is []Interval) Node
	// High is which word of a 64-bit field is the high one, 0 or 1.
	High int
	// LowFirst allows testing the low words of all fields before any high one. High
	// words are usually 0, so testing them decides little.
	LowFirst bool

	order     wordOrder
	rebuilt   [][wordOrders]Node // what a node became, plus one
	cofactors []Node             // of the nodes visited in this epoch
	visited   []int32            // the epoch in which a node was visited last
	epoch     int32
	left      int    // how many more steps may be taken for one decision
	tests     []Test // of the word that is surveyed
}

// wordOrder is in which order the words of several fields are tested.
type wordOrder uint8

const (
	byField    wordOrder = iota // field by field, the high word first
	lowFirst                    // the low words of all fields, then the high ones
	wordOrders = iota
)

// maxSteps bounds the work on one decision. What is too tangled stays as its
// conditions were written.
const maxSteps = 1 << 20

// Rewrite returns the decision n in that form, or n itself if it has that form already
// or would take too long.
func (r *Rewriter) Rewrite(n Node) Node {
	if r.Graph.IsLeaf(n) {
		return n
	}
	r.left = maxSteps
	r.newEpoch()
	var s summary
	r.summarize(n, &s)
	const low = 0x5555 // of each field, the word with the even index
	bothWords := s.words&(s.words>>1)&low != 0
	if s.repeated == 0 && (r.LowFirst || !bothWords) {
		return n
	}
	// Testing low words first repeats the tests of the high ones below each value
	// that the low ones tell apart. That pays only where these are few.
	r.order = byField
	if bothWords && r.LowFirst && !s.wide && s.leaves <= 2 {
		r.order = lowFirst
	}
	if m := r.rebuild(n); r.left > 0 {
		return m
	}
	return n
}

// summary is what there is to know of a decision before it is rebuilt.
type summary struct {
	words    uint32 // that are tested, a bit each
	repeated uint32 // of these, those with several tests
	leaves   int
	wide     bool // a high word is compared with something else than 0
}

// summarize adds what is below n, once in an epoch.
func (r *Rewriter) summarize(n Node, s *summary) {
	if r.visit(n) {
		return
	}
	d := r.Graph.nodes[n]
	if d.IsLeaf() {
		s.leaves++
		return
	}
	r.left--
	bit := uint32(1) << d.Test.Word
	s.repeated |= s.words & bit
	s.words |= bit
	if int(d.Test.Word)%2 == r.High && !(d.Test.Op == Equal && d.Test.K == 0) {
		s.wide = true
	}
	r.summarize(d.Yes, s)
	r.summarize(d.No, s)
}

// rebuild is Rewrite in the current order of words.
func (r *Rewriter) rebuild(n Node) Node {
	if r.Graph.IsLeaf(n) || r.left <= 0 {
		return n
	}
	r.fit()
	if m := r.rebuilt[n][r.order]; m > 0 {
		return m - 1
	}
	word, cuts, masked := r.survey(n)
	var m Node
	if len(cuts) == 0 {
		m = r.Graph.Decide(masked, r.rebuild(r.cofactorByTest(n, masked, true)), r.rebuild(r.cofactorByTest(n, masked, false)))
	} else {
		is := r.divide(make([]Interval, 0, len(cuts)), n, word, cuts, AllBits)
		m = r.Search(word, Merge(is))
	}
	if r.left > 0 {
		r.rebuilt[n][r.order] = m + 1
	}
	return m
}

// divide appends the decisions of n for the intervals of a word that start at cuts
// and end at last.
func (r *Rewriter) divide(is []Interval, n Node, word uint8, cuts []uint64, last uint32) []Interval {
	n = r.cofactorByRange(n, word, uint32(cuts[0]), last)
	if len(cuts) == 1 || r.Graph.IsLeaf(n) || r.left <= 0 {
		return append(is, Interval{First: uint32(cuts[0]), Last: last, Node: r.rebuild(n), Weight: 1})
	}
	mid := len(cuts) / 2
	is = r.divide(is, n, word, cuts[:mid], uint32(cuts[mid]-1))
	return r.divide(is, n, word, cuts[mid:], last)
}

// survey returns the first word that n tests and where its values divide; if they
// don't, a test of it under a mask.
func (r *Rewriter) survey(n Node) (word uint8, cuts []uint64, masked Test) {
	r.newEpoch()
	r.tests = r.tests[:0]
	r.collect(n)
	word = r.tests[0].Word
	cuts = make([]uint64, 1, 1+2*len(r.tests)) // 0 is where the first interval starts
	for _, t := range r.tests {
		switch {
		case t.Mask != AllBits || t.Op == AnyBit:
			masked = t
		case t.Op == Equal && t.K < AllBits:
			cuts = append(cuts, uint64(t.K), uint64(t.K)+1)
		default:
			cuts = append(cuts, uint64(t.K))
		}
	}
	cuts = radix.SortUnique(cuts)
	if len(cuts) == 1 {
		return word, nil, masked
	}
	return word, cuts, masked
}

// collect gathers the tests of the word that comes first below n.
func (r *Rewriter) collect(n Node) {
	d := r.Graph.nodes[n]
	if d.IsLeaf() || r.visit(n) {
		return
	}
	r.left--
	switch {
	case len(r.tests) == 0 || r.position(d.Test.Word) < r.position(r.tests[0].Word):
		r.tests = append(r.tests[:0], d.Test)
	case d.Test.Word == r.tests[0].Word:
		r.tests = append(r.tests, d.Test)
	}
	r.collect(d.Yes)
	r.collect(d.No)
}

// position orders words; those with lower positions are tested first.
func (r *Rewriter) position(word uint8) int {
	low := (int(word) + r.High) % 2 // 1 for a low word
	if r.order == lowFirst {
		return int(word) - 64*low
	}
	return int(word)/2*2 + low
}

// visit reports whether a node was visited in this epoch, and marks it.
func (r *Rewriter) visit(n Node) bool {
	if r.visited[n] == r.epoch {
		return true
	}
	r.visited[n] = r.epoch
	return false
}

// newEpoch begins a walk in which no node was visited yet. It has room for those that
// exist now.
func (r *Rewriter) newEpoch() {
	r.epoch++
	r.fit()
}

// fit makes room for all nodes.
func (r *Rewriter) fit() {
	if k := len(r.Graph.nodes) - len(r.visited); k > 0 {
		r.visited = append(r.visited, make([]int32, k)...)
		r.cofactors = append(r.cofactors, make([]Node, k)...)
		r.rebuilt = append(r.rebuilt, make([][wordOrders]Node, k)...)
	}
}
