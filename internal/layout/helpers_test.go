package layout

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/decision"
)

// allOptions returns every set of options.
func allOptions() (all []Options) {
	for i := range 8 {
		all = append(all, Options{ReuseLoads: i&1 != 0, OrderBlocks: i&2 != 0, DuplicateReturns: i&4 != 0})
	}
	return all
}

func equal(word uint8, k uint32) decision.Test {
	return decision.Test{Word: word, Op: decision.Equal, Mask: decision.AllBits, K: k}
}

func masked(word uint8, mask, k uint32) decision.Test {
	return decision.Test{Word: word, Op: decision.Equal, Mask: mask, K: k}
}

func atLeast(word uint8, k uint32) decision.Test {
	return decision.Test{Word: word, Op: decision.GreaterEqual, Mask: decision.AllBits, K: k}
}

// Random decisions test words from firstWord on, and compare with constants below
// constants.
const (
	firstWord = decision.WordArgs
	manyWords = 4
	constants = 64
)

// randomDAG returns a decision with up to n tests below it. Few of them are shared if
// the branches are far from the leaves.
func randomDAG(rnd *rand.Rand, g *decision.Graph, n, leaves int, deep bool) decision.Node {
	var nodes []decision.Node
	for i := range leaves {
		nodes = append(nodes, g.Leaf(uint32(i)))
	}
	pick := func() decision.Node {
		if deep && rnd.IntN(3) > 0 {
			return nodes[len(nodes)-1-rnd.IntN(min(len(nodes), 4))]
		}
		return nodes[rnd.IntN(len(nodes))]
	}
	for range n {
		word := uint8(firstWord + rnd.IntN(manyWords))
		k := 1 + rnd.Uint32N(constants-1)
		t := []decision.Test{
			equal(word, k), equal(word, k), atLeast(word, k), masked(word, 0x3c, k&0x3c),
			{Word: word, Op: decision.AnyBit, Mask: decision.AllBits, K: k},
		}[rnd.IntN(5)]
		nodes = append(nodes, g.Decide(t, pick(), pick()))
	}
	return nodes[len(nodes)-1]
}

// tree returns a balanced tree of bounds for n values of a word, each with a verdict
// of its own.
func tree(g *decision.Graph, word uint8, first, n uint32) decision.Node {
	if n == 1 {
		return g.Leaf(first)
	}
	return g.Decide(atLeast(word, first+n/2), tree(g, word, first+n/2, n-n/2), tree(g, word, first, n/2))
}

// list returns n tests for equality one after the other.
func list(g *decision.Graph, word uint8, n uint32, yes func(i uint32) decision.Node, no decision.Node) decision.Node {
	for i := range n {
		no = g.Decide(equal(word, i), yes(i), no)
	}
	return no
}

// decided returns the return value to which words lead.
func decided(g *decision.Graph, n decision.Node, w *cbpf.Words) uint32 {
	for !g.IsLeaf(n) {
		d := g.At(n)
		v := w[d.Test.Word]
		holds := v&d.Test.K != 0
		switch d.Test.Op {
		case decision.Equal:
			holds = v&d.Test.Mask == d.Test.K
		case decision.GreaterEqual:
			holds = v&d.Test.Mask >= d.Test.K
		}
		if n = d.No; holds {
			n = d.Yes
		}
	}
	return g.At(n).Test.K
}

// wantProgram wants a program that the kernel takes and that decides some words, made
// by words, as the DAG does.
func wantProgram(t *testing.T, g *decision.Graph, root decision.Node, o Options, tries int, words func(i int, w *cbpf.Words)) []bpf.RawInstruction {
	t.Helper()
	code, n := Emit(g, root, o)
	if code == nil || n != len(code) {
		t.Fatalf("%+v: %d instructions of %d", o, len(code), n)
	}
	if err := cbpf.Check(code); err != nil {
		t.Fatalf("%+v: %v\n%s", o, err, text(code))
	}
	for i := range tries {
		var w cbpf.Words
		words(i, &w)
		got, err := cbpf.Run(code, &w)
		if want := decided(g, root, &w); err != nil || got != want {
			t.Fatalf("%+v: %v returns %#x, want %#x (%v)\n%s", o, w, got, want, err, text(code))
		}
	}
	return code
}

// text returns a program as the kernel's bpf_asm writes it, a line for each
// instruction.
func text(code []bpf.RawInstruction) string {
	var b strings.Builder
	for pc := range code {
		fmt.Fprintf(&b, "%d: %s\n", pc, cbpf.Format(code, pc))
	}
	return b.String()
}
