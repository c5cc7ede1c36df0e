package diagram

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
