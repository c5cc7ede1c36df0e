package compile

import (
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/decision"
)

// decided keeps what is there before arguments are rewritten.
func (c *StageChecker) decided(w *decisions) {
	c.before = nil
	for _, d := range w.tables {
		d.is = append([]interval(nil), d.is...)
		c.before = append(c.before, d)
	}
}

// Decisions on arguments are what they were before, and their tests in order.
func (c *StageChecker) rewritten(w *decisions) {
	for i, d := range w.tables {
		at := 0
		for _, was := range c.before[i].is {
			for at+1 < len(d.is) && d.is[at+1].First <= was.First {
				at++
			}
			if n := d.is[at].Node; n != was.Node {
				c.same(w, was.Node, n)
				c.orderly(w.graph, n)
			}
		}
	}
}

// same compares two decisions on words near the constants that the first compares
// with.
func (c *StageChecker) same(w *decisions, was, is node) {
	var near [cbpf.SizeOf / 4][]uint32
	for word := range near {
		near[word] = []uint32{0, ^uint32(0), c.rnd.Uint32()}
	}
	visit(w.graph, was, func(d decision.Decision) {
		if d.Test.Op != decision.Return {
			near[d.Test.Word] = append(near[d.Test.Word], d.Test.K-1, d.Test.K, d.Test.K+1, d.Test.K^c.rnd.Uint32()&^d.Test.Mask, d.Test.K|c.rnd.Uint32())
		}
	})
	for range 50 {
		var words [len(near)]uint32
		for i := range words {
			words[i] = near[i][c.rnd.IntN(len(near[i]))]
		}
		if x, y := leaf(w.graph, was, &words), leaf(w.graph, is, &words); x != y {
			c.fail("%v: %#x became %#x", words, w.graph.At(x).Test.K, w.graph.At(y).Test.K)
		}
	}
}

// visit calls f with each decision that n leads to, and n.
func visit(g *decision.Graph, n node, f func(decision.Decision)) {
	reached := make([]bool, n+1)
	reached[n] = true
	for ; n >= 0; n-- {
		if !reached[n] {
			continue
		}
		d := g.At(n)
		f(d)
		if d.Test.Op != decision.Return {
			reached[d.Yes], reached[d.No] = true, true
		}
	}
}

// leaf returns the leaf to which words lead.
func leaf(g *decision.Graph, n node, words *[cbpf.SizeOf / 4]uint32) node {
	for d := g.At(n); !d.IsLeaf(); d = g.At(n) {
		if n = d.No; d.Test.Holds(words[d.Test.Word]) {
			n = d.Yes
		}
	}
	return n
}

// path is what is known of words on a path to a decision.
type path struct {
	n        node
	done     uint32 // words that were tested, and then others
	word     uint8  // that was tested last
	lo, hi   uint32 // its values
	excluded string // other values that it doesn't have, as bytes
}

// isPlain reports whether a test compares all bits of a word.
func isPlain(t decision.Test) bool { return t.Mask == decision.AllBits && t.Op != decision.AnyBit }

// orderly checks that on any path the tests of a word without masks come one after
// the other, and that none is decided by those before it.
func (c *StageChecker) orderly(g *decision.Graph, root node) {
	seen := make(map[path]bool)
	var walk func(path)
	walk = func(p path) {
		d := g.At(p.n)
		if d.IsLeaf() || seen[p] {
			return
		}
		seen[p] = true
		c.Figures.Paths++
		yes, no := c.step(p, d)
		walk(yes)
		walk(no)
	}
	walk(path{n: root, word: 31, hi: decision.AllBits})
}

// step returns the path with each answer to the test of d.
func (c *StageChecker) step(p path, d decision.Decision) (yes, no path) {
	if d.Test.Word != p.word {
		if isPlain(d.Test) && p.done>>d.Test.Word&1 != 0 {
			c.fail("decision %d looks at word %d again", p.n, d.Test.Word)
		}
		p.done |= 1 << p.word
		p.word, p.lo, p.hi, p.excluded = d.Test.Word, 0, decision.AllBits, ""
	}
	yes, no = p, p
	yes.n, no.n = d.Yes, d.No
	if isPlain(d.Test) && (!yes.assume(d.Test, true) || !no.assume(d.Test, false)) {
		c.fail("decision %d: %+v is decided: %#x to %#x without %x", p.n, d.Test, p.lo, p.hi, p.excluded)
	}
	return yes, no
}

// assume limits the values to those for which t holds, or doesn't. It reports
// whether there are any.
func (p *path) assume(t decision.Test, truth bool) bool {
	switch {
	case t.Op == decision.Equal && truth:
		possible := p.lo <= t.K && t.K <= p.hi && !p.excludes(t.K)
		p.lo, p.hi, p.excluded = t.K, t.K, ""
		return possible
	case t.Op == decision.Equal:
		if t.K < p.lo || t.K > p.hi || p.excludes(t.K) {
			return true // and the other branch has nothing
		}
		p.excluded += string([]byte{byte(t.K >> 24), byte(t.K >> 16), byte(t.K >> 8), byte(t.K)})
	case truth:
		p.lo = max(p.lo, t.K)
	case t.K == 0:
		return false
	default:
		p.hi = min(p.hi, t.K-1)
	}
	for p.lo <= p.hi && p.excludes(p.lo) {
		if p.lo == p.hi {
			return false
		}
		p.lo++
	}
	for p.lo < p.hi && p.excludes(p.hi) {
		p.hi--
	}
	return p.lo <= p.hi
}

func (p *path) excludes(v uint32) bool {
	for i := 0; i < len(p.excluded); i += 4 {
		if s := p.excluded[i:]; uint32(s[0])<<24|uint32(s[1])<<16|uint32(s[2])<<8|uint32(s[3]) == v {
			return true
		}
	}
	return false
}
