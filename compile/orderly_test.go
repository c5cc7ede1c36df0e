package compile

import "github.com/portcullis-go/portcullis/internal/decision"

// path is what is known of words on a path to a decision.
type path struct {
	n        node
	done     uint32 // words that were tested, and then others
	word     uint8  // that was tested last
	lo, hi   uint32 // its values
	excluded string // other values that it doesn't have, as bytes
}

// orderly checks that on any path the tests of a word without masks come one after
// the other, and that none is decided by those before it.
func (c *StageChecker) orderly(w *decisions, root node) {
	seen := make(map[path]bool)
	var walk func(path)
	walk = func(a path) {
		d := w.graph.At(a.n)
		if d.Test.Op == decision.Return || seen[a] {
			return
		}
		seen[a] = true
		c.Figures.Paths++
		plain := d.Test.Mask == ^uint32(0) && d.Test.Op != decision.AnyBit
		if d.Test.Word != a.word {
			if plain && a.done>>d.Test.Word&1 != 0 {
				c.fail("decision %d looks at word %d again", a.n, d.Test.Word)
			}
			a.done |= 1 << a.word
			a.word, a.lo, a.hi, a.excluded = d.Test.Word, 0, ^uint32(0), ""
		}
		yes, no := a, a
		yes.n, no.n = d.Yes, d.No
		if plain {
			if !yes.assume(d.Test, true) || !no.assume(d.Test, false) {
				c.fail("decision %d: %+v is decided: %#x to %#x without %x", a.n, d.Test, a.lo, a.hi, a.excluded)
			}
		}
		walk(yes)
		walk(no)
	}
	walk(path{n: root, word: 31, hi: ^uint32(0)})
}

// assume limits the values to those for which t holds, or doesn't. It reports
// whether there are any.
func (a *path) assume(t decision.Test, truth bool) bool {
	switch {
	case t.Op == decision.Equal && truth:
		possible := a.lo <= t.K && t.K <= a.hi && !a.excludes(t.K)
		a.lo, a.hi, a.excluded = t.K, t.K, ""
		return possible
	case t.Op == decision.Equal:
		if t.K < a.lo || t.K > a.hi || a.excludes(t.K) {
			return true // and the other branch has nothing
		}
		a.excluded += string([]byte{byte(t.K >> 24), byte(t.K >> 16), byte(t.K >> 8), byte(t.K)})
	case truth:
		a.lo = max(a.lo, t.K)
	case t.K == 0:
		return false
	default:
		a.hi = min(a.hi, t.K-1)
	}
	for a.lo <= a.hi && a.excludes(a.lo) {
		if a.lo == a.hi {
			return false
		}
		a.lo++
	}
	for a.lo < a.hi && a.excludes(a.hi) {
		a.hi--
	}
	return a.lo <= a.hi
}

func (a *path) excludes(v uint32) bool {
	for i := 0; i < len(a.excluded); i += 4 {
		if s := a.excluded[i:]; uint32(s[0])<<24|uint32(s[1])<<16|uint32(s[2])<<8|uint32(s[3]) == v {
			return true
		}
	}
	return false
}
