package compile

// node is a decision of the DAG, by its place in dag.nodes. Places ascend from
// the leaves up: a node's branches have lower places.
type node int32

// test is one comparison of a 32-bit word of seccomp_data with a constant.
type test struct {
	word uint8 // index of the word in seccomp_data
	op   testOp
	mask uint32 // applied to the word first; all ones for none
	k    uint32
}

type testOp uint8

const (
	opRet testOp = iota // a leaf: the filter returns k
	opEq
	opGe
	opSet // any bit of k is set
)

// decision is a test and where it leads. It is a leaf if its op is opRet.
type decision struct {
	test
	yes, no node
}

// dag is a set of decisions in which no two are equal, so that equal parts of
// a filter exist once. It isn't safe for concurrent use.
type dag struct {
	nodes []decision
	// slots is a hash table of places in nodes, plus one; 0 is a free slot. Its
	// length is a power of two.
	slots []int32
	// apart leaves equal decisions that aren't leaves apart.
	apart bool
	// cost counts, by rule, the tests that building its condition added and the
	// ranges of numbers that it is the first to claim; rule is the one being
	// built, or -1.
	cost []int
	rule int
	// full is set once the DAG has outgrown maxNodes. Further decisions are
	// then dropped, and no program is made.
	full bool
}

// maxNodes bounds memory and time on hostile profiles. Each node costs at least
// an instruction if it can be reached, and 4096 is the limit there.
const maxNodes = 1 << 18

// startNodes is for how many nodes a DAG has room at first, which is enough for
// most filters.
const startNodes = 256

func newDAG() *dag {
	return &dag{nodes: make([]decision, 0, startNodes), slots: make([]int32, 2*startNodes), rule: -1}
}

// leaf returns the decision to return ret.
//
//go:noinline
func (g *dag) leaf(ret uint32) node { return g.intern(decision{test: test{op: opRet, k: ret}}) }

// decide returns the decision that leads to yes where t holds and to no where
// it doesn't.
func (g *dag) decide(t test, yes, no node) node {
	if yes == no {
		return yes
	}
	// Bounds that single out the first or the last value are tests for equality,
	// so that each comparison has one form.
	if t.op == opGe && t.mask == ^uint32(0) {
		switch t.k {
		case 1:
			t.op, t.k, yes, no = opEq, 0, no, yes
		case ^uint32(0):
			t.op = opEq
		}
	}
	before := len(g.nodes)
	n := g.intern(decision{t, yes, no})
	if len(g.nodes) > before {
		g.charge(g.rule)
	}
	return n
}

// charge counts a comparison for a rule, unless it is -1.
//
//go:noinline
func (g *dag) charge(rule int) {
	if rule < 0 {
		return
	}
	for len(g.cost) <= rule {
		g.cost = append(g.cost, 0)
	}
	g.cost[rule]++
}

func (g *dag) intern(d decision) node {
	if len(g.nodes) >= maxNodes {
		g.full = true
		return 0
	}
	if 2*len(g.nodes) >= len(g.slots) {
		g.slots = make([]int32, 2*len(g.slots))
		for n := range g.nodes {
			if at, there := g.find(&g.nodes[n]); !there {
				g.slots[at] = int32(n) + 1
			}
		}
	}
	n := node(len(g.nodes))
	if !g.apart || d.op == opRet {
		at, there := g.find(&d)
		if there {
			return node(g.slots[at] - 1)
		}
		g.slots[at] = int32(n) + 1
	}
	g.nodes = append(g.nodes, d)
	return n
}

// find returns where in slots a decision is, or would have to be.
func (g *dag) find(d *decision) (at uint32, there bool) {
	for at = d.hash(); ; at++ {
		at &= uint32(len(g.slots) - 1)
		n := g.slots[at] - 1
		if n < 0 || g.nodes[n] == *d {
			return at, n >= 0
		}
	}
}

func (d *decision) hash() uint32 {
	h := uint64(d.k)<<32 | uint64(d.mask)
	h = (h ^ uint64(d.word)<<8 ^ uint64(d.op)) * 0x9e3779b97f4a7c15
	h = (h ^ h>>29 ^ uint64(d.yes)<<32 ^ uint64(d.no)) * 0xbf58476d1ce4e5b9
	return uint32(h >> 32)
}

// mapLeaves returns the DAG below n with every return value replaced.
func (g *dag) mapLeaves(n node, f func(ret uint32) uint32) node {
	memo := make(map[node]node)
	var walk func(node) node
	walk = func(n node) node {
		if m, ok := memo[n]; ok {
			return m
		}
		d := g.nodes[n]
		var m node
		if d.op == opRet {
			m = g.leaf(f(d.k))
		} else {
			m = g.decide(d.test, walk(d.yes), walk(d.no))
		}
		memo[n] = m
		return m
	}
	return walk(n)
}
