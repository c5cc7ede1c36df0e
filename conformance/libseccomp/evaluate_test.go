package libseccomp

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// call is a system call as a filter sees it.
type call struct {
	audit, nr uint32
	args      [6]uint64
}

// words lays the call out in the byte order of ABI a.
func (c call) words(a arch.Arch) *cbpf.Words {
	w := &cbpf.Words{cbpf.OffNr / 4: c.nr, cbpf.OffArch / 4: c.audit}
	lo, hi := 0, 1
	if a.ByteOrder().String() == "BigEndian" {
		lo, hi = 1, 0
	}
	for i, v := range c.args {
		w[cbpf.OffArgs/4+2*i+lo] = uint32(v)
		w[cbpf.OffArgs/4+2*i+hi] = uint32(v >> 32)
	}
	return w
}

// evaluator tries a profile's rules in order, with the numbers of their names
// looked up beforehand.
type evaluator struct {
	p     profile.Profile
	rules map[arch.Arch]map[uint32][]*profile.Rule
}

func newEvaluator(p profile.Profile) *evaluator {
	e := &evaluator{p, make(map[arch.Arch]map[uint32][]*profile.Rule)}
	for _, a := range p.Arches {
		byNr := make(map[uint32][]*profile.Rule)
		for i := range p.Rules {
			r := &p.Rules[i]
			if r.Arches != nil && !slices.Contains(r.Arches, a) {
				continue
			}
			for _, name := range r.Syscalls {
				if nr, ok := syscalls.Lookup(a, name); ok {
					byNr[nr] = append(byNr[nr], r)
				}
			}
		}
		e.rules[a] = byNr
	}
	return e
}

// verdict returns the filter's return value.
func (e *evaluator) verdict(c call) uint32 {
	a, ok := arch.ByAudit(c.audit, c.nr)
	if c.nr == 1<<32-1 && a == arch.X86_64 && e.rules[a] == nil {
		a = arch.X32
	}
	if !ok || e.rules[a] == nil {
		w, _ := e.p.BadArch.Return(e.p.Arches[0])
		return w
	}
	v := e.p.Default
	for _, r := range e.rules[a][c.nr] {
		if r.If == nil || holds(r.If, a, c.args) {
			v = r.Action
			break
		}
	}
	w, _ := v.Return(a)
	return w
}

func holds(c profile.Cond, a arch.Arch, args [6]uint64) bool {
	switch c := c.(type) {
	case profile.And:
		return !slices.ContainsFunc(c, func(c profile.Cond) bool { return !holds(c, a, args) })
	case profile.Or:
		return slices.ContainsFunc(c, func(c profile.Cond) bool { return holds(c, a, args) })
	case profile.Not:
		return !holds(c.Cond, a, args)
	}
	t := c.(profile.Test)
	x, v, m := args[t.Field], t.Value, t.Mask
	if t.Width == profile.WidthLow32 || t.Width == profile.WidthLong && a.Bits() == 32 {
		x, v, m = x&0xffffffff, v&0xffffffff, m&0xffffffff
	}
	switch t.Op {
	case profile.OpEqual:
		return x == v
	case profile.OpNotEqual:
		return x != v
	case profile.OpLess:
		return x < v
	case profile.OpLessEqual:
		return x <= v
	case profile.OpGreater:
		return x > v
	case profile.OpGreaterEqual:
		return x >= v
	}
	return x&m == v&m
}
