package decision

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// wantWellFormed wants branches below their decisions and, unless nothing is shared,
// each decision once.
func wantWellFormed(t *testing.T, g *Graph) {
	t.Helper()
	seen := make(map[Decision]Node)
	for n := range Node(g.Len()) {
		d := g.At(n)
		if m, there := seen[d]; there && (!g.NoSharing || d.IsLeaf()) {
			t.Fatalf("%d and %d are both %+v", m, n, d)
		}
		seen[d] = n
		if g.IsLeaf(n) != d.IsLeaf() || d.IsLeaf() != (d.Test.Op == Return) {
			t.Fatalf("%d: %+v is a leaf, or isn't", n, d)
		}
		if !d.IsLeaf() && (d.Yes >= n || d.No >= n || d.Yes == d.No) {
			t.Fatalf("%d leads to %d and %d", n, d.Yes, d.No)
		}
	}
}

// Equal decisions exist once, also where the table of them had to grow.
func TestHashConsing(t *testing.T) {
	for _, noSharing := range []bool{false, true} {
		g := New()
		g.NoSharing = noSharing
		build := func() (ns []Node) {
			rnd := rand.New(rand.NewPCG(5, 1))
			for range 100 {
				ns = append(ns, randomDAG(rnd, g, 30, 5))
			}
			return ns
		}
		first, size := build(), g.Len()
		second := build()
		wantWellFormed(t, g)
		if size < 4*startNodes {
			t.Errorf("%d nodes are too few to make the table grow", size)
		}
		if same := slices.Equal(first, second) && g.Len() == size; same == noSharing {
			t.Errorf("NoSharing %v: equal decisions are one: %v", noSharing, same)
		}
		for i := range first {
			rnd := rand.New(rand.NewPCG(5, 2))
			wantSame(t, rnd, g, first[i], second[i], anyWords)
		}
	}
}

// Leaves exist once, in any order.
func TestLeaf(t *testing.T) {
	g := New()
	for range 3 {
		for _, ret := range []uint32{0, 7, 7, 0, AllBits} {
			if d := g.At(g.Leaf(ret)); !d.IsLeaf() || d.Test.K != ret {
				t.Errorf("leaf %#x is %+v", ret, d)
			}
		}
	}
	if g.Len() != 3 {
		t.Errorf("%d leaves, want 3", g.Len())
	}
}

// A hash that leaves out a part of a decision would fill neighbouring slots.
func TestHash(t *testing.T) {
	parts := map[string]func(i uint32) Decision{
		"word":      func(i uint32) Decision { return Decision{Test: Test{Op: Equal, Mask: AllBits, Word: uint8(i)}} },
		"operation": func(i uint32) Decision { return Decision{Test: Test{Op: Op(i), Mask: AllBits}} },
		"mask":      func(i uint32) Decision { return Decision{Test: Test{Op: Equal, Mask: i}} },
		"constant":  func(i uint32) Decision { return Decision{Test: Test{Op: Equal, Mask: AllBits, K: i}} },
		"yes":       func(i uint32) Decision { return Decision{Test: Test{Op: Equal, Mask: AllBits}, Yes: Node(i)} },
		"no":        func(i uint32) Decision { return Decision{Test: Test{Op: Equal, Mask: AllBits}, No: Node(i)} },
	}
	for part, decision := range parts {
		hashes := make(map[uint32]bool)
		for i := range uint32(256) {
			d := decision(i)
			hashes[d.hash()%1024] = true
		}
		if len(hashes) < 150 { // of 256 balls, 227 of 1024 boxes are expected to have one
			t.Errorf("256 decisions that differ in their %s have %d slots", part, len(hashes))
		}
	}
}

// A decision that leads to one place is that place.
func TestDecideNothing(t *testing.T) {
	g := New()
	g.Rule = 0
	leaf := g.Leaf(1)
	if n := g.Decide(Test{Op: Equal, Mask: AllBits, K: 5}, leaf, leaf); n != leaf || g.Len() != 1 || len(g.Tests()) != 0 {
		t.Errorf("%d of %d nodes, tests %v", n, g.Len(), g.Tests())
	}
}

// A bound that singles out one value is a test for equality, unless it is under a
// mask.
func TestCanonicalBounds(t *testing.T) {
	g := New()
	yes, no := g.Leaf(1), g.Leaf(0)
	for _, tt := range []struct {
		name      string
		got, want Decision
	}{
		{"not the first", Decision{Test{WordNr, GreaterEqual, AllBits, 1}, yes, no}, Decision{Test{WordNr, Equal, AllBits, 0}, no, yes}},
		{"the last", Decision{Test{WordNr, GreaterEqual, AllBits, AllBits}, yes, no}, Decision{Test{WordNr, Equal, AllBits, AllBits}, yes, no}},
		{"from the second on", Decision{Test{WordNr, GreaterEqual, AllBits, 2}, yes, no}, Decision{Test{WordNr, GreaterEqual, AllBits, 2}, yes, no}},
		{"the last two", Decision{Test{WordNr, GreaterEqual, AllBits, AllBits - 1}, yes, no}, Decision{Test{WordNr, GreaterEqual, AllBits, AllBits - 1}, yes, no}},
		{"under a mask", Decision{Test{WordNr, GreaterEqual, 0xff, 1}, yes, no}, Decision{Test{WordNr, GreaterEqual, 0xff, 1}, yes, no}},
	} {
		if got := g.At(g.Decide(tt.got.Test, tt.got.Yes, tt.got.No)); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// A full graph says so, and takes no more.
func TestFull(t *testing.T) {
	g := New()
	yes, no := g.Leaf(1), g.Leaf(0)
	for k := uint32(0); g.Len() < maxNodes; k++ {
		g.Decide(Test{WordNr, Equal, AllBits, k}, yes, no)
	}
	if g.Full() {
		t.Error("full before its bound")
	}
	if n := g.Decide(Test{WordArch, Equal, AllBits, 0}, yes, no); !g.Full() || g.Len() != maxNodes || n < 0 || int(n) >= g.Len() {
		t.Errorf("%d of %d nodes, full: %v", n, g.Len(), g.Full())
	}
	g.Leaf(5)
	if g.Len() != maxNodes {
		t.Errorf("%d nodes", g.Len())
	}
}

// New decisions are charged to the rule that needs them first, and a rule may be
// charged for a test without one.
func TestCharge(t *testing.T) {
	g := New()
	yes, no := g.Leaf(1), g.Leaf(0)
	charge := func(rule int, k uint32) {
		g.Rule = rule
		g.Decide(Test{WordNr, Equal, AllBits, k}, yes, no)
	}
	charge(2, 1)
	charge(2, 2)
	charge(0, 3)
	charge(5, 3) // exists
	charge(NoRule, 4)
	g.Charge(0)
	if got := g.Tests(); !slices.Equal(got, []int{2, 0, 2}) {
		t.Errorf("%v, want 2, 0 and 2", got)
	}
}

// MapLeaves replaces every return value, and walks what is shared once.
func TestMapLeaves(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 3))
	for range 50 {
		g := New()
		n := randomDAG(rnd, g, 20, 4)
		m := g.MapLeaves(n, func(ret uint32) uint32 { return ret / 2 })
		for range 100 {
			w := randomWords(rnd)
			if got, want := decided(g, m, w), decided(g, n, w)/2; got != want {
				t.Fatalf("%v returns %d, want %d", w, got, want)
			}
		}
	}
	g := New()
	a, b := g.Leaf(0), g.Leaf(1)
	for k := range uint32(64) { // 2^64 paths
		a, b = g.Decide(Test{WordNr, Equal, AllBits, k}, a, b), g.Decide(Test{WordArch, Equal, AllBits, k}, a, b)
	}
	calls := 0
	g.MapLeaves(a, func(ret uint32) uint32 { calls++; return ret })
	if calls != 2 {
		t.Errorf("2 leaves are replaced %d times", calls)
	}
}

// TestComparisons holds Masked, AtLeast and Above against what they are called, on
// all small masks and constants.
func TestComparisons(t *testing.T) {
	g := New()
	yes, no := g.Leaf(1), g.Leaf(0)
	want := func(what string, n Node, mask, k uint32, holds func(v uint32) bool) {
		t.Helper()
		for _, v := range values {
			if got := decided(g, n, &words{v}) == 1; got != holds(v&mask) {
				t.Fatalf("%#x&%#x %s %#x: %v", v, mask, what, k, got)
			}
		}
	}
	masks := []uint32{AllBits, 1 << 31, 1<<31 | 1}
	for mask := range uint32(8) {
		masks = append(masks, mask)
	}
	for _, mask := range masks {
		for _, k := range values {
			if k&^mask == 0 {
				want("==", g.Masked(WordNr, mask, k, yes, no), mask, k, func(v uint32) bool { return v == k })
			}
			want(">=", g.AtLeast(WordNr, mask, k, yes, no), mask, k, func(v uint32) bool { return v >= k })
			if mask&(mask+1) == 0 { // low bits
				want(">", g.Above(WordNr, mask, k, yes, no), mask, k, func(v uint32) bool { return v > k })
			}
		}
	}
	wantWellFormed(t, g)
}

// What holds for every value, or for none, needs no test.
func TestNoTest(t *testing.T) {
	g := New()
	yes, no := g.Leaf(1), g.Leaf(0)
	for what, n := range map[string]Node{
		"word&0 == 0":         g.Masked(WordNr, 0, 0, yes, no),
		"word >= 0":           g.AtLeast(WordNr, AllBits, 0, yes, no),
		"not word > 2^32-1":   g.Above(WordNr, AllBits, AllBits, no, yes),
		"not word&0xff > 255": g.Above(WordNr, 0xff, 0xff, no, yes),
	} {
		if n != yes {
			t.Errorf("%s: %+v", what, g.At(n))
		}
	}
}

// TestMaskedForms wants tests of bits where these need no instruction for a mask.
func TestMaskedForms(t *testing.T) {
	g := New()
	yes, no := g.Leaf(1), g.Leaf(0)
	for _, tt := range []struct {
		mask, k uint32
		want    Decision
	}{
		{AllBits, 0, Decision{Test{WordNr, Equal, AllBits, 0}, yes, no}},
		{6, 0, Decision{Test{WordNr, AnyBit, AllBits, 6}, no, yes}},
		{4, 4, Decision{Test{WordNr, AnyBit, AllBits, 4}, yes, no}},
		{6, 6, Decision{Test{WordNr, Equal, 6, 6}, yes, no}},
		{6, 2, Decision{Test{WordNr, Equal, 6, 2}, yes, no}},
	} {
		if got := g.At(g.Masked(WordNr, tt.mask, tt.k, yes, no)); got != tt.want {
			t.Errorf("word&%#x == %#x: %+v, want %+v", tt.mask, tt.k, got, tt.want)
		}
	}
}
