package oci

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"github.com/portcullis-go/portcullis/profile"
)

// The documents of the runtimes know a condition as a list of entries of which
// any suffices, each a list of comparisons that must all hold, no two of them
// on one argument. The functions here bring a Cond into that form.

// maxConjuncts bounds the form; a condition can be exponentially larger in it.
const maxConjuncts = 256

// fieldBits is what a set of values is of: numbers of so many low bits of an
// argument. The runtimes compare all bits of a long; whole says that it is them.
type fieldBits struct {
	bits  int
	whole bool
}

func (d fieldBits) max() uint64 { return 1<<d.bits - 1 } // 1<<64 is 0

// span is the values lo to hi.
type span struct{ lo, hi uint64 }

// region is a set of values of one argument: those in one of the spans, which
// are in order and apart, that have the bits val where mask has one. The zero
// region is all values.
type region struct {
	of        fieldBits
	set       bool // not all values
	spans     []span
	mask, val uint64
}

// conjunct is regions of the arguments that must all be met.
type conjunct [6]region

var errTooLarge error = manyEntries{}

// manyEntries is a type, so that its one value is made by the compiler and not
// before main.
type manyEntries struct{}

func (manyEntries) Error() string {
	return fmt.Sprintf("its condition needs more than %d entries", maxConjuncts)
}

// always reports whether any of cs always holds.
func always(cs []conjunct) bool {
	return slices.ContainsFunc(cs, func(c conjunct) bool {
		return !slices.ContainsFunc(c[:], func(r region) bool { return r.set })
	})
}

// fitTest returns the fieldBits of a test, and the test with its constants within
// them.
type fitTest func(profile.Test) (profile.Test, fieldBits, error)

// normalForm returns the conjuncts of c, or of its negation: any of them must
// hold.
func normalForm(c profile.Cond, negate bool, test fitTest) ([]conjunct, error) {
	switch c := c.(type) {
	case profile.Test:
		t, d, err := test(c)
		if err != nil {
			return nil, err
		}
		return testForm(t, d, negate), nil
	case profile.Not:
		return normalForm(c.Cond, !negate, test)
	case profile.And:
		return joinForm(c, !negate, negate, test)
	case profile.Or:
		return joinForm(c, negate, negate, test)
	}
	return nil, errors.New("its condition has an unknown part")
}

// joinForm joins the forms of the parts by and, or by or.
func joinForm(parts []profile.Cond, and, negate bool, test fitTest) ([]conjunct, error) {
	var form []conjunct
	join := func(next []conjunct) error { form = append(form, next...); return nil }
	if and {
		form = []conjunct{{}}
		join = func(next []conjunct) (err error) { form, err = product(form, next); return err }
	}
	for _, part := range parts {
		next, err := normalForm(part, negate, test)
		if err != nil {
			return nil, err
		}
		if err := join(next); err != nil {
			return nil, err
		}
		if always(form) {
			form = []conjunct{{}}
		}
		if len(form) > maxConjuncts {
			return nil, errTooLarge
		}
	}
	return form, nil
}

// product returns the conjuncts that hold where one of a and one of b do.
func product(a, b []conjunct) ([]conjunct, error) {
	var out []conjunct
	for _, x := range a {
		next, err := x.andEach(b)
		if err != nil {
			return nil, err
		}
		if out = append(out, next...); len(out) > maxConjuncts {
			return nil, errTooLarge
		}
	}
	return out, nil
}

// andEach returns c and each of others in one, where they can hold together.
func (c conjunct) andEach(others []conjunct) ([]conjunct, error) {
	var out []conjunct
	for _, o := range others {
		both, possible, err := c.and(o)
		if err != nil {
			return nil, err
		}
		if possible {
			out = append(out, both)
		}
	}
	return out, nil
}

// and returns both conjuncts in one, and whether they can hold together.
func (c conjunct) and(o conjunct) (_ conjunct, possible bool, _ error) {
	for i := range c {
		switch {
		case !o[i].set:
		case !c[i].set:
			c[i] = o[i]
		case c[i].of != o[i].of:
			return c, false, fmt.Errorf("its condition tests argument %d in two widths", i)
		default:
			if c[i], possible = c[i].and(o[i]); !possible {
				return c, false, nil
			}
		}
	}
	return c, true, nil
}

func (r region) and(o region) (_ region, possible bool) {
	if (r.val^o.val)&r.mask&o.mask != 0 {
		return r, false
	}
	r.mask, r.val = r.mask|o.mask, r.val|o.val
	var spans []span
	for _, a := range r.spans {
		for _, b := range o.spans {
			if lo, hi := max(a.lo, b.lo), min(a.hi, b.hi); lo <= hi {
				spans = append(spans, span{lo, hi})
			}
		}
	}
	r.spans = spans
	return r, len(spans) > 0
}

// testForm returns the form of one test, or of its negation.
func testForm(t profile.Test, d fieldBits, negate bool) []conjunct {
	all := []span{{0, d.max()}}
	if t.Op == profile.OpMaskedEqual {
		return maskForm(t, region{of: d, set: true, spans: all}, negate)
	}
	op := t.Op
	if negate {
		op = [...]profile.Op{profile.OpEqual: profile.OpNotEqual, profile.OpNotEqual: profile.OpEqual, profile.OpLess: profile.OpGreaterEqual,
			profile.OpLessEqual: profile.OpGreater, profile.OpGreater: profile.OpLessEqual, profile.OpGreaterEqual: profile.OpLess}[op]
	}
	v, top := t.Value, d.max()
	var spans []span
	add := func(possible bool, lo, hi uint64) {
		if possible {
			spans = append(spans, span{lo, hi})
		}
	}
	switch op {
	case profile.OpEqual:
		add(true, v, v)
	case profile.OpNotEqual:
		add(v > 0, 0, v-1)
		add(v < top, v+1, top)
	case profile.OpLess:
		add(v > 0, 0, v-1)
	case profile.OpLessEqual:
		add(true, 0, v)
	case profile.OpGreater:
		add(v < top, v+1, top)
	case profile.OpGreaterEqual:
		add(true, v, top)
	}
	if len(spans) == 0 {
		return nil
	}
	var c conjunct
	if spans[0] != all[0] {
		c[t.Field] = region{of: d, set: true, spans: spans}
	}
	return []conjunct{c}
}

// maskForm returns the form of a masked test. Its negation is that one of the
// bits differs.
func maskForm(t profile.Test, r region, negate bool) []conjunct {
	if !negate {
		var c conjunct
		if t.Mask != 0 {
			r.mask, r.val = t.Mask, t.Value&t.Mask
			c[t.Field] = r
		}
		return []conjunct{c}
	}
	var form []conjunct
	for m := t.Mask; m != 0; m &= m - 1 {
		var c conjunct
		r.mask = m & -m
		r.val = ^t.Value & r.mask
		c[t.Field] = r
		form = append(form, c)
	}
	return form
}

// comparisons returns single comparisons of which any suffices: together they
// are r. With masks, equality is all that they use. On 32-bit ABIs the runtimes
// drop the upper halves of constants; narrow says that there are such ABIs
// besides others, so that these halves must be zero, or those of a mask.
func (r region) comparisons(index int, masks, narrow bool) ([]Arg, error) {
	top := r.of.max()
	if r.mask != 0 && r.spans[0] == (span{0, top}) {
		return []Arg{{Index: index, Op: profile.OpMaskedEqual, Value: r.mask, ValueTwo: r.val}}, nil
	}
	plain := r.of.whole && !masks && r.mask == 0
	if v, ok := r.allBut(); ok && plain {
		return []Arg{{Index: index, Op: profile.OpNotEqual, Value: v}}, nil
	}
	var args []Arg
	for _, s := range r.spans {
		switch {
		case r.of.whole && r.mask == 0 && s.lo == s.hi:
			args = append(args, Arg{Index: index, Op: profile.OpEqual, Value: s.lo})
		case plain && s.lo == 0:
			args = append(args, Arg{Index: index, Op: profile.OpLessEqual, Value: s.hi})
		case plain && s.hi == top:
			args = append(args, Arg{Index: index, Op: profile.OpGreater, Value: s.lo - 1})
		case narrow && s.hi>>32 != 0:
			return nil, fmt.Errorf("its test of argument %d would mean something else on 32-bit ABIs", index)
		default:
			args = append(args, r.masked(index, s)...)
		}
		if len(args) > maxConjuncts {
			return nil, errTooLarge
		}
	}
	return args, nil
}

// masked returns the part of r within s as masked comparisons: one for each block
// of values that a mask can select.
func (r region) masked(index int, s span) []Arg {
	var args []Arg
	for s.lo <= s.hi {
		size := blockSize(s)
		block := region{mask: r.of.max() &^ (size - 1), val: s.lo, spans: []span{{}}}
		if b, possible := block.and(region{mask: r.mask, val: r.val, spans: []span{{}}}); possible {
			args = append(args, Arg{Index: index, Op: profile.OpMaskedEqual, Value: b.mask, ValueTwo: b.val})
		}
		if s.lo += size; s.lo == 0 { // beyond 64 bits
			break
		}
	}
	return args
}

// allBut reports whether r lacks one value alone, and which.
func (r region) allBut() (v uint64, ok bool) {
	top := r.of.max()
	switch s := r.spans; {
	case len(s) == 2 && s[0].lo == 0 && s[1].hi == top && s[1].lo-s[0].hi == 2:
		return s[0].hi + 1, true
	case len(s) == 1 && s[0] == span{1, top}:
		return 0, true
	case len(s) == 1 && s[0] == span{0, top - 1}:
		return top, true
	}
	return 0, false
}

// blockSize returns the size of the largest block at the start of s that a mask
// can select: a power of two, to which its start is aligned.
func blockSize(s span) uint64 {
	align := 63
	if s.lo != 0 {
		align = bits.TrailingZeros64(s.lo)
	}
	room := s.hi - s.lo // one less than there are
	if room == ^uint64(0) {
		return 1 << align
	}
	return 1 << min(align, bits.Len64(room+1)-1)
}
