package compile

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/internal/radix"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// denote returns the denotation of a profile, straight from its rules. It is the
// proof's own reading of them: with the stages that make programs it shares only
// which ABIs are covered, what a name, an action and a width mean, and which of
// two verdicts is stricter.
func denote(s *diagram.Store, p *profile.Profile, t Target) (diagram.Denotation, error) {
	covered, err := cover(p, t)
	if err != nil {
		return nil, err
	}
	m := &denoter{s: s, p: p, arches: covered.arches}
	m.badArch = m.action(p.BadArch, covered.own)
	var audits []uint64
	for _, a := range covered.arches {
		audits = append(audits, uint64(a.Audit()))
	}
	audits = radix.SortUnique(audits)
	bad := []diagram.Number{{Args: m.badArch}}
	out := diagram.Denotation{{Numbers: bad}}
	for _, wide := range audits {
		audit := uint32(wide)
		if last := &out[len(out)-1]; last.First == audit {
			out = out[:len(out)-1] // the neighbour below is an ABI of its own
		}
		out = out.Append(audit, m.numbers(audit))
		out = out.Append(audit+1, bad)
	}
	m.fail(s.Err())
	return out, m.err
}

// denoter builds the denotation of a profile.
type denoter struct {
	s       *diagram.Store
	p       *profile.Profile
	arches  []arch.Arch
	badArch diagram.Ref
	err     error
}

// clause is what one rule says of a range of numbers.
type clause struct {
	numbers    profile.NumberRange
	rule, name int32  // indices into the profile and into the rule's names; no name is -1
	selector   uint32 // bits of argument 0 that must equal call, in a multiplexer; else 0
	call       uint32
}

// numbers returns what the profile decides for an audit architecture. The bounds
// of X32's numbers are written out: the proof reads them on its own.
func (m *denoter) numbers(audit uint32) []diagram.Number {
	var ns []diagram.Number
	for first := uint64(0); first <= 0xffffffff; {
		// The ABI of a number, and where that ABI's numbers end.
		last := uint64(0xffffffff)
		if audit == arch.X86_64.Audit() {
			switch {
			case first < 0x40000000:
				last = 0x3fffffff
			case first < 0xffffffff:
				last = 0xfffffffe
			}
		}
		if a, ok := owner(m.arches, audit, uint32(first)); ok {
			ns = m.abi(ns, a, first, last)
		} else {
			ns = diagram.AppendNumber(ns, uint32(first), m.badArch)
		}
		first = last + 1
	}
	return ns
}

// abi appends what the profile decides for the numbers first to last, which are
// a's.
func (m *denoter) abi(ns []diagram.Number, a arch.Arch, first, last uint64) []diagram.Number {
	clauses := m.clauses(a)
	var cuts, starts, wide, held []uint64 // wide and held are indices into clauses
	cuts = append(cuts, first)
	for i := range clauses {
		n := clauses[i].numbers
		cuts = append(cuts, uint64(n.First))
		cuts = append(cuts, uint64(n.Last)+1)
		if n.First == n.Last {
			starts = append(starts, radix.Key(n.First, i))
		} else {
			wide = append(wide, uint64(i))
		}
	}
	cuts = radix.SortUnique(cuts)
	starts = radix.SortUnique(starts)
	for _, nr := range cuts {
		if nr < first || nr > last {
			continue
		}
		held = held[:0]
		for ; len(starts) > 0 && starts[0]>>32 <= nr; starts = starts[1:] {
			if starts[0]>>32 == nr {
				held = append(held, uint64(uint32(starts[0])))
			}
		}
		for _, i := range wide {
			if n := clauses[i].numbers; uint64(n.First) <= nr && nr <= uint64(n.Last) {
				held = append(held, i)
			}
		}
		held = radix.SortUnique(held)
		ns = diagram.AppendNumber(ns, uint32(nr), m.verdict(a, clauses, held))
	}
	return ns
}

// clauses returns what all rules say on ABI a, by rule.
func (m *denoter) clauses(a arch.Arch) []clause {
	var cs []clause
	for i := range m.p.Rules {
		r := &m.p.Rules[i]
		if len(r.Arches) > 0 && !slices.Contains(r.Arches, a) {
			continue
		}
		for _, n := range r.Numbers {
			cs = append(cs, clause{numbers: n, rule: int32(i), name: -1})
		}
		for j := range r.Syscalls {
			cs = m.named(cs, a, i, j)
		}
	}
	return cs
}

// named appends what name j of rule i says on ABI a.
func (m *denoter) named(cs []clause, a arch.Arch, i, j int) []clause {
	r := &m.p.Rules[i]
	c := clause{rule: int32(i), name: int32(j)}
	if nr, ok := syscalls.Lookup(a, r.Syscalls[j]); ok {
		c.numbers = profile.NumberRange{First: nr, Last: nr}
		cs = append(cs, c)
	}
	if via, call, ok := syscalls.Multiplexed(a, r.Syscalls[j]); ok && !r.Direct {
		nr, _ := syscalls.Lookup(a, via)
		c.numbers = profile.NumberRange{First: nr, Last: nr}
		c.call, c.selector = call, 0xffffffff
		if via == "ipc" { // which keeps a version in the upper half
			c.selector = 0xffff
		}
		cs = append(cs, c)
	}
	return cs
}

// verdict returns what the first matching of the held clauses decides. From the
// last to the first, each decides the calls that it matches and leaves the rest.
func (m *denoter) verdict(a arch.Arch, clauses []clause, held []uint64) diagram.Ref {
	rest := m.action(m.p.Default, a)
	for i := len(held) - 1; i >= 0; i-- {
		c := &clauses[held[i]]
		r := &m.p.Rules[c.rule]
		then := m.action(r.Action, a)
		if c.selector == 0 {
			name := ""
			if c.name >= 0 {
				name = r.Syscalls[c.name]
			}
			if _, several := r.If.(profile.And); !several {
				rest = m.cond(r.If, a, name, then, rest)
				continue
			}
			// Build the conjunction alone and join it with the rest once: otherwise each
			// part would be tested all over the rest.
			ret, _ := m.s.Terminal(then)
			all := m.cond(r.If, a, name, m.s.Result(1), m.s.Result(0))
			rest = m.s.Combine(all, rest, func(holds, other uint32) uint32 {
				if holds != 0 {
					return ret
				}
				return other
			})
			continue
		}
		if r.If != nil {
			// The filter can't read the arguments, so the stricter verdict counts.
			then = m.s.Combine(then, rest, stricter)
		}
		rest = m.s.Choose(diagram.Test{K: uint64(c.call), Operand: diagram.Operand{Keep: uint64(c.selector)}}, then, rest)
	}
	return rest
}

func (m *denoter) action(v profile.Action, a arch.Arch) diagram.Ref {
	ret, err := v.Return(a)
	m.fail(err)
	return m.s.Result(ret)
}

func (m *denoter) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

// cond returns the diagram that is then where c holds and otherwise elsewhere.
func (m *denoter) cond(c profile.Cond, a arch.Arch, name string, then, otherwise diagram.Ref) diagram.Ref {
	switch c := c.(type) {
	case profile.Not:
		return m.cond(c.Cond, a, name, otherwise, then)
	case profile.And:
		for i := len(c) - 1; i >= 0; i-- {
			then = m.cond(c[i], a, name, then, otherwise)
		}
	case profile.Or:
		for i := len(c) - 1; i >= 0; i-- {
			otherwise = m.cond(c[i], a, name, then, otherwise)
		}
		return otherwise
	case profile.Test:
		return m.compare(c, a, name, then, otherwise)
	}
	return then // nil and an And of which every part was passed
}

// compare returns the diagram of one test.
func (m *denoter) compare(t profile.Test, a arch.Arch, name string, then, otherwise diagram.Ref) diagram.Ref {
	c, err := resolveWidth(t, a, name)
	if err != nil {
		m.fail(err)
		return otherwise
	}
	dt := diagram.Test{K: c.value, Operand: diagram.Operand{Field: uint8(c.field), Keep: lowBits(c.bits)}}
	switch c.op {
	case profile.OpMaskedEqual:
		dt.Operand.Keep &= c.mask
	case profile.OpNotEqual:
		then, otherwise = otherwise, then
	case profile.OpLess:
		dt.Op, then, otherwise = diagram.GreaterEqual, otherwise, then
	case profile.OpLessEqual:
		dt.Op, then, otherwise = diagram.Greater, otherwise, then
	case profile.OpGreater:
		dt.Op = diagram.Greater
	case profile.OpGreaterEqual:
		dt.Op = diagram.GreaterEqual
	}
	return m.s.Choose(dt, then, otherwise)
}
