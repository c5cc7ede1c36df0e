package oci_test

import (
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// evalProfile returns p's verdict on a call of an ABI as a filter's return
// value: the rules in order, as the comments of Rule and Test say. It knows
// Direct rules only.
func evalProfile(t testing.TB, p profile.Profile, audit, nr uint32, args [6]uint64) uint32 {
	t.Helper()
	a, ok := arch.ByAudit(audit, nr)
	if a == arch.X86_64 && !slices.Contains(p.Arches, a) && nr == 1<<32-1 {
		a = arch.X32 // the number -1 belongs to X86_64 unless it isn't covered
	}
	if !ok || !slices.Contains(p.Arches, a) {
		return word(t, p.BadArch, p.Arches[0])
	}
	for _, r := range p.Rules {
		if !r.Direct {
			t.Fatalf("a rule for %v is not Direct", r.Syscalls)
		}
		if slices.Contains(r.Arches, a) && names(r, a, nr) && (r.If == nil || evalCond(r.If, a, args)) {
			return word(t, r.Action, a)
		}
	}
	return word(t, p.Default, a)
}

func word(t testing.TB, act profile.Action, a arch.Arch) uint32 {
	t.Helper()
	w, err := act.Return(a)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func names(r profile.Rule, a arch.Arch, nr uint32) bool {
	for _, n := range r.Numbers {
		if n.First <= nr && nr <= n.Last {
			return true
		}
	}
	return slices.ContainsFunc(r.Syscalls, func(name string) bool {
		n, ok := syscalls.Lookup(a, name)
		return ok && n == nr
	})
}

func evalCond(c profile.Cond, a arch.Arch, args [6]uint64) bool {
	switch c := c.(type) {
	case profile.And:
		return !slices.ContainsFunc(c, func(c profile.Cond) bool { return !evalCond(c, a, args) })
	case profile.Or:
		return slices.ContainsFunc(c, func(c profile.Cond) bool { return evalCond(c, a, args) })
	case profile.Not:
		return !evalCond(c.Cond, a, args)
	}
	test := c.(profile.Test)
	bits := 64
	switch test.Width {
	case profile.WidthLow32:
		bits = 32
	case profile.WidthLong:
		bits = a.Bits()
	}
	return compareBits(args[test.Field], test.Value, test.Mask, test.Op, bits)
}

func compareBits(x, v, mask uint64, op profile.Op, bits int) bool {
	if bits == 32 {
		x, v, mask = x&0xffffffff, v&0xffffffff, mask&0xffffffff
	}
	return compare(op, x, v, mask)
}
