package compile

import (
	"errors"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/decision"
	"github.com/portcullis-go/portcullis/profile"
)

// context is the place of a condition, which decides the widths of its tests.
type context struct {
	arch arch.Arch
	name string
	rule int
}

// cond returns the decision that leads to yes where c holds and to no where it
// doesn't. It shares parts that several paths lead to, so it is no larger than the
// condition.
func (b *builder) cond(c profile.Cond, at context, yes, no node) node {
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
		cmp, err := resolveWidth(c, at.arch, at.name)
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
func (b *builder) compare(c comparison, yes, no node) node {
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
	w := decision.WordArgs + 2*int(c.field)
	if c.field == profile.IP {
		w = decision.WordIP
	}
	high, low := uint8(w+b.high), uint8(w+b.low)
	highK, lowK := uint32(c.value>>32), uint32(c.value)
	lowMask := uint32(lowBits(min(c.bits, 32)))
	wide := c.bits > 32
	if !wide && highK != 0 {
		return no // no 32-bit number equals or exceeds a wider one
	}
	switch c.op {
	case profile.OpMaskedEqual:
		yes = b.graph.Masked(low, uint32(c.mask)&lowMask, lowK, yes, no)
		if wide {
			yes = b.graph.Masked(high, uint32(c.mask>>32), highK, yes, no)
		}
		return yes
	case profile.OpEqual:
		yes = b.graph.Masked(low, lowMask, lowK, yes, no)
		if wide {
			yes = b.graph.Masked(high, decision.AllBits, highK, yes, no)
		}
		return yes
	}
	n := no
	if c.op == profile.OpGreater {
		n = b.graph.Above(low, lowMask, lowK, yes, no)
	} else {
		n = b.graph.AtLeast(low, lowMask, lowK, yes, no)
	}
	if wide {
		n = b.graph.Masked(high, decision.AllBits, highK, n, no)
		n = b.graph.Above(high, decision.AllBits, highK, yes, n)
	}
	return n
}
