package diagram

import (
	"fmt"
	"slices"
	"testing"
)

// functions are all functions of three bits.
type functions struct {
	s    *Store
	vars [3]Var
	all  [256]Ref // by truth table: bit i is the result where the variables are i's bits
}

func newFunctions() *functions {
	f := &functions{s: NewStore(), vars: [3]Var{Bit(FieldArg0, 1), Bit(2, 40), Bit(FieldIP, 0)}}
	for table := range f.all {
		f.all[table] = f.build(uint32(table), 0, 0)
	}
	return f
}

// build returns a function of the variables from i on, where those before are at.
func (f *functions) build(table uint32, i int, at uint32) Ref {
	if i == len(f.vars) {
		return f.s.Result(table >> at & 1)
	}
	return f.s.Node(f.vars[i], f.build(table, i+1, at), f.build(table, i+1, at|1<<i))
}

// TestEveryPair combines all functions of three bits with each other.
func TestEveryPair(t *testing.T) {
	f := newFunctions()
	for x, r := range f.all {
		for y, q := range f.all {
			if and := f.s.Combine(r, q, func(a, b uint32) uint32 { return a & b }); and != f.all[x&y] {
				t.Fatalf("%x and %x", x, y)
			}
			m, n := Denotation{{Numbers: []Number{{Args: r}}}}, Denotation{{Numbers: []Number{{Args: q}}}}
			if or := f.s.Merge(m, n, func(a, b uint32) uint32 { return a | b }); or[0].Numbers[0].Args != f.all[x|y] {
				t.Fatalf("%x or %x", x, y)
			}
			if _, differ := f.s.Differ(m, n); differ == (x == y) {
				t.Fatalf("%x and %x differ: %v", x, y, differ)
			}
		}
	}
	// The nodes of 256 functions of three variables: of 2, of 1 and of 0.
	if n := len(f.s.Below(f.all[0x1e])); n > 7 {
		t.Errorf("%d nodes", n)
	}
}

// TestEveryFunction asks everything of all functions of three bits.
func TestEveryFunction(t *testing.T) {
	f := newFunctions()
	for x, r := range f.all {
		if not := f.s.Map(r, func(ret uint32) uint32 { return 1 - ret }); not != f.all[255-x] {
			t.Fatalf("not %x", x)
		}
		// The second variable is a bit that no other has.
		if zero := x & 0b00110011; f.s.Clear(r, 1<<40) != f.all[zero|zero<<2] {
			t.Fatalf("%x without a bit", x)
		}
		if got := fmt.Sprint(f.s.Results(r)); got != resultsOf(x) {
			t.Fatalf("%x results in %s", x, got)
		}
		f.find(t, x)
		f.firstBits(t, x)
	}
}

func resultsOf(table int) string {
	switch table {
	case 0:
		return "[0]"
	case 255:
		return "[1]"
	}
	return "[0 1]"
}

// find looks for inputs with each result.
func (f *functions) find(t *testing.T, table int) {
	for want := range uint32(2) {
		var fields [Fields]uint64
		found := f.s.Find(f.all[table], want, &fields)
		if some := table != 0 && want == 1 || table != 255 && want == 0; found != some {
			t.Fatalf("%x has a %d: %v", table, want, found)
		}
		if found && f.s.Eval(f.all[table], &fields) != want {
			t.Fatalf("%x is not %d at %v", table, want, fields)
		}
	}
}

// firstBits compares Bits with the variables.
func (f *functions) firstBits(t *testing.T, table int) {
	if table == 0 || table == 255 {
		return
	}
	field, bits := f.s.Bits(f.all[table])
	one := func(v Var) bool {
		of, bit := v.Field()
		return of == field && bits == 1<<bit
	}
	if !slices.ContainsFunc(f.vars[:], one) {
		t.Fatalf("%x tests %x of %d first", table, bits, field)
	}
}
