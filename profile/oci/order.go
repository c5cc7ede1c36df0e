package oci

import (
	"slices"

	"github.com/portcullis-go/portcullis/profile"
)

// ruleTree is libseccomp's decision tree of the conditional rules of one call. A
// comparison of a 64-bit argument becomes comparisons of its two halves, and rules
// share the nodes with which they begin.
//
// A level of the tree is a list of nodes that are tried in order. Each node
// tests one half of one argument; of its two edges the one that the test takes
// leads to a verdict, to another level, or nowhere. Where a level gives no
// verdict, the next node of the level above it is tried.
type ruleTree struct {
	budget   *budget
	bits     int
	rules    []treeRule
	level    []*treeNode
	domain   callDomain
	conflict bool // two rules of the tree conflict; it means nothing
	mixed    bool // the rules have several actions
	paths    []treePath
}

// treeRule is a rule as it applies to one call.
type treeRule struct {
	rule  int    // index of resolver.rules
	word  uint32 // of its action
	name  string // of the call that the rule names
	conds conjunction
	muxed bool // the call is socketcall or ipc
	args  bool // muxed, and the rule has conditions
	live  bool // has a verdict in the finished tree
}

// label names the call of t in a text.
func (t *treeRule) label() string {
	if t.muxed {
		return t.name + " through a multiplexing call"
	}
	return t.name
}

// nodeOp is what a node tests.
type nodeOp uint8

const (
	nodeEqual nodeOp = iota
	nodeMasked
	nodeGreater
	nodeGreaterEqual
)

// nodeTest is the test of a node: of the low or high half of an argument.
type nodeTest struct {
	pos         uint8 // 2*argument, +1 for the high half
	op          nodeOp
	mask, datum uint32
}

func (t nodeTest) high() bool { return t.pos&1 != 0 }

// Classes of comparisons, by which the nodes of a level are ordered after pos.
const (
	classLower uint8 = iota // GT, GE
	classUpper              // LT, LE
	classEqual              // EQ, NE, MASKED_EQ
)

type treeNode struct {
	test  nodeTest
	class uint8  // of the comparison that made the node
	full  uint64 // the value of that comparison
	to    [2]treeEdge
}

// The edges of a node.
const (
	isFalse = 0
	isTrue  = 1
)

// treeEdge is where a test leads: to the action of a rule, to a level, or, as
// the zero value, nowhere.
type treeEdge struct {
	verdict int // index of ruleTree.rules, +1
	level   []*treeNode
}

// leaf reports whether no level hangs below n.
func (n *treeNode) leaf() bool { return n.to[0].level == nil && n.to[1].level == nil }

// before reports whether n, a new node, is tried before x.
func (n *treeNode) before(x *treeNode) bool {
	switch {
	case n.test.pos != x.test.pos:
		return n.test.pos > x.test.pos
	case n.class != x.class:
		return n.class > x.class
	case x.class == classUpper:
		return n.test.datum < x.test.datum
	}
	return n.test.datum > x.test.datum
}

// expand returns the nodes of a conjunction whose verdict is rule's, as an edge.
func (t *ruleTree) expand(c conjunction, rule int) treeEdge {
	if len(c) == 0 {
		return treeEdge{verdict: rule + 1}
	}
	if !t.budget.spend(3 * workNode) {
		return treeEdge{verdict: rule + 1} // the document is refused anyway
	}
	next := func() treeEdge { return t.expand(c[1:], rule) }
	if t.bits == 32 {
		return t.expand32(c[0], next)
	}
	return t.expand64(c[0], next)
}

func oneNode(n *treeNode) treeEdge { return treeEdge{level: []*treeNode{n}} }

func (t *ruleTree) expand32(c profile.Test, next func() treeEdge) treeEdge {
	n := newNode(c, false)
	switch c.Op {
	case profile.OpNotEqual, profile.OpLess, profile.OpLessEqual:
		n.to[isFalse] = next()
	default:
		n.to[isTrue] = next()
	}
	return oneNode(n)
}

func (t *ruleTree) expand64(c profile.Test, next func() treeEdge) treeEdge {
	hi, lo := newNode(c, true), newNode(c, false)
	switch c.Op {
	case profile.OpEqual, profile.OpMaskedEqual:
		hi.to[isTrue] = oneNode(lo)
		lo.to[isTrue] = next()
		return oneNode(hi)
	case profile.OpNotEqual:
		hi.to[isFalse] = next()
		hi.to[isTrue] = oneNode(lo)
		lo.to[isFalse] = next()
		return oneNode(hi)
	}
	above := *hi
	above.test.op, hi.test.op = nodeGreater, nodeEqual
	above.to[isFalse] = oneNode(hi)
	hi.to[isTrue] = oneNode(lo)
	if c.Op == profile.OpGreater || c.Op == profile.OpGreaterEqual {
		above.to[isTrue] = next()
		lo.to[isTrue] = next()
	} else {
		hi.to[isFalse] = next()
		lo.to[isFalse] = next()
	}
	return oneNode(&above)
}

// newNode returns the node that compares one half of c's argument. The operator is
// that for the low half.
func newNode(c profile.Test, high bool) *treeNode {
	mask := ^uint64(0)
	if c.Op == profile.OpMaskedEqual {
		mask = c.Mask
	}
	n := &treeNode{test: nodeTest{pos: 2 * uint8(c.Field), mask: uint32(mask), datum: uint32(c.Value)}, full: c.Value}
	if high {
		n.test.pos++
		n.test.mask, n.test.datum = uint32(mask>>32), uint32(c.Value>>32)
	}
	n.test.datum &= n.test.mask
	switch c.Op {
	case profile.OpEqual, profile.OpNotEqual:
		n.test.op, n.class = nodeEqual, classEqual
	case profile.OpMaskedEqual:
		n.test.op, n.class = nodeMasked, classEqual
	case profile.OpLess:
		n.test.op, n.class = nodeGreaterEqual, classUpper
	case profile.OpLessEqual:
		n.test.op, n.class = nodeGreater, classUpper
	case profile.OpGreater:
		n.test.op, n.class = nodeGreater, classLower
	case profile.OpGreaterEqual:
		n.test.op, n.class = nodeGreaterEqual, classLower
	}
	return n
}

// insertion is what became of a rule that was added to the tree.
type insertion struct {
	placed   bool // it has a verdict somewhere
	blocker  int  // rule+1 whose verdict stands where this one's would, or 0
	conflict int  // rule+1 that nothing orders with this one, or 0
}

// insert adds a rule to the tree. Its conditions are not empty.
func (t *ruleTree) insert(r treeRule) insertion {
	i := len(t.rules)
	if i > 0 && t.action(i) != r.word {
		t.mixed = true
	}
	t.rules = append(t.rules, r)
	var o insertion
	if e := t.expand(r.conds, i); e.level != nil {
		t.insertAt(&t.level, e.level[0], &o)
	}
	return o
}

// action returns the word of the action of verdict v.
func (t *ruleTree) action(v int) uint32 { return t.rules[v-1].word }

// insertAt adds a node to a level, or merges it with its like.
func (t *ruleTree) insertAt(level *[]*treeNode, n *treeNode, o *insertion) {
	for i, x := range *level {
		if x.test == n.test {
			t.budget.spend(i + 4)
			t.merge(x, n, o)
			return
		}
		if n.before(x) {
			t.budget.spend(i + 4)
			*level = slices.Insert(*level, i, n)
			o.placed = true
			return
		}
	}
	t.budget.spend(len(*level) + 4)
	*level = append(*level, n)
	o.placed = true
}

// merge adds the edges of n to x, which tests the same.
func (t *ruleTree) merge(x, n *treeNode, o *insertion) {
	for _, b := range [...]int{isTrue, isFalse} {
		if n.to[b].verdict != 0 {
			if t.mergeVerdict(x, n, b, o); o.conflict != 0 {
				return
			}
		}
	}
	for _, b := range [...]int{isTrue, isFalse} {
		have, add := &x.to[b], n.to[b]
		switch {
		case add.level == nil:
		case have.level != nil:
			if t.insertAt(&have.level, add.level[0], o); o.conflict != 0 {
				return
			}
		case have.verdict == 0:
			have.level = add.level
			o.placed = true
		default:
			o.blocker = have.verdict // a rule that tests less has it
		}
	}
}

// mergeVerdict adds the verdict of n's edge b to x.
func (t *ruleTree) mergeVerdict(x, n *treeNode, b int, o *insertion) {
	have, add := &x.to[b], n.to[b].verdict
	if have.verdict == 0 {
		if o.conflict = t.otherAction(have.level, t.action(add)); o.conflict == 0 {
			*have = treeEdge{verdict: add}
			o.placed = true
		}
		return
	}
	if t.action(have.verdict) == t.action(add) {
		o.blocker = have.verdict
		return
	}
	old := have.verdict
	// Of two bounds whose upper halves are equal, the tighter one decides what
	// lies beyond that half.
	if n.test.high() && (b == isTrue && n.full > x.full || b == isFalse && n.full < x.full) {
		have.verdict = add
		o.placed = true
	} else {
		o.blocker = old
	}
	if x.leaf() || n.leaf() {
		o.conflict = old
	}
}

// otherAction returns a verdict below level whose action is not a, or 0.
func (t *ruleTree) otherAction(level []*treeNode, a uint32) int {
	for _, n := range level {
		t.budget.spend(1)
		for _, e := range n.to {
			if v := t.otherActionAt(e, a); v != 0 {
				return v
			}
		}
	}
	return 0
}

func (t *ruleTree) otherActionAt(e treeEdge, a uint32) int {
	if e.verdict != 0 && t.action(e.verdict) != a {
		return e.verdict
	}
	return t.otherAction(e.level, a)
}
