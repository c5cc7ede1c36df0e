package compile

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// meaning returns what a profile decides, straight from its rules. It is one
// side of the proof and shares nothing with the stages that make programs but
// what a name, an action and a width mean.
func meaning(s *diagram.Store, p *profile.Profile, t Target) (diagram.Meaning, error) {
	arches, _, err := covered(p, t)
	if err != nil {
		return nil, err
	}
	m := &meant{s: s, p: p, arches: arches}
	m.badArch = m.action(p.BadArch, nativeOf(arches, t))
	var audits list
	for _, a := range arches {
		audits.add(uint64(a.Audit()))
	}
	audits.set()
	bad := []diagram.Number{{Args: m.badArch}}
	out := diagram.Meaning{{Numbers: bad}}
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

type meant struct {
	s       *diagram.Store
	p       *profile.Profile
	arches  []arch.Arch
	badArch diagram.Ref
	err     error
}

// claim is a rule's hold on a range of numbers.
type claim struct {
	first, last uint32
	rule, name  int32  // places in the profile and in the rule; no name is -1
	selector    uint32 // bits of argument 0 that must be call, in a call that multiplexes
	call        uint32
}

// numbers returns the meaning for an audit architecture.
func (m *meant) numbers(audit uint32) []diagram.Number {
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

// abi appends the meaning of the numbers first to last, which are a's.
func (m *meant) abi(ns []diagram.Number, a arch.Arch, first, last uint64) []diagram.Number {
	claims := m.claims(a)
	var cuts, starts, wide, held list // wide and held are places in claims
	cuts.add(first)
	for i := range claims {
		c := &claims[i]
		cuts.add(uint64(c.first))
		cuts.add(uint64(c.last) + 1)
		if c.first == c.last {
			starts.pair(c.first, i)
		} else {
			wide.add(uint64(i))
		}
	}
	cuts.set()
	starts.set()
	for _, nr := range cuts {
		if nr < first || nr > last {
			continue
		}
		held = held[:0]
		for ; len(starts) > 0 && starts[0]>>32 <= nr; starts = starts[1:] {
			if starts[0]>>32 == nr {
				held.add(uint64(uint32(starts[0])))
			}
		}
		for _, i := range wide {
			if c := &claims[i]; uint64(c.first) <= nr && nr <= uint64(c.last) {
				held.add(i)
			}
		}
		held.set()
		ns = diagram.AppendNumber(ns, uint32(nr), m.verdict(a, claims, held))
	}
	return ns
}

// claims returns the claims of all rules on ABI a, by rule.
func (m *meant) claims(a arch.Arch) []claim {
	var cs []claim
	for i := range m.p.Rules {
		r := &m.p.Rules[i]
		if len(r.Arches) > 0 && !slices.Contains(r.Arches, a) {
			continue
		}
		c := claim{rule: int32(i), name: -1}
		for _, n := range r.Numbers {
			c.first, c.last = n.First, n.Last
			c.addTo(&cs)
		}
		for j, name := range r.Syscalls {
			c := claim{rule: int32(i), name: int32(j)}
			if nr, ok := syscalls.Lookup(a, name); ok {
				c.first, c.last = nr, nr
				c.addTo(&cs)
			}
			if via, call, ok := syscalls.Multiplexed(a, name); ok && !r.Direct {
				nr, _ := syscalls.Lookup(a, via)
				c.first, c.last, c.call, c.selector = nr, nr, call, 0xffffffff
				if via == "ipc" { // which keeps a version in the upper half
					c.selector = 0xffff
				}
				c.addTo(&cs)
			}
		}
	}
	return cs
}

//go:noinline
func (c *claim) addTo(cs *[]claim) { *cs = append(*cs, *c) }

// verdict returns what the first of the held claims that holds decides: from
// the last to the first, each decides what it holds for and leaves the rest.
func (m *meant) verdict(a arch.Arch, claims []claim, held list) diagram.Ref {
	rest := m.action(m.p.Default, a)
	for i := len(held) - 1; i >= 0; i-- {
		c := &claims[held[i]]
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
			// Where all parts hold is a small diagram, and joining it with the rest one
			// step: each part would else be tested in all of the rest.
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
			// Whether the condition holds is in memory: the strictest counts.
			then = m.s.Combine(then, rest, stricter)
		}
		rest = m.s.Choose(diagram.Test{K: uint64(c.call), Operand: diagram.Operand{Keep: uint64(c.selector)}}, then, rest)
	}
	return rest
}

func (m *meant) action(v profile.Action, a arch.Arch) diagram.Ref {
	ret, err := v.Return(a)
	m.fail(err)
	return m.s.Result(ret)
}

func (m *meant) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

// cond returns the diagram that is then where c holds and otherwise elsewhere.
func (m *meant) cond(c profile.Cond, a arch.Arch, name string, then, otherwise diagram.Ref) diagram.Ref {
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
func (m *meant) compare(t profile.Test, a arch.Arch, name string, then, otherwise diagram.Ref) diagram.Ref {
	c, err := settle(t, a, name)
	if err != nil {
		m.fail(err)
		return otherwise
	}
	dt := diagram.Test{K: c.value, Operand: diagram.Operand{Field: uint8(c.field), Keep: low(c.bits)}}
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
