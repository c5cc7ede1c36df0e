package compile

// way is what is known of words on the way to a decision.
type way struct {
	n        node
	done     uint32 // words that were tested, and then others
	word     uint8  // that was tested last
	lo, hi   uint32 // its values
	excluded string // other values that it doesn't have, as bytes
}

// orderly checks that on any way the tests of a word without masks come one after
// the other, and that none is decided by those before it.
func (c *StageChecker) orderly(w *work, root node) {
	seen := make(map[way]bool)
	var walk func(way)
	walk = func(a way) {
		d := w.nodes[a.n]
		if d.op == opRet || seen[a] {
			return
		}
		seen[a] = true
		c.Figures.Ways++
		plain := d.mask == ^uint32(0) && d.op != opSet
		if d.word != a.word {
			if plain && a.done>>d.word&1 != 0 {
				c.fail("decision %d looks at word %d again", a.n, d.word)
			}
			a.done |= 1 << a.word
			a.word, a.lo, a.hi, a.excluded = d.word, 0, ^uint32(0), ""
		}
		yes, no := a, a
		yes.n, no.n = d.yes, d.no
		if plain {
			if !yes.assume(d.test, true) || !no.assume(d.test, false) {
				c.fail("decision %d: %+v is decided: %#x to %#x without %x", a.n, d.test, a.lo, a.hi, a.excluded)
			}
		}
		walk(yes)
		walk(no)
	}
	walk(way{n: root, word: 31, hi: ^uint32(0)})
}

// assume limits the values to those for which t holds, or doesn't. It reports
// whether there are any.
func (a *way) assume(t test, truth bool) bool {
	switch {
	case t.op == opEq && truth:
		possible := a.lo <= t.k && t.k <= a.hi && !a.excludes(t.k)
		a.lo, a.hi, a.excluded = t.k, t.k, ""
		return possible
	case t.op == opEq:
		if t.k < a.lo || t.k > a.hi || a.excludes(t.k) {
			return true // and the other branch has nothing
		}
		a.excluded += string([]byte{byte(t.k >> 24), byte(t.k >> 16), byte(t.k >> 8), byte(t.k)})
	case truth:
		a.lo = max(a.lo, t.k)
	case t.k == 0:
		return false
	default:
		a.hi = min(a.hi, t.k-1)
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

func (a *way) excludes(v uint32) bool {
	for i := 0; i < len(a.excluded); i += 4 {
		if s := a.excluded[i:]; uint32(s[0])<<24|uint32(s[1])<<16|uint32(s[2])<<8|uint32(s[3]) == v {
			return true
		}
	}
	return false
}
