package diagram

import "slices"

// Map returns r with every result replaced by f of it.
func (s *Store) Map(r Ref, f func(ret uint32) uint32) Ref {
	memo := make(map[Ref]Ref)
	var walk func(Ref) Ref
	walk = func(r Ref) Ref {
		if m, ok := memo[r]; ok || !s.step() {
			return m
		}
		var m Ref
		if n := s.nodes[r]; n.v == terminal {
			m = s.Result(f(uint32(n.zero)))
		} else {
			m = s.Node(n.v, walk(n.zero), walk(n.one))
		}
		memo[r] = m
		return m
	}
	return walk(r)
}

// Combine returns the diagram that gives each input f of the results of a and b.
func (s *Store) Combine(a, b Ref, f func(a, b uint32) uint32) Ref {
	memo := make(map[[2]Ref]Ref)
	var walk func(a, b Ref) Ref
	walk = func(a, b Ref) Ref {
		if m, ok := memo[[2]Ref{a, b}]; ok || !s.step() {
			return m
		}
		var m Ref
		if v := min(s.nodes[a].v, s.nodes[b].v); v == terminal {
			m = s.Result(f(uint32(s.nodes[a].zero), uint32(s.nodes[b].zero)))
		} else {
			a0, a1 := s.cofactors(a, v)
			b0, b1 := s.cofactors(b, v)
			m = s.Node(v, walk(a0, b0), walk(a1, b1))
		}
		memo[[2]Ref{a, b}] = m
		return m
	}
	return walk(a, b)
}

// Eval returns the result of r for these fields.
func (s *Store) Eval(r Ref, fields *[Fields]uint64) uint32 {
	n := s.nodes[r]
	for n.v != terminal {
		field, bit := n.v.Field()
		next := n.zero
		if fields[field]>>bit&1 != 0 {
			next = n.one
		}
		n = s.nodes[next]
	}
	return uint32(n.zero)
}

// Input is a filter's input.
type Input struct {
	Arch, Nr uint32
	Fields   [Fields]uint64
}

// Eval returns the meaning's result for an input.
func (m Meaning) Eval(s *Store, in Input) uint32 {
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

// Differ returns an input for which two meanings of a store have different
// results, and false if there is none.
func (s *Store) Differ(m, n Meaning) (Input, bool) {
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
// next cell's, in which two meanings are A and B.
type Cell struct {
	Arch, Nr uint32
	A, B     Ref
}

// Common divides the inputs into the cells in which both meanings depend on
// arguments alone.
func Common(m, n Meaning) []Cell {
	var cells []Cell
	for i, j := 1, 1; ; {
		cells = commonNumbers(cells, max(m[i-1].First, n[j-1].First), m[i-1].Numbers, n[j-1].Numbers)
		switch {
		case i == len(m) && j == len(n):
			return cells
		case j == len(n) || i < len(m) && m[i].First < n[j].First:
			i++
		case i == len(m) || m[i].First > n[j].First:
			j++
		default:
			i++
			j++
		}
	}
}

func commonNumbers(cells []Cell, arch uint32, m, n []Number) []Cell {
	for i, j := 1, 1; ; {
		cells = append(cells, Cell{arch, max(m[i-1].First, n[j-1].First), m[i-1].Args, n[j-1].Args})
		switch {
		case i == len(m) && j == len(n):
			return cells
		case j == len(n) || i < len(m) && m[i].First < n[j].First:
			i++
		case i == len(m) || m[i].First > n[j].First:
			j++
		default:
			i++
			j++
		}
	}
}

// Find sets fields to values for which r has the given result, and reports
// whether there are any.
func (s *Store) Find(r Ref, ret uint32, fields *[Fields]uint64) bool {
	dead := make(map[Ref]bool) // nodes below which ret isn't
	var walk func(Ref) bool
	walk = func(r Ref) bool {
		n := s.nodes[r]
		if n.v == terminal {
			return uint32(n.zero) == ret
		}
		if dead[r] {
			return false
		}
		if walk(n.zero) {
			return true
		}
		field, bit := n.v.Field()
		fields[field] |= 1 << bit
		if walk(n.one) {
			return true
		}
		fields[field] &^= 1 << bit
		dead[r] = true
		return false
	}
	return walk(r)
}

// Below returns the nodes of r, each before what it leads to.
func (s *Store) Below(r Ref) []Ref {
	var post []Ref
	seen := make(map[Ref]bool)
	var walk func(Ref)
	walk = func(r Ref) {
		if seen[r] {
			return
		}
		seen[r] = true
		if n := s.nodes[r]; n.v != terminal {
			walk(n.zero)
			walk(n.one)
		}
		post = append(post, r)
	}
	walk(r)
	slices.Reverse(post)
	return post
}

// Merge returns the meaning that gives each input f of the results of m and n.
func (s *Store) Merge(m, n Meaning, f func(a, b uint32) uint32) Meaning {
	var out Meaning
	var numbers []Number
	cells := Common(m, n)
	for i, c := range cells {
		numbers = AppendNumber(numbers, c.Nr, s.Combine(c.A, c.B, f))
		if i+1 == len(cells) || cells[i+1].Arch != c.Arch {
			out = out.Append(c.Arch, numbers)
			numbers = nil
		}
	}
	return out
}
