package diagram

import (
	"slices"
)

// Denotation is what a filter or a profile means: the result for every input, by
// audit architecture, then by number, then by arguments. Both lists start at 0,
// ascend, and have no equal neighbours, so that equal denotations of one Store
// are equal as data.
type Denotation []Arch

// Arch is the part for the audit architectures from First up to the next.
type Arch struct {
	First   uint32
	Numbers []Number
}

// Number is the part for the numbers from First up to the next.
type Number struct {
	First uint32
	Args  Ref
}

// Equal reports whether two denotations of one store give every input the same
// result.
func (m Denotation) Equal(n Denotation) bool {
	return slices.EqualFunc(m, n, func(a, b Arch) bool {
		return a.First == b.First && slices.Equal(a.Numbers, b.Numbers)
	})
}

// Append returns m with the part for the audit architectures from first on.
func (m Denotation) Append(first uint32, numbers []Number) Denotation {
	if n := len(m); n > 0 && slices.Equal(m[n-1].Numbers, numbers) {
		return m
	}
	return append(m, Arch{first, numbers})
}

// AppendNumber returns ns with the part for the numbers from first on.
func AppendNumber(ns []Number, first uint32, args Ref) []Number {
	if n := len(ns); n > 0 && ns[n-1].Args == args {
		return ns
	}
	return append(ns, Number{first, args})
}

// Input is a filter's input.
type Input struct {
	Arch, Nr uint32
	Fields   [Fields]uint64
}

// Eval returns the denotation's result for an input.
func (m Denotation) Eval(s *Store, in Input) uint32 {
	i := len(m) - 1
	for m[i].First > in.Arch {
		i--
	}
	ns := m[i].Numbers
	j := len(ns) - 1
	for ns[j].First > in.Nr {
		j--
	}
	return s.Eval(ns[j].Args, &in.Fields)
}

// Differ returns an input for which two denotations of a store have different
// results, and false if there is none.
func (s *Store) Differ(m, n Denotation) (Input, bool) {
	for _, c := range Common(m, n) {
		if c.A != c.B {
			in := Input{Arch: c.Arch, Nr: c.Nr}
			s.differ(c.A, c.B, &in.Fields)
			return in, true
		}
	}
	return Input{}, false
}

// differ sets fields to values for which a and b, which aren't equal, differ. In
// a canonical diagram, branches differ somewhere where they aren't one node.
func (s *Store) differ(a, b Ref, fields *[Fields]uint64) {
	for {
		v := min(s.nodes[a].v, s.nodes[b].v)
		if v == terminal {
			return
		}
		a0, a1 := s.cofactors(a, v)
		b0, b1 := s.cofactors(b, v)
		if a0 != b0 {
			a, b = a0, b0
			continue
		}
		field, bit := v.Field()
		fields[field] |= 1 << bit
		a, b = a1, b1
	}
}

// Cell is a range of audit architectures and numbers, from Arch and Nr up to the
// next cell's, in which two denotations are A and B.
type Cell struct {
	Arch, Nr uint32
	A, B     Ref
}

// Common divides the inputs into the cells in which both denotations depend on
// the arguments and the instruction pointer alone.
func Common(m, n Denotation) []Cell {
	var cells []Cell
	archFirst := func(a Arch) uint32 { return a.First }
	nrFirst := func(n Number) uint32 { return n.First }
	overlay(m, n, archFirst, func(arch uint32, a, b Arch) {
		overlay(a.Numbers, b.Numbers, nrFirst, func(nr uint32, x, y Number) {
			cells = append(cells, Cell{arch, nr, x.Args, y.Args})
		})
	})
	return cells
}

// overlay visits the intervals in which two lists of intervals overlap, in
// ascending order. The elements begin at first and reach up to the next one;
// both lists begin at 0.
func overlay[T any](m, n []T, first func(T) uint32, visit func(from uint32, a, b T)) {
	for len(m) > 0 && len(n) > 0 {
		visit(max(first(m[0]), first(n[0])), m[0], n[0])
		nextM, nextN := uint64(1)<<32, uint64(1)<<32
		if len(m) > 1 {
			nextM = uint64(first(m[1]))
		}
		if len(n) > 1 {
			nextN = uint64(first(n[1]))
		}
		if nextM <= nextN {
			m = m[1:]
		}
		if nextN <= nextM {
			n = n[1:]
		}
	}
}

// Merge returns the denotation that gives each input f of the results of m and n.
func (s *Store) Merge(m, n Denotation, f func(a, b uint32) uint32) Denotation {
	return Join(m, n, func(a, b Ref) Ref { return s.Combine(a, b, f) })
}

// Join returns the denotation whose diagrams are f of those of m and n.
func Join(m, n Denotation, f func(a, b Ref) Ref) Denotation {
	var out Denotation
	var numbers []Number
	cells := Common(m, n)
	for i, c := range cells {
		numbers = AppendNumber(numbers, c.Nr, f(c.A, c.B))
		if i+1 == len(cells) || cells[i+1].Arch != c.Arch {
			out = out.Append(c.Arch, numbers)
			numbers = nil
		}
	}
	return out
}
