package libseccomp

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// call is what a filter sees of a system call.
type call struct {
	audit, nr uint32
	args      [6]uint64
}

// words returns the call as seccomp_data in the byte order of an ABI.
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

// evaluator finds a profile's verdict on a call by trying its rules in order.
//
// It does not use compile.Evaluate on purpose: these tests compare package oci with
// libseccomp, and must not depend on how the compiler reads a rule. It knows only
// what oci.Document.Resolve produces.
type evaluator struct {
	profile profile.Profile
	rules   map[arch.Arch]map[uint32][]*profile.Rule // by number, in order
}

func newEvaluator(p profile.Profile) *evaluator {
	e := &evaluator{p, make(map[arch.Arch]map[uint32][]*profile.Rule)}
	for _, a := range p.Arches {
		e.rules[a] = make(map[uint32][]*profile.Rule)
		for i := range p.Rules {
			e.add(a, &p.Rules[i])
		}
	}
	return e
}

// add adds a rule under each number that it is for on an ABI.
func (e *evaluator) add(a arch.Arch, r *profile.Rule) {
	if r.Arches != nil && !slices.Contains(r.Arches, a) {
		return
	}
	for _, name := range r.Syscalls {
		if nr, ok := syscalls.Lookup(a, name); ok {
			e.rules[a][nr] = append(e.rules[a][nr], r)
		}
	}
}

// verdict returns the filter's return value.
func (e *evaluator) verdict(c call) uint32 {
	a, ok := arch.ByAudit(c.audit, c.nr)
	if c.nr == 1<<32-1 && a == arch.X86_64 && e.rules[a] == nil {
		a = arch.X32 // -1 has bit 30 and belongs to x32 where x86_64 isn't covered
	}
	if !ok || e.rules[a] == nil {
		w, _ := e.profile.BadArch.Return(e.profile.Arches[0])
		return w
	}
	action := e.profile.Default
	for _, r := range e.rules[a][c.nr] {
		if r.If == nil || holds(r.If, a, c.args) {
			action = r.Action
			break
		}
	}
	w, _ := action.Return(a)
	return w
}

// holds reports whether a condition holds. Values that are a long have 32 bits on an
// ABI of 32 bits.
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
