package compile

import (
	"errors"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
)

// place is where a condition stands, which settles the widths of its tests.
type place struct {
	arch arch.Arch
	name string
	rule int
}

// cond returns the decision that leads to yes where c holds and to no where it
// doesn't. A part that two ways lead to exists once, so that the size is that
// of the condition.
func (b *work) cond(c profile.Cond, at place, yes, no node) node {
	switch c := c.(type) {
	case profile.Not:
		return b.cond(c.Cond, at, no, yes)
	case profile.And:
		for i := len(c) - 1; i >= 0; i-- {
			yes = b.cond(c[i], at, yes, no)
		}
		return yes
	case profile.Or:
		for i := len(c) - 1; i >= 0; i-- {
			no = b.cond(c[i], at, yes, no)
		}
		return no
	case profile.Test:
		cmp, err := settle(c, at.arch, at.name)
		if err != nil {
			b.errs = append(b.errs, &profile.RuleError{Rule: at.rule, Err: err})
			return no
		}
		return b.compare(cmp, yes, no)
	}
	// Validate lets no other type through.
	b.errs = append(b.errs, &profile.RuleError{Rule: at.rule, Err: errors.New("its condition has a part of a foreign type")})
	return no
}

// compare returns the decision of one comparison.
func (b *work) compare(c comparison, yes, no node) node {
	switch c.op {
	case profile.OpNotEqual:
		c.op = profile.OpEqual
		return b.compare(c, no, yes)
	case profile.OpLess:
		c.op = profile.OpGreaterEqual
		return b.compare(c, no, yes)
	case profile.OpLessEqual:
		c.op = profile.OpGreater
		return b.compare(c, no, yes)
	}
	w := wordArgs + 2*int(c.field)
	if c.field == profile.IP {
		w = wordIP
	}
	hi, lo := uint8(w+b.hi), uint8(w+b.lo)
	hiK, loK := uint32(c.value>>32), uint32(c.value)
	loMask := uint32(low(min(c.bits, 32)))
	if c.bits <= 32 && hiK != 0 {
		return no // no 32-bit number is, or is above, one that is wider
	}
	switch {
	case c.op == profile.OpMaskedEqual:
		yes = b.masked(lo, uint32(c.mask)&loMask, loK, yes, no)
		if c.bits > 32 {
			yes = b.masked(hi, uint32(c.mask>>32), hiK, yes, no)
		}
		return yes
	case c.op == profile.OpEqual:
		if c.bits <= 32 {
			return b.masked(lo, loMask, loK, yes, no)
		}
		// A number of 32 bits has the usual high half: the low one settles more.
		if b.lowHalves && (hiK == 0 || hiK == ^uint32(0)) {
			return b.masked(lo, loMask, loK, b.masked(hi, ^uint32(0), hiK, yes, no), no)
		}
		return b.masked(hi, ^uint32(0), hiK, b.masked(lo, loMask, loK, yes, no), no)
	}
	n := b.ordered(lo, c.op, loMask, loK, yes, no)
	if c.bits > 32 {
		n = b.masked(hi, ^uint32(0), hiK, n, no)
		n = b.ordered(hi, profile.OpGreater, ^uint32(0), hiK, yes, n)
	}
	return n
}

// masked returns the decision of word&mask == k, where k has no other bits.
func (b *work) masked(word uint8, mask, k uint32, yes, no node) node {
	switch {
	case mask == 0:
		return yes
	case k == 0 && mask != ^uint32(0):
		return b.decide(test{word: word, op: opSet, mask: ^uint32(0), k: mask}, no, yes)
	case k == mask && mask&(mask-1) == 0:
		return b.decide(test{word: word, op: opSet, mask: ^uint32(0), k: mask}, yes, no)
	}
	return b.decide(test{word: word, op: opEq, mask: mask, k: k}, yes, no)
}

// ordered returns the decision of word&mask > k or >= k.
func (b *work) ordered(word uint8, op profile.Op, mask, k uint32, yes, no node) node {
	if op == profile.OpGreater {
		if k >= mask {
			return no
		}
		k++
	}
	if k == 0 {
		return yes
	}
	return b.decide(test{word: word, op: opGe, mask: mask, k: k}, yes, no)
}
