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
	opGt
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
	index map[decision]node
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

func newDAG() *dag { return &dag{index: make(map[decision]node), rule: -1} }

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
	if n, ok := g.index[d]; ok {
		return n
	}
	if len(g.nodes) >= maxNodes {
		g.full = true
		return 0
	}
	n := node(len(g.nodes))
	g.nodes = append(g.nodes, d)
	g.index[d] = n
	return n
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
