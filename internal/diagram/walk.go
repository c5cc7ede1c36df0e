package diagram

import "slices"

// Map returns r with every result replaced by f of it.
func (s *Store) Map(r Ref, f func(ret uint32) uint32) Ref {
	s.cache.begin()
	return s.mapped(r, f)
}

func (s *Store) mapped(r Ref, f func(ret uint32) uint32) Ref {
	n := s.nodes[r]
	if n.v == terminal {
		return s.Result(f(uint32(n.zero)))
	}
	k := key{0, r, r}
	if m, ok := s.cache.get(k); ok || !s.step() {
		return m
	}
	m := s.Node(n.v, s.mapped(n.zero, f), s.mapped(n.one, f))
	s.cache.put(k, m)
	return m
}

// Combine returns the diagram that gives each input f of the results of a and b.
func (s *Store) Combine(a, b Ref, f func(a, b uint32) uint32) Ref {
	s.cache.begin()
	return s.combined(a, b, f)
}

func (s *Store) combined(a, b Ref, f func(a, b uint32) uint32) Ref {
	v := min(s.nodes[a].v, s.nodes[b].v)
	if v == terminal {
		return s.Result(f(uint32(s.nodes[a].zero), uint32(s.nodes[b].zero)))
	}
	k := key{0, a, b}
	if m, ok := s.cache.get(k); ok || !s.step() {
		return m
	}
	a0, a1 := s.cofactors(a, v)
	b0, b1 := s.cofactors(b, v)
	m := s.Node(v, s.combined(a0, b0, f), s.combined(a1, b1, f))
	s.cache.put(k, m)
	return m
}

// Clear returns r with these bits of all fields being 0: it tests them no more.
func (s *Store) Clear(r Ref, bits uint64) Ref {
	s.cache.begin()
	return s.cleared(r, bits)
}

func (s *Store) cleared(r Ref, bits uint64) Ref {
	n := s.nodes[r]
	if n.v == terminal {
		return r
	}
	k := key{0, r, r}
	if m, ok := s.cache.get(k); ok || !s.step() {
		return m
	}
	m := s.cleared(n.zero, bits)
	if _, bit := n.v.Field(); bits>>bit&1 == 0 {
		m = s.Node(n.v, m, s.cleared(n.one, bits))
	}
	s.cache.put(k, m)
	return m
}

// Bits returns the bits of r's first field on which r depends. It is not for
// terminals.
func (s *Store) Bits(r Ref) (field int, bits uint64) {
	field, _ = s.nodes[r].v.Field()
	s.marks.begin(len(s.nodes))
	var walk func(Ref)
	walk = func(r Ref) {
		n := s.nodes[r]
		f, bit := n.v.Field()
		if f != field || !s.step() || !s.marks.set(r) {
			return
		}
		bits |= 1 << bit
		walk(n.zero)
		walk(n.one)
	}
	walk(r)
	return field, bits
}

// Results returns the results of r, ascending.
func (s *Store) Results(r Ref) []uint32 {
	var rets []uint32
	for _, n := range s.Below(r) {
		if ret, ok := s.Terminal(n); ok {
			rets = append(rets, ret)
		}
	}
	slices.Sort(rets)
	return rets
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
	s.marks.begin(len(s.nodes)) // below marked nodes, but for those on the way, ret isn't
	var walk func(Ref) bool
	walk = func(r Ref) bool {
		n := s.nodes[r]
		if n.v == terminal {
			return uint32(n.zero) == ret
		}
		if !s.step() || !s.marks.set(r) {
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
		return false
	}
	return walk(r)
}

// Below returns the nodes of r, each before what it leads to.
func (s *Store) Below(r Ref) []Ref {
	var post []Ref
	s.marks.begin(len(s.nodes))
	var walk func(Ref)
	walk = func(r Ref) {
		if !s.step() || !s.marks.set(r) {
			return
		}
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
	return Join(m, n, func(a, b Ref) Ref { return s.Combine(a, b, f) })
}

// Join returns the meaning of which the diagrams are f of those of m and n.
func Join(m, n Meaning, f func(a, b Ref) Ref) Meaning {
	var out Meaning
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
