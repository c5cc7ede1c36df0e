package decision

import (
	"math/rand/v2"
	"testing"
)

// newRewriter returns a Rewriter that searches by halves and checks what it is asked
// to search.
func newRewriter(t *testing.T, high int, lowFirst bool) *Rewriter {
	r := &Rewriter{Graph: New(), High: high, LowFirst: lowFirst}
	r.Search = func(word uint8, is []Interval) Node {
		next := uint64(0)
		for k, i := range is {
			if uint64(i.First) != next || i.Last < i.First || i.Weight == 0 || k > 0 && is[k-1].Node == i.Node {
				t.Fatalf("word %d: interval %d of %v", word, k, is)
			}
			next = uint64(i.Last) + 1
		}
		if next != 1<<32 {
			t.Fatalf("word %d: %v don't cover all values", word, is)
		}
		return halves(r.Graph, word, is)
	}
	return r
}

func halves(g *Graph, word uint8, is []Interval) Node {
	if len(is) == 1 {
		return is[0].Node
	}
	mid := len(is) / 2
	return g.Decide(Test{word, GreaterEqual, AllBits, is[mid].First}, halves(g, word, is[mid:]), halves(g, word, is[:mid]))
}

// TestRewrite wants the same meaning, and the tests of each word together and in
// order.
func TestRewrite(t *testing.T) {
	rnd := rand.New(rand.NewPCG(6, 4))
	rewritten := 0
	for i := range 1000 {
		r := newRewriter(t, i%2, i/2%2 == 0)
		for range 3 { // with what the ones before have left
			n := randomDAG(rnd, r.Graph, 1+rnd.IntN(16), 2+rnd.IntN(3))
			m := r.Rewrite(n)
			wantSame(t, rnd, r.Graph, n, m, anyWords)
			if needsNone(r, n) {
				if m != n {
					t.Fatalf("%d tests no word twice, and became %d", n, m)
				}
				continue
			}
			rewritten++
			wantOrderly(t, r, m)
		}
		wantWellFormed(t, r.Graph)
	}
	if rewritten < 1000 {
		t.Errorf("only %d decisions were rewritten", rewritten)
	}
}

// needsNone reports whether each word has one test at most, and the words may be in
// any order: fields have one word each, or the low words may come first.
func needsNone(r *Rewriter, n Node) bool {
	tests := make(map[uint8]int)
	for _, d := range below(r.Graph, n) {
		tests[d.Test.Word]++
	}
	for word, k := range tests {
		if k > 1 || !r.LowFirst && tests[word^1] > 0 {
			return false
		}
	}
	return true
}

// wantOrderly walks all paths below n. Words come in order, the tests of a word
// without masks before those with masks, and each is one that the tests before it
// leave open.
func wantOrderly(t *testing.T, r *Rewriter, n Node) {
	t.Helper()
	type position struct {
		n           Node
		word        int // the last one, -1 at first
		masked      bool
		first, last uint32 // its values
	}
	seen := make(map[position]bool)
	var walk func(position)
	walk = func(p position) {
		d := r.Graph.At(p.n)
		if d.IsLeaf() || seen[p] {
			return
		}
		seen[p] = true
		word := int(d.Test.Word)
		if word != p.word {
			if p.word >= 0 && !comesFirst(r, p.word, word) {
				t.Fatalf("word %d is tested after %d", word, p.word)
			}
			p.word, p.masked, p.first, p.last = word, false, 0, AllBits
		}
		if d.Test.Mask != AllBits || d.Test.Op == AnyBit {
			p.masked = true
		} else if p.masked || d.Test.over(p.first, p.last) != unknown {
			t.Fatalf("%+v from %#x to %#x; after a test with a mask: %v", d.Test, p.first, p.last, p.masked)
		}
		yes, no := p, p
		yes.n, no.n = d.Yes, d.No
		switch {
		case p.masked:
		case d.Test.Op == Equal && d.Test.K == 0: // not from 1 on
			yes.last, no.first = 0, 1
		default: // halves tests for no other values than the last
			yes.first, no.last = d.Test.K, d.Test.K-1
		}
		walk(yes)
		walk(no)
	}
	walk(position{n: n, word: -1})
}

// comesFirst reports whether word a is tested before b.
func comesFirst(r *Rewriter, a, b int) bool {
	aLow, bLow := a%2 != r.High, b%2 != r.High
	switch {
	case r.order == lowFirst && aLow != bLow:
		return aLow
	case a/2 == b/2:
		return bLow
	}
	return a < b
}

// field returns the words of the field at index i as r has them.
func field(r *Rewriter, i int) (high, low uint8) {
	w := uint8(WordArgs + 2*i)
	return w + uint8(r.High), w + uint8(1-r.High)
}

// equal64 returns the decision of a field == k.
func equal64(r *Rewriter, i int, k uint64, yes, no Node) Node {
	high, low := field(r, i)
	n := r.Graph.Masked(low, AllBits, uint32(k), yes, no)
	return r.Graph.Masked(high, AllBits, uint32(k>>32), n, no)
}

// Low words come first where few high ones follow: only if that is allowed, if high
// words are compared with 0 alone, and if there are two verdicts.
func TestLowFirst(t *testing.T) {
	for _, high := range []int{0, 1} {
		r := newRewriter(t, high, false)
		for _, tt := range []struct {
			name     string
			allowed  bool
			k        uint64 // that the first field is compared with, beside 1
			leaves   uint32
			lowFirst bool
		}{
			{"allowed", true, 2, 2, true},
			{"not allowed", false, 2, 2, false},
			{"wide", true, 1 << 32, 2, false},
			{"three verdicts", true, 2, 3, false},
			{"allowed again", true, 2, 2, true},
		} {
			r.LowFirst = tt.allowed
			g := r.Graph
			no := g.Leaf(0)
			last := equal64(r, 1, 7, g.Leaf(1), no)
			n := equal64(r, 0, 1, last, equal64(r, 0, tt.k, g.Leaf(tt.leaves-1), no))
			m := r.Rewrite(n)
			wantOrderly(t, r, m)
			rnd := rand.New(rand.NewPCG(6, 5))
			wantSame(t, rnd, g, n, m, func(w *words) {
				for i := range w {
					w[i] = []uint32{0, 1, 2, 7, 8}[rnd.IntN(5)]
				}
			})
			highWord, lowWord := field(r, 0)
			want := highWord
			if tt.lowFirst {
				want = lowWord
			}
			if first := g.At(m).Test.Word; first != want || (r.order == lowFirst) != tt.lowFirst {
				t.Errorf("%s, high word %d: word %d is tested first, want %d", tt.name, high, first, want)
			}
		}
	}
}

// What is tested once stays as it was written, unless high words come first.
func TestRewriteNothing(t *testing.T) {
	for _, lowFirst := range []bool{false, true} {
		r := newRewriter(t, 1, lowFirst)
		g := r.Graph
		yes, no := g.Leaf(1), g.Leaf(0)
		high, low := field(r, 0)
		lowOnTop := g.Decide(Test{low, Equal, AllBits, 5}, g.Decide(Test{high, Equal, AllBits, 0}, yes, no), no)
		if m := r.Rewrite(lowOnTop); (m == lowOnTop) != lowFirst {
			t.Errorf("LowFirst %v: %+v became %+v", lowFirst, g.At(lowOnTop), g.At(m))
		}
		_, other := field(r, 1)
		twoFields := g.Decide(Test{other, Equal, AllBits, 5}, g.Decide(Test{low, Equal, AllBits, 5}, yes, no), no)
		if m := r.Rewrite(twoFields); m != twoFields {
			t.Errorf("LowFirst %v: two fields became %+v", lowFirst, g.At(m))
		}
		if m := r.Rewrite(yes); m != yes {
			t.Errorf("a leaf became %+v", g.At(m))
		}
	}
}

// tangled compares bits of two words one by one. Testing one word before the other
// takes as many decisions as the bits have values. It returns the decision about
// each number of bits.
func tangled(g *Graph, bits int) []Node {
	n, no := g.Leaf(1), g.Leaf(0)
	parts := []Node{n}
	for i := range bits {
		bit := func(word uint8, yes, no Node) Node {
			return g.Decide(Test{word, AnyBit, AllBits, 1 << i}, yes, no)
		}
		n = bit(WordArgs, bit(WordArgs+2, n, no), bit(WordArgs+2, no, n))
		parts = append(parts, n)
	}
	return parts
}

// What is tangled stays as it was written, and decisions that come after it are
// rewritten as ever.
func TestTangled(t *testing.T) {
	r := newRewriter(t, 1, true)
	g := r.Graph
	parts := tangled(g, 32)
	if m := r.Rewrite(parts[32]); m != parts[32] {
		t.Errorf("%d became %d", parts[32], m)
	}
	rnd := rand.New(rand.NewPCG(6, 6))
	for n := Node(0); int(n) < g.Len(); n += 1 + Node(rnd.IntN(g.Len()/500)) { // most were made on the way
		if len(below(g, n)) > 12 || needsNone(r, n) {
			continue
		}
		m := r.Rewrite(n)
		wantSame(t, rnd, g, n, m, anyWords)
		wantOrderly(t, r, m)
	}
}

// Rewriting doesn't fill a graph.
func TestRewriteRoom(t *testing.T) {
	r := newRewriter(t, 1, true)
	g := r.Graph
	n := tangled(g, 32)[32]
	for k := uint32(0); g.Len() < maxNodes-2000; k++ {
		g.Decide(Test{WordNr, Equal, AllBits, k}, 0, 1)
	}
	if m := r.Rewrite(n); m != n || g.Full() {
		t.Errorf("%d became %d; the graph is full: %v", n, m, g.Full())
	}
}
