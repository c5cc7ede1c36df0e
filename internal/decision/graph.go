package decision

// Graph is a set of decisions. It isn't safe for concurrent use.
type Graph struct {
	// NoSharing leaves equal decisions apart, unless they are leaves.
	NoSharing bool
	// Rule is the rule that new decisions are charged to; NoRule is none.
	Rule int

	nodes []Decision
	// slots is an open-addressing hash table of nodes, plus one; 0 is a free slot.
	// Its length is a power of two.
	slots []int32
	leaf  Node  // that Leaf returned last
	tests []int // charged, by rule
	full  bool
}

// NoRule is the value of Graph.Rule that charges no rule.
const NoRule = -1

// maxNodes bounds memory and time on hostile profiles. Each node costs at least an
// instruction if it can be reached, and the kernel takes 4096 of them.
const maxNodes = 1 << 18

// startNodes is how many nodes a graph has room for at first. Most filters need no
// more.
const startNodes = 256

// New returns an empty graph.
func New() *Graph {
	return &Graph{nodes: make([]Decision, 0, startNodes), slots: make([]int32, 2*startNodes), Rule: NoRule}
}

// At returns a decision of the graph.
func (g *Graph) At(n Node) Decision { return g.nodes[n] }

// IsLeaf reports whether a node returns a value.
func (g *Graph) IsLeaf(n Node) bool { return g.nodes[n].Test.Op == Return }

// Len returns the number of nodes.
func (g *Graph) Len() int { return len(g.nodes) }

// Full reports whether the graph has outgrown its bound. Decisions made since then were
// dropped, so no program may be made from it.
func (g *Graph) Full() bool { return g.full }

// Leaf returns the decision to return ret.
func (g *Graph) Leaf(ret uint32) Node {
	t := Test{Op: Return, K: ret}
	if int(g.leaf) >= len(g.nodes) || g.nodes[g.leaf].Test != t { // it is usually the last one again
		g.leaf = g.intern(Decision{Test: t})
	}
	return g.leaf
}

// Decide returns the decision that leads to yes where t holds and to no where it
// doesn't.
func (g *Graph) Decide(t Test, yes, no Node) Node {
	if yes == no {
		return yes
	}
	// Each comparison has one form: a bound that separates the first or the last value
	// is a test for equality.
	if t.Op == GreaterEqual && t.Mask == AllBits {
		switch t.K {
		case 1:
			t.Op, t.K, yes, no = Equal, 0, no, yes
		case AllBits:
			t.Op = Equal
		}
	}
	before := len(g.nodes)
	n := g.intern(Decision{t, yes, no})
	if len(g.nodes) > before && g.Rule != NoRule {
		g.Charge(g.Rule)
	}
	return n
}

// Charge counts a test for a rule.
func (g *Graph) Charge(rule int) {
	for len(g.tests) <= rule {
		g.tests = append(g.tests, 0)
	}
	g.tests[rule]++
}

// Tests returns how many tests each rule was charged for. Rules above the last one
// that was charged are left out.
func (g *Graph) Tests() []int { return g.tests }

func (g *Graph) intern(d Decision) Node {
	if len(g.nodes) >= maxNodes {
		g.full = true
		return 0
	}
	if 2*len(g.nodes) >= len(g.slots) {
		g.grow()
	}
	n := Node(len(g.nodes))
	if !g.NoSharing || d.IsLeaf() {
		slot, found := g.find(&d)
		if found {
			return Node(g.slots[slot] - 1)
		}
		g.slots[slot] = int32(n) + 1
	}
	g.nodes = append(g.nodes, d)
	return n
}

func (g *Graph) grow() {
	g.slots = make([]int32, 2*len(g.slots))
	for n := range g.nodes {
		if slot, found := g.find(&g.nodes[n]); !found {
			g.slots[slot] = int32(n) + 1
		}
	}
}

// find returns the slot of a decision, or the free one where it belongs.
func (g *Graph) find(d *Decision) (slot uint32, found bool) {
	for slot = d.hash(); ; slot++ {
		slot &= uint32(len(g.slots) - 1)
		n := g.slots[slot] - 1
		if n < 0 || g.nodes[n] == *d {
			return slot, n >= 0
		}
	}
}

func (d *Decision) hash() uint32 {
	h := uint64(d.Test.K)<<32 | uint64(d.Test.Mask)
	h = (h ^ uint64(d.Test.Word)<<8 ^ uint64(d.Test.Op)) * 0x9e3779b97f4a7c15
	h = (h ^ h>>29 ^ uint64(d.Yes)<<32 ^ uint64(d.No)) * 0xbf58476d1ce4e5b9
	return uint32(h >> 32)
}

// MapLeaves returns the decision n with every return value replaced.
func (g *Graph) MapLeaves(n Node, f func(ret uint32) uint32) Node {
	memo := make(map[Node]Node)
	var walk func(Node) Node
	walk = func(n Node) Node {
		if m, ok := memo[n]; ok {
			return m
		}
		d := g.nodes[n]
		var m Node
		if d.IsLeaf() {
			m = g.Leaf(f(d.Test.K))
		} else {
			m = g.Decide(d.Test, walk(d.Yes), walk(d.No))
		}
		memo[n] = m
		return m
	}
	return walk(n)
}

// Masked returns the decision of word&mask == k, where k has no bits outside of the
// mask. One bit, or none of several, is a test of bits: it needs no instruction for
// the mask.
func (g *Graph) Masked(word uint8, mask, k uint32, yes, no Node) Node {
	switch {
	case mask == 0:
		return yes
	case k == 0 && mask != AllBits:
		return g.Decide(Test{Word: word, Op: AnyBit, Mask: AllBits, K: mask}, no, yes)
	case k == mask && mask&(mask-1) == 0:
		return g.Decide(Test{Word: word, Op: AnyBit, Mask: AllBits, K: mask}, yes, no)
	}
	return g.Decide(Test{Word: word, Op: Equal, Mask: mask, K: k}, yes, no)
}

// AtLeast returns the decision of word&mask >= k.
func (g *Graph) AtLeast(word uint8, mask, k uint32, yes, no Node) Node {
	if k == 0 {
		return yes
	}
	return g.Decide(Test{Word: word, Op: GreaterEqual, Mask: mask, K: k}, yes, no)
}

// Above returns the decision of word&mask > k. The mask is that of some low bits.
func (g *Graph) Above(word uint8, mask, k uint32, yes, no Node) Node {
	if k >= mask {
		return no
	}
	return g.AtLeast(word, mask, k+1, yes, no)
}
