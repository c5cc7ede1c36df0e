package compile

import (
	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// comparison is a test with its width resolved: the low bits of field, compared
// with value by op. The mask is that of OpMaskedEqual, whose value has no bits
// outside of it. On an ABI with 32-bit registers value and mask can be wider
// than bits; the field's upper half is then 0.
type comparison struct {
	field       profile.Field
	op          profile.Op
	bits        int
	value, mask uint64
}

// lowBits returns a number whose low n bits are set.
func lowBits(n int) uint64 { return 1<<n - 1 } // 1<<64 is 0 in Go

// resolveWidth decides which bits a test compares in the named call on ABI a, and
// fits its constants to them. The name is "" where a rule gives numbers.
func resolveWidth(t profile.Test, a arch.Arch, name string) (comparison, error) {
	bits, byABI := comparedBits(t, a, name)
	c := comparison{field: t.Field, op: t.Op, bits: bits, value: t.Value, mask: ^uint64(0)}
	if t.Op == profile.OpMaskedEqual {
		c.mask = t.Mask
		c.value &= c.mask
	}
	truncates := t.Width == profile.WidthLow32 || t.Width == profile.WidthLong
	for _, v := range []*uint64{&c.mask, &c.value} {
		switch {
		case *v <= lowBits(bits):
		case truncates, *v|lowBits(bits-1) == ^uint64(0): // the latter is a sign extension
			*v &= lowBits(bits)
		case !byABI:
			return c, &ValueError{Syscall: name, Arch: a, Test: t, Value: *v, Bits: bits}
		}
	}
	return c, nil
}

// comparedBits returns how many low bits of its field a test looks at, and whether
// only the size of the ABI's registers makes it so few.
func comparedBits(t profile.Test, a arch.Arch, name string) (bits int, byABI bool) {
	register := a.RegisterBits()
	switch t.Width {
	case profile.WidthLow32:
		return 32, false
	case profile.WidthLong:
		return a.Bits(), false
	case profile.WidthKernel:
		if bits, ok := syscalls.ArgBits(a, name, int(t.Field)); ok {
			// The tables don't tell a 32-bit long from an int.
			return bits, bits == 32 && a.Bits() == 32
		}
	}
	return register, register < 64
}
