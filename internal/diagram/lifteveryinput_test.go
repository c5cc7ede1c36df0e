package diagram

import (
	"encoding/binary"
	"errors"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/longtest"
)

// each calls f with every value of some words of so many bits.
func each(words []int, width int, f func(w *cbpf.Words)) {
	w := new(cbpf.Words)
	for n := range 1 << (width * len(words)) {
		for i, at := range words {
			w[at] = uint32(n>>(i*width)) & (1<<width - 1)
		}
		f(w)
	}
}

// small are programs on few small words, so that every input can be tried.
type small struct {
	width    int   // bits of a word
	words    []int // that programs load; the others stay 0
	programs int   // how many to try
}

// counts are what TestEveryInput met.
type counts struct{ programs, refused, inputs, equal, different int }

// TestEveryInput lifts random programs on small words and compares the denotation
// with the program on every input. It does so for pairs of programs too, of which
// one is the other with a change: they are equal as data if and only if they are
// equal on every input, and if not, Differ finds an input that shows it.
func TestEveryInput(t *testing.T) {
	divisor := 5
	if longtest.Enabled() {
		divisor = 1
	}
	var n counts
	for _, c := range []small{
		{1, []int{wordNr, wordArch, wordIP, wordIP + 1, 4, 5, 6, 7}, 1000},
		{2, []int{wordNr, wordArch, 4, 5, 15}, 500},
		{3, []int{wordNr, wordArch, 4, 5}, 300},
		{4, []int{wordNr, 4, 5}, 200},
		{4, []int{wordArch, wordIP, 14}, 200},
		{5, []int{8, 9}, 300},
	} {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			for seed := range c.programs / divisor {
				c.try(t, seed, order, &n)
			}
		}
	}
	t.Logf("%+v", n)
	if n.programs-n.refused < 4000/divisor || n.equal < 1500/divisor || n.different < 800/divisor {
		t.Error("too few cases to mean anything")
	}
}

// try lifts one random program, and the program with a change.
func (c small) try(t *testing.T, seed int, order binary.ByteOrder, n *counts) {
	g := newGenerator(uint64(seed), 1<<c.width-1)
	g.offsets = nil
	for _, w := range c.words {
		g.offsets = append(g.offsets, 4*uint32(w))
	}
	p := g.program(3 + g.IntN(25))
	s := NewStore()
	m, err := lift(s, p, order, same, g.word, (*lifter).others)
	n.programs++
	if err != nil {
		var le *LiftError
		if !errors.As(err, &le) || le.PC < 0 || le.PC >= len(p) {
			t.Fatalf("%v\n%s", err, listing(p))
		}
		n.refused++
		return
	}
	wellFormed(t, s, m)
	each(c.words, c.width, func(w *cbpf.Words) {
		n.inputs++
		if got, want := m.Eval(s, input(w, order)), run(t, p, w); got != want {
			t.Fatalf("%v: denotation %#x, program %#x\n%s", w, got, want, listing(p))
		}
	})
	q := g.changed(p)
	if cbpf.Check(q) != nil {
		return
	}
	if m2, err := lift(s, q, order, same, g.word, (*lifter).others); err == nil {
		if c.compare(t, s, p, q, m, m2) {
			n.equal++
		} else {
			n.different++
		}
	}
}

// compare compares two programs on every input with what their denotations m and
// n say, and reports whether they are equal.
func (c small) compare(t *testing.T, s *Store, p, q []bpf.RawInstruction, m, n Denotation) bool {
	var differ []cbpf.Words
	each(c.words, c.width, func(w *cbpf.Words) {
		if run(t, q, w) != run(t, p, w) {
			differ = append(differ, *w)
		}
	})
	if m.Equal(n) != (len(differ) == 0) {
		t.Fatalf("equal: %v, but %d inputs differ: %v\n%s\n\n%s", m.Equal(n), len(differ), differ, listing(p), listing(q))
	}
	in, ok := s.Differ(m, n)
	if ok == m.Equal(n) || ok && m.Eval(s, in) == n.Eval(s, in) {
		t.Fatalf("counterexample %v %v\n%s\n\n%s", in, ok, listing(p), listing(q))
	}
	return !ok
}

func run(t testing.TB, p []bpf.RawInstruction, w *cbpf.Words) uint32 {
	ret, err := cbpf.Run(p, w)
	if err != nil {
		t.Fatalf("%v\n%s", err, listing(p))
	}
	return ret
}

// wellFormed fails unless a denotation is what its type promises.
func wellFormed(t testing.TB, s *Store, m Denotation) {
	t.Helper()
	if len(m) == 0 || m[0].First != 0 {
		t.Fatalf("the denotation begins with %v", m)
	}
	for i, a := range m {
		if i > 0 && (a.First <= m[i-1].First || (Denotation{{Numbers: a.Numbers}}).Equal(Denotation{{Numbers: m[i-1].Numbers}})) {
			t.Fatalf("audit architectures %v after %v", a, m[i-1])
		}
		if len(a.Numbers) == 0 || a.Numbers[0].First != 0 {
			t.Fatalf("numbers begin with %v", a.Numbers)
		}
		for j, n := range a.Numbers {
			if j > 0 && (n.First <= a.Numbers[j-1].First || n.Args == a.Numbers[j-1].Args) {
				t.Fatalf("numbers %v after %v", n, a.Numbers[j-1])
			}
			reduced(t, s, n.Args)
		}
	}
}

// reduced fails unless a diagram is ordered and has no redundant node.
func reduced(t testing.TB, s *Store, r Ref) {
	t.Helper()
	for _, r := range s.Below(r) {
		if _, ok := s.Terminal(r); ok {
			continue
		}
		v, zero, one := s.Branch(r)
		if zero == one || s.nodes[zero].v <= v || s.nodes[one].v <= v {
			t.Fatalf("node %d tests %d: %v", r, v, s.nodes[r])
		}
	}
}
