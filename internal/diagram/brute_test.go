package diagram

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
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

// TestEveryInput lifts random programs on small words and compares the meaning
// with the program on every input there is; and pairs of programs, of which one
// is the other with a change: they are equal as data if and only if they are
// equal on every input, and if not, Differ finds an input that shows it.
func TestEveryInput(t *testing.T) {
	count := struct{ programs, refused, inputs, equal, different int }{}
	for _, c := range []struct {
		width    int
		words    []int // that programs load; others stay 0
		programs int
	}{
		{1, []int{wordNr, wordArch, wordIP, wordIP + 1, 4, 5, 6, 7}, 1000},
		{2, []int{wordNr, wordArch, 4, 5, 15}, 500},
		{3, []int{wordNr, wordArch, 4, 5}, 300},
		{4, []int{wordNr, 4, 5}, 200},
		{4, []int{wordArch, wordIP, 14}, 200},
		{5, []int{8, 9}, 300},
	} {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			for seed := range c.programs {
				g := newGenerator(uint64(seed), 1<<c.width-1)
				g.offsets = nil
				for _, w := range c.words {
					g.offsets = append(g.offsets, 4*uint32(w))
				}
				p := g.program(3 + g.IntN(25))
				s := NewStore()
				m, err := lift(s, p, order, same, g.word, (*lifter).others)
				count.programs++
				if err != nil {
					var le *LiftError
					if !errors.As(err, &le) || le.PC < 0 || le.PC >= len(p) {
						t.Fatalf("%v\n%s", err, listing(p))
					}
					count.refused++
					continue
				}
				wellFormed(t, s, m)
				results := make(map[cbpf.Words]uint32)
				each(c.words, c.width, func(w *cbpf.Words) {
					count.inputs++
					results[*w] = run(t, p, w)
					if got := m.Eval(s, input(w, order)); got != results[*w] {
						t.Fatalf("%v: meaning %#x, program %#x\n%s", w, got, results[*w], listing(p))
					}
				})
				q := g.changed(p)
				if cbpf.Check(q) != nil {
					continue
				}
				n, err := lift(s, q, order, same, g.word, (*lifter).others)
				if err != nil {
					continue
				}
				var differ []cbpf.Words
				each(c.words, c.width, func(w *cbpf.Words) {
					if run(t, q, w) != results[*w] {
						differ = append(differ, *w)
					}
				})
				if m.Equal(n) != (len(differ) == 0) {
					t.Fatalf("equal: %v, but %d inputs differ: %v\n%s\n\n%s", m.Equal(n), len(differ), differ, listing(p), listing(q))
				}
				in, ok := s.Differ(m, n)
				if ok == m.Equal(n) || ok && m.Eval(s, in) == n.Eval(s, in) {
					t.Fatalf("witness %v %v\n%s\n\n%s", in, ok, listing(p), listing(q))
				}
				if ok {
					count.different++
				} else {
					count.equal++
				}
			}
		}
	}
	t.Logf("%+v", count)
	if count.programs-count.refused < 4000 || count.equal < 1500 || count.different < 800 {
		t.Error("too few cases to mean anything")
	}
}

func run(t testing.TB, p []bpf.RawInstruction, w *cbpf.Words) uint32 {
	ret, err := cbpf.Run(p, w)
	if err != nil {
		t.Fatalf("%v\n%s", err, listing(p))
	}
	return ret
}

// changed returns p with a few instructions changed.
func (g *generator) changed(p []bpf.RawInstruction) []bpf.RawInstruction {
	q := slices.Clone(p)
	for range 1 + g.IntN(6) {
		ins := &q[g.IntN(len(q))]
		switch g.IntN(5) {
		case 0:
			ins.Jt, ins.Jf = ins.Jf, ins.Jt
		case 1:
			ins.K++
		case 2:
			ins.K = g.value()
		case 3:
			*ins = bpf.RawInstruction{Op: cbpf.OrK} // does nothing
		case 4:
			*ins = cbpf.Load(pick(g, g.offsets...))
		}
	}
	return q
}

// wellFormed holds a meaning to what its type promises.
func wellFormed(t testing.TB, s *Store, m Denotation) {
	t.Helper()
	if len(m) == 0 || m[0].First != 0 {
		t.Fatalf("the meaning begins with %v", m)
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
			for _, r := range s.Below(n.Args) {
				if _, ok := s.Terminal(r); ok {
					continue
				}
				v, zero, one := s.Branch(r)
				if zero == one || s.nodes[zero].v <= v || s.nodes[one].v <= v {
					t.Fatalf("node %d tests %d: %v", r, v, s.nodes[r])
				}
			}
		}
	}
}

// TestEveryTest compares Choose with the comparison itself, for every operator,
// constant, mask and inversion on operands of three and four bits at several
// places of a field.
func TestEveryTest(t *testing.T) {
	holds := func(x Test, v uint64) bool {
		switch x.Op {
		case Equal:
			return v == x.K
		case Greater:
			return v > x.K
		case GreaterEqual:
			return v >= x.K
		}
		return v&x.K != 0
	}
	for _, width := range []int{3, 4} {
		for _, shift := range []int{0, 2, 60, -1, -32, -60} {
			n := uint64(1) << width
			for op := Equal; op <= AnyBit; op++ {
				for bits := range n * n * n {
					keep, flip, k := bits%n, bits/n%n, bits/n/n
					x := Test{Op: op, K: k, Operand: Operand{Shift: int8(shift), Keep: keep, Flip: flip}}
					if shift > 0 { // the operand's low bits are 0, the field's high ones out of it
						x.Operand.Keep, x.Operand.Flip, x.K = keep<<shift, flip<<shift, k<<shift
					}
					s := NewStore()
					r := s.Choose(x, s.Result(1), s.Result(0))
					for v := range n {
						field := v
						if shift < 0 {
							field = v << -shift
						}
						want := uint32(0)
						at := max(shift, 0)
						if holds(Test{Op: op, K: k}, v&keep^flip) {
							want = 1
						}
						if got := s.Eval(r, &[Fields]uint64{FieldArg0: field}); got != want {
							t.Fatalf("%+v at %d of %#x: %d", x, at, field, got)
						}
					}
				}
			}
		}
	}
}

// TestEveryPair combines all functions of three bits with each other.
func TestEveryPair(t *testing.T) {
	s := NewStore()
	vars := []Var{Bit(FieldArg0, 1), Bit(2, 40), Bit(FieldIP, 0)}
	// function returns the diagram with bit i of f where the variables are i's bits.
	function := func(f uint32) Ref {
		var build func(i int, at uint32) Ref
		build = func(i int, at uint32) Ref {
			if i == len(vars) {
				return s.Result(f >> at & 1)
			}
			return s.Node(vars[i], build(i+1, at), build(i+1, at|1<<i))
		}
		return build(0, 0)
	}
	var all []Ref
	for f := range uint32(256) {
		all = append(all, function(f))
	}
	for f, r := range all {
		if not := s.Map(r, func(ret uint32) uint32 { return 1 - ret }); not != all[255-f] {
			t.Fatalf("not %x", f)
		}
		for g, q := range all {
			if and := s.Combine(r, q, func(a, b uint32) uint32 { return a & b }); and != all[f&g] {
				t.Fatalf("%x and %x", f, g)
			}
			m, n := Denotation{{Numbers: []Number{{Args: r}}}}, Denotation{{Numbers: []Number{{Args: q}}}}
			if or := s.Merge(m, n, func(a, b uint32) uint32 { return a | b }); or[0].Numbers[0].Args != all[f|g] {
				t.Fatalf("%x or %x", f, g)
			}
			if _, differ := s.Differ(m, n); differ == (f == g) {
				t.Fatalf("%x and %x differ: %v", f, g, differ)
			}
		}
		for want := range uint32(2) {
			var fields [Fields]uint64
			found := s.Find(r, want, &fields)
			if some := f != 0 && want == 1 || f != 255 && want == 0; found != some {
				t.Fatalf("%x has a %d: %v", f, want, found)
			}
			if found && s.Eval(r, &fields) != want {
				t.Fatalf("%x is not %d at %v", f, want, fields)
			}
		}
		// The second variable is a bit that no other has.
		if zero := f & 0b00110011; s.Clear(r, 1<<40) != all[zero|zero<<2] {
			t.Fatalf("%x without a bit", f)
		}
		if field, bits := 0, uint64(0); f != 0 && f != 255 {
			if field, bits = s.Bits(r); bits&(bits-1) != 0 || bits != 1<<1 && bits != 1<<40 && bits != 1 || field != FieldArg0 && bits == 1<<1 {
				t.Fatalf("%x tests %x of %d first", f, bits, field)
			}
		}
		if !found(s, r, f) {
			t.Fatalf("results of %x", f)
		}
	}
	// The nodes of 256 functions of three variables: of 2, of 1 and of 0.
	if n := len(s.Below(all[0x1e])); n > 7 {
		t.Errorf("%d nodes", n)
	}
}

func found(s *Store, r Ref, f int) bool {
	want := "[0 1]"
	switch f {
	case 0:
		want = "[0]"
	case 255:
		want = "[1]"
	}
	return fmt.Sprint(s.Results(r)) == want
}
