package decision

import (
	"math/rand/v2"
	"testing"
)

// TestOver compares what a range tells of a test with all its values. Of a test
// without a mask a range tells all that there is to know, of others at least what the
// bits tell that are the same throughout.
func TestOver(t *testing.T) {
	rnd := rand.New(rand.NewPCG(6, 1))
	bases := []uint32{0, 1<<31 - 16, AllBits - 31}
	for range 20000 {
		tt := randomTest(rnd)
		base := bases[rnd.IntN(len(bases))]
		first := base + rnd.Uint32N(32)
		last := first + rnd.Uint32N(base+32-first)
		some, all := false, true
		for v := first; ; v++ {
			some, all = some || holdsPlainly(tt, v), all && holdsPlainly(tt, v)
			if v == last {
				break
			}
		}
		got := tt.over(first, last)
		if got == always && !all || got == never && some {
			t.Fatalf("%+v from %#x to %#x: %v", tt, first, last, got)
		}
		exact := tt.Mask == AllBits && tt.Op != AnyBit || first == last || fixed(tt, first, last)
		if exact && (all || !some) && got == unknown {
			t.Fatalf("%+v from %#x to %#x isn't known", tt, first, last)
		}
	}
}

// fixed reports whether no bit that a test looks at varies from first to last, or
// below a bit that does.
func fixed(t Test, first, last uint32) bool {
	looksAt := t.Mask
	if t.Op == AnyBit {
		looksAt = t.K
	}
	for bit := uint32(1); ; bit <<= 1 {
		if looksAt&bit != 0 && (first^last)/bit != 0 {
			return false
		}
		if bit == 1<<31 {
			return true
		}
	}
}

// TestCofactorByRange wants the same decision for all values of the range, and no
// test left that the range answers.
func TestCofactorByRange(t *testing.T) {
	rnd := rand.New(rand.NewPCG(6, 2))
	r := &Rewriter{left: maxSteps}
	for i := range 300 {
		if i%50 == 0 {
			r = &Rewriter{Graph: New(), left: maxSteps}
		}
		n := randomDAG(rnd, r.Graph, 12, 3)
		word := testedWords[rnd.IntN(len(testedWords))]
		x, y := rnd.IntN(len(values)), rnd.IntN(len(values))
		x, y = min(x, y), max(x, y)
		m := r.cofactorByRange(n, word, values[x], values[y])
		wantSame(t, rnd, r.Graph, n, m, func(w *words) { w[word] = values[x+rnd.IntN(y-x+1)] })
		for _, d := range below(r.Graph, m) {
			if d.Test.Word == word && d.Test.over(values[x], values[y]) != unknown {
				t.Fatalf("%+v is left from %#x to %#x", d.Test, values[x], values[y])
			}
		}
		wantWellFormed(t, r.Graph)
	}
}

// TestCofactorByTest wants the same decision wherever the test has that answer, and
// the test gone.
func TestCofactorByTest(t *testing.T) {
	rnd := rand.New(rand.NewPCG(6, 3))
	r := &Rewriter{}
	for i := range 300 {
		if i%50 == 0 {
			r = &Rewriter{Graph: New(), left: maxSteps}
		}
		n := randomDAG(rnd, r.Graph, 12, 3)
		tests := below(r.Graph, n)
		if len(tests) == 0 {
			continue
		}
		known := tests[rnd.IntN(len(tests))].Test
		for _, holds := range []bool{true, false} {
			m := r.cofactorByTest(n, known, holds)
			wantSame(t, rnd, r.Graph, n, m, func(w *words) {
				for holdsPlainly(known, w[known.Word]) != holds {
					w[known.Word] = values[rnd.IntN(len(values))]
				}
			})
			for _, d := range below(r.Graph, m) {
				if d.Test == known {
					t.Fatalf("%+v is left", known)
				}
			}
		}
	}
}

// What is shared is looked at once: 2^64 paths take no more steps than there are
// decisions.
func TestCofactorShared(t *testing.T) {
	r := &Rewriter{Graph: New(), left: 1000}
	n, other := r.Graph.Leaf(0), r.Graph.Leaf(1)
	for k := range uint32(64) {
		n, other = r.Graph.Decide(Test{WordNr, Equal, AllBits, 2 * k}, n, other), r.Graph.Decide(Test{WordArch, AnyBit, AllBits, 1 + k}, n, other)
	}
	for _, d := range below(r.Graph, r.cofactorByRange(n, WordNr, 1000, AllBits)) {
		if d.Test.Word == WordNr {
			t.Fatalf("%+v is left", d.Test)
		}
	}
}
