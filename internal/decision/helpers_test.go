package decision

import (
	"math/rand/v2"
	"testing"
)

// words are values by word of seccomp_data.
type words [16]uint32

// The words that random decisions test: the number and two fields of 64 bits.
var testedWords = []uint8{WordNr, WordArgs, WordArgs + 1, WordArgs + 2, WordArgs + 3}

// values stand for all values of a word, where constants are below 8 or the highest
// ones, and masks and tested bits are among the low three and the top one: every
// other value is like one of these in each of these tests.
var values = func() (vs []uint32) {
	for _, base := range []uint32{0, 8, 1 << 31, AllBits - 7} {
		for i := range uint32(8) {
			vs = append(vs, base+i)
		}
	}
	return vs
}()

// randomWords returns values of all words.
func randomWords(rnd *rand.Rand) *words {
	var w words
	for i := range w {
		w[i] = values[rnd.IntN(len(values))]
	}
	return &w
}

// randomTest returns a test for which values stand for all values.
func randomTest(rnd *rand.Rand) Test {
	t := Test{Word: testedWords[rnd.IntN(len(testedWords))], Op: Equal, Mask: AllBits, K: rnd.Uint32N(8)}
	if rnd.IntN(6) == 0 {
		t.K = AllBits - rnd.Uint32N(3)
	}
	switch rnd.IntN(4) {
	case 0:
		t.Op, t.K = GreaterEqual, max(t.K, 1)
	case 1:
		t.Op, t.K = AnyBit, 1+rnd.Uint32N(7)|rnd.Uint32N(2)<<31
	case 2:
		t.Mask = 1 + rnd.Uint32N(7) | rnd.Uint32N(2)<<31
		t.K = rnd.Uint32() & t.Mask
	}
	return t
}

// randomDAG returns a decision with up to n tests below it.
func randomDAG(rnd *rand.Rand, g *Graph, n, leaves int) Node {
	var nodes []Node
	for i := range leaves {
		nodes = append(nodes, g.Leaf(uint32(i)))
	}
	pick := func() Node { return nodes[max(rnd.IntN(len(nodes)), rnd.IntN(len(nodes)))] }
	for range n {
		nodes = append(nodes, g.Decide(randomTest(rnd), pick(), pick()))
	}
	return nodes[len(nodes)-1]
}

// holdsPlainly is Test.Holds, written down once more.
func holdsPlainly(t Test, v uint32) bool {
	switch t.Op {
	case Equal:
		return v&t.Mask == t.K
	case GreaterEqual:
		return v&t.Mask >= t.K
	}
	return v&t.K > 0
}

// decided returns the return value to which words lead.
func decided(g *Graph, n Node, w *words) uint32 {
	for !g.IsLeaf(n) {
		d := g.At(n)
		if n = d.No; holdsPlainly(d.Test, w[d.Test.Word]) {
			n = d.Yes
		}
	}
	return g.At(n).Test.K
}

// wantSame wants two decisions to decide some random words alike, of which like
// gives each its last touch.
func wantSame(t *testing.T, rnd *rand.Rand, g *Graph, a, b Node, like func(*words)) {
	t.Helper()
	for range 200 {
		w := randomWords(rnd)
		like(w)
		if x, y := decided(g, a, w), decided(g, b, w); x != y {
			t.Fatalf("%v: %d returns %d, and %d returns %d", w, a, x, b, y)
		}
	}
}

// anyWords leaves words as they are.
func anyWords(*words) {}

// below returns the tests below n, each decision once.
func below(g *Graph, n Node) []Decision {
	var ds []Decision
	seen := make(map[Node]bool)
	var walk func(Node)
	walk = func(n Node) {
		if d := g.At(n); !d.IsLeaf() && !seen[n] {
			seen[n] = true
			ds = append(ds, d)
			walk(d.Yes)
			walk(d.No)
		}
	}
	walk(n)
	return ds
}
