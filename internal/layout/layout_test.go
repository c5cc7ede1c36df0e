package layout

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/decision"
	"github.com/portcullis-go/portcullis/internal/golden"
)

// TestEmit holds programs against their DAGs, with every set of options.
func TestEmit(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 1))
	far := 0
	for i := range 60 {
		g := decision.New()
		size := 1 << rnd.IntN(11)
		root := randomDAG(rnd, g, size, 1+rnd.IntN(6), i%3 > 0)
		for _, o := range allOptions() {
			if _, length := Emit(g, root, o); length > cbpf.MaxInsns {
				continue // as it may be where nothing is shared
			}
			code := wantProgram(t, g, root, o, 100, randomly(rnd))
			if far += count(code, cbpf.Ja); size > 8 {
				wantNoWaste(t, code, o)
			}
		}
	}
	if far < 1000 {
		t.Errorf("only %d jumps are far", far)
	}
}

// randomly gives the words that random decisions test random values.
func randomly(rnd *rand.Rand) func(int, *cbpf.Words) {
	return func(_ int, w *cbpf.Words) {
		for i := range manyWords {
			w[firstWord+i] = rnd.Uint32N(constants + 2)
		}
	}
}

func count(code []bpf.RawInstruction, op uint16) (n int) {
	for _, ins := range code {
		if ins.Op == op {
			n++
		}
	}
	return n
}

// wantNoWaste wants every instruction to be reached, no load of what is held on all
// paths, and no jump to a jump whose target is in reach.
func wantNoWaste(t *testing.T, code []bpf.RawInstruction, o Options) {
	t.Helper()
	const (
		unreached = -iota - 1
		several
	)
	holds := make([]int, len(code)) // the word that A holds, without a mask
	for pc := range holds {
		holds[pc] = unreached
	}
	holds[0] = several
	for pc, ins := range code {
		word := holds[pc]
		switch {
		case word == unreached:
			t.Fatalf("%+v: %d isn't reached\n%s", o, pc, text(code))
		case ins.Op == cbpf.LdWAbs && word == int(ins.K/4) && o.ReuseLoads:
			t.Fatalf("%+v: %d loads what is there\n%s", o, pc, text(code))
		case ins.Op == cbpf.LdWAbs:
			word = int(ins.K / 4)
		case ins.Op == cbpf.AndK:
			word = several
		}
		next, n := cbpf.Next(code, pc)
		for _, to := range next[:n] {
			if holds[to] == unreached {
				holds[to] = word
			} else if holds[to] != word {
				holds[to] = several
			}
			wantThreaded(t, code, pc, to, o)
		}
	}
}

// wantThreaded wants no jump to a return that may be repeated instead, nor to another
// jump whose target is in reach.
func wantThreaded(t *testing.T, code []bpf.RawInstruction, pc, to int, o Options) {
	t.Helper()
	far := code[pc].Op == cbpf.Ja
	if far && code[to].Op == cbpf.RetK && o.DuplicateReturns {
		t.Fatalf("%+v: %d jumps to a return\n%s", o, pc, text(code))
	}
	if code[to].Op != cbpf.Ja || code[pc].Op == cbpf.LdWAbs || code[pc].Op == cbpf.AndK {
		return
	}
	if end := to + 1 + int(code[to].K); far || end-pc-1 <= 255 {
		t.Fatalf("%+v: %d jumps to the jump at %d, and could to %d\n%s", o, pc, to, end, text(code))
	}
}

// TestListings shows what small DAGs become.
func TestListings(t *testing.T) {
	var b strings.Builder
	for _, l := range listings() {
		g := decision.New()
		code, _ := Emit(g, l.root(g), l.o)
		fmt.Fprintf(&b, "-- %s --\n%s", l.name, text(code))
	}
	golden.Compare(t, "listings.txt", b.String())
}

type listing struct {
	name string
	o    Options
	root func(g *decision.Graph) decision.Node
}

func listings() []listing {
	const a, b = decision.WordNr, decision.WordArch
	plain, all := Options{}, Options{ReuseLoads: true, OrderBlocks: true, DuplicateReturns: true}
	below := func(g *decision.Graph, t decision.Test) decision.Node { // under a test of the same word
		return g.Decide(masked(a, 6, 2), g.Leaf(2), g.Decide(t, g.Leaf(4), g.Leaf(3)))
	}
	return []listing{
		{"a return", all, func(g *decision.Graph) decision.Node { return g.Leaf(7) }},
		{"the second branch stands next to its test", plain, func(g *decision.Graph) decision.Node {
			return g.Decide(equal(a, 5), g.Leaf(1), g.Decide(equal(b, 6), g.Leaf(2), g.Leaf(3)))
		}},
		{"the shorter branch stands next to its test", Options{OrderBlocks: true}, func(g *decision.Graph) decision.Node {
			return g.Decide(equal(a, 5), g.Decide(equal(b, 6), g.Leaf(2), g.Leaf(3)), g.Decide(equal(b, 6), g.Leaf(2), g.Decide(equal(b, 7), g.Leaf(3), g.Leaf(4))))
		}},
		{"loaded again", plain, func(g *decision.Graph) decision.Node {
			return g.Decide(atLeast(a, 5), g.Decide(equal(a, 6), g.Leaf(2), g.Leaf(3)), g.Leaf(3))
		}},
		{"not loaded again", Options{ReuseLoads: true}, func(g *decision.Graph) decision.Node {
			return g.Decide(atLeast(a, 5), g.Decide(equal(a, 6), g.Leaf(2), g.Leaf(3)), g.Leaf(3))
		}},
		{"entered at its mask and at its load", all, func(g *decision.Graph) decision.Node {
			m := g.Decide(masked(a, 6, 2), g.Leaf(2), g.Leaf(3))
			return g.Decide(atLeast(a, 5), m, g.Decide(equal(b, 1), m, g.Leaf(3)))
		}},
		{"after a mask: the word", all, func(g *decision.Graph) decision.Node { return below(g, equal(a, 9)) }},
		{"after a mask: the same one", all, func(g *decision.Graph) decision.Node { return below(g, masked(a, 6, 4)) }},
		{"after a mask: another one", all, func(g *decision.Graph) decision.Node { return below(g, masked(a, 3, 1)) }},
		{"after a mask: the same one of another word", all, func(g *decision.Graph) decision.Node { return below(g, masked(b, 6, 4)) }},
		{"tests of bits need no mask", all, func(g *decision.Graph) decision.Node {
			bits := decision.Test{Word: a, Op: decision.AnyBit, Mask: decision.AllBits, K: 6}
			return g.Decide(bits, g.Leaf(2), g.Decide(masked(a, 3, 1), g.Leaf(4), g.Leaf(3)))
		}},
	}
}

// TestFigures records the length of long programs and what they have of each kind of
// instruction, with every set of options.
func TestFigures(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 2))
	g := decision.New()
	var b strings.Builder
	record := func(name string, root decision.Node) {
		for _, o := range allOptions() {
			code, n := Emit(g, root, o)
			if code != nil {
				wantProgram(t, g, root, o, 20, randomly(rnd))
			}
			fmt.Fprintf(&b, "%-18s %-3s %4d instructions, %4d loads, %3d far jumps, %4d returns, at most %2d far jumps on a path\n",
				name, letters(o), n, count(code, cbpf.LdWAbs), count(code, cbpf.Ja), count(code, cbpf.RetK), farJumps(code))
		}
	}
	leaf := func(uint32) decision.Node { return g.Leaf(1) }
	for n := uint32(254); n < 258; n++ { // one of these is the longest that a jump skips
		record(fmt.Sprintf("list of %d", n), list(g, firstWord, n, leaf, g.Leaf(0)))
	}
	record("list of 1000", list(g, firstWord, 1000, leaf, g.Leaf(0)))
	record("tree of 100", tree(g, firstWord, 0, 100))
	record("tree of 1500", tree(g, firstWord, 0, 1500))
	for n := uint32(251); n < 256; n++ {
		record(fmt.Sprintf("far by %d, %d", n, n+1), farPair(g, n, 1, 2))
		record(fmt.Sprintf("far by %d, %d", n+1, n), farPair(g, n, 2, 1))
	}
	for range 6 {
		size := 200 << rnd.IntN(3)
		record(fmt.Sprintf("random %d", size), randomDAG(rnd, g, size, 3, true))
	}
	golden.Compare(t, "figures.txt", b.String())
}

// farPair returns a decision after n others whose branches are both about as far
// away as a jump skips.
func farPair(g *decision.Graph, n, yes, no uint32) decision.Node {
	const other = firstWord + 1
	pair := g.Decide(equal(other, 1), g.Leaf(yes), g.Leaf(no))
	between := list(g, firstWord, n, func(uint32) decision.Node { return g.Leaf(3) }, g.Decide(equal(firstWord, 1000), g.Leaf(1), g.Leaf(2)))
	return g.Decide(equal(other, 7), between, pair)
}

// letters names the options that are set.
func letters(o Options) (s string) {
	if o.ReuseLoads {
		s += "L"
	}
	if o.OrderBlocks {
		s += "B"
	}
	if o.DuplicateReturns {
		s += "R"
	}
	return s
}

// farJumps returns how many far jumps there are on the path that has most.
func farJumps(code []bpf.RawInstruction) int {
	if len(code) == 0 {
		return 0
	}
	most := make([]int, len(code))
	for pc := len(code) - 1; pc >= 0; pc-- {
		next, n := cbpf.Next(code, pc)
		for _, to := range next[:n] {
			most[pc] = max(most[pc], most[to])
		}
		if code[pc].Op == cbpf.Ja {
			most[pc]++
		}
	}
	return most[0]
}

// A path takes one far jump to a long branch, whatever the number of tests that
// choose between long branches.
func TestOneFarJump(t *testing.T) {
	g := decision.New()
	root := tree(g, firstWord, 0, 1500)
	o := Options{ReuseLoads: true, OrderBlocks: true}
	if n := farJumps(wantProgram(t, g, root, o, 1500, value)); n != 1 {
		t.Errorf("%d far jumps on a path, want 1", n)
	}
}

// value gives the first word a value.
func value(i int, w *cbpf.Words) { w[firstWord] = uint32(i) }

// A program of as many instructions as the kernel takes is made, and of a longer one
// the length is at least what is reported.
func TestTooLong(t *testing.T) {
	for _, o := range allOptions() {
		longest := 0
		for n := uint32(1000); n < 6000; n++ {
			g := decision.New()
			root := list(g, firstWord, n, func(i uint32) decision.Node { return g.Leaf(i % 2) }, g.Leaf(2))
			code, length := Emit(g, root, o)
			if code == nil {
				// Each test takes an instruction, its load another, and few take a far jump.
				if length <= cbpf.MaxInsns || length > 2*int(n)+int(n)/16 {
					t.Errorf("%+v: %d tests take %d instructions", o, n, length)
				}
				break
			}
			longest = length
			if length > cbpf.MaxInsns {
				t.Errorf("%+v: a program of %d instructions", o, length)
			}
			n += uint32(cbpf.MaxInsns-length) / 8
		}
		if longest < cbpf.MaxInsns-3 {
			t.Errorf("%+v: %d instructions are too many", o, longest+1)
		}
		g := decision.New()
		root := list(g, firstWord, 5000, func(uint32) decision.Node { return g.Leaf(1) }, g.Leaf(0))
		if code, length := Emit(g, root, o); code != nil || length != 5001 {
			t.Errorf("%+v: 5000 tests and a return take %d instructions", o, length)
		}
	}
}
