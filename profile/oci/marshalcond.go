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

// maxTerms bounds the form; a condition can be exponentially larger in it.
const maxTerms = 256

// argWidth is what a set of values is of: numbers of so many low bits of an
// argument. The runtimes compare all bits of a long; whole says that it is them.
type argWidth struct {
	bits  int
	whole bool
}

func (d argWidth) max() uint64 { return 1<<d.bits - 1 } // 1<<64 is 0

// valueRange is the values lo to hi.
type valueRange struct{ lo, hi uint64 }

// valueSet is a set of values of one argument: those in one of the spans, which
// are in order and apart, that have the bits val where mask has one. The zero
// valueSet is all values.
type valueSet struct {
	of        argWidth
	set       bool // not all values
	spans     []valueRange
	mask, val uint64
}

// term is valueSets of the arguments that must all be met.
type term [6]valueSet

var errTooLarge error = manyEntries{}

// manyEntries is a type, so that its one value is made by the compiler and not
// before main.
type manyEntries struct{}

func (manyEntries) Error() string {
	return fmt.Sprintf("its condition needs more than %d entries", maxTerms)
}

// always reports whether any of cs always holds.
func always(cs []term) bool {
	return slices.ContainsFunc(cs, func(c term) bool {
		return !slices.ContainsFunc(c[:], func(r valueSet) bool { return r.set })
	})
}

// fitTest returns the argWidth of a test, and the test with its constants within
// them.
type fitTest func(profile.Test) (profile.Test, argWidth, error)

// normalForm returns the terms of c, or of its negation: any of them must
// hold.
func normalForm(c profile.Cond, negate bool, test fitTest) ([]term, error) {
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
func joinForm(parts []profile.Cond, and, negate bool, test fitTest) ([]term, error) {
	var form []term
	join := func(next []term) error { form = append(form, next...); return nil }
	if and {
		form = []term{{}}
		join = func(next []term) (err error) { form, err = product(form, next); return err }
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
			form = []term{{}}
		}
		if len(form) > maxTerms {
			return nil, errTooLarge
		}
	}
	return form, nil
}

// product returns the terms that hold where one of a and one of b do.
func product(a, b []term) ([]term, error) {
	var out []term
	for _, x := range a {
		next, err := x.andEach(b)
		if err != nil {
			return nil, err
		}
		if out = append(out, next...); len(out) > maxTerms {
			return nil, errTooLarge
		}
	}
	return out, nil
}

// andEach returns c and each of others in one, where they can hold together.
func (c term) andEach(others []term) ([]term, error) {
	var out []term
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

// and returns both terms in one, and whether they can hold together.
func (c term) and(o term) (_ term, possible bool, _ error) {
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

func (r valueSet) and(o valueSet) (_ valueSet, possible bool) {
	if (r.val^o.val)&r.mask&o.mask != 0 {
		return r, false
	}
	r.mask, r.val = r.mask|o.mask, r.val|o.val
	var spans []valueRange
	for _, a := range r.spans {
		for _, b := range o.spans {
			if lo, hi := max(a.lo, b.lo), min(a.hi, b.hi); lo <= hi {
				spans = append(spans, valueRange{lo, hi})
			}
		}
	}
	r.spans = spans
	return r, len(spans) > 0
}

// testForm returns the form of one test, or of its negation.
func testForm(t profile.Test, d argWidth, negate bool) []term {
	all := []valueRange{{0, d.max()}}
	if t.Op == profile.OpMaskedEqual {
		return maskForm(t, valueSet{of: d, set: true, spans: all}, negate)
	}
	op := t.Op
	if negate {
		op = [...]profile.Op{profile.OpEqual: profile.OpNotEqual, profile.OpNotEqual: profile.OpEqual, profile.OpLess: profile.OpGreaterEqual,
			profile.OpLessEqual: profile.OpGreater, profile.OpGreater: profile.OpLessEqual, profile.OpGreaterEqual: profile.OpLess}[op]
	}
	v, top := t.Value, d.max()
	var spans []valueRange
	add := func(possible bool, lo, hi uint64) {
		if possible {
			spans = append(spans, valueRange{lo, hi})
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
	var c term
	if spans[0] != all[0] {
		c[t.Field] = valueSet{of: d, set: true, spans: spans}
	}
	return []term{c}
}

// maskForm returns the form of a masked test. Its negation is that one of the
// bits differs.
func maskForm(t profile.Test, r valueSet, negate bool) []term {
	if !negate {
		var c term
		if t.Mask != 0 {
			r.mask, r.val = t.Mask, t.Value&t.Mask
			c[t.Field] = r
		}
		return []term{c}
	}
	var form []term
	for m := t.Mask; m != 0; m &= m - 1 {
		var c term
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
func (r valueSet) comparisons(index int, masks, narrow bool) ([]Arg, error) {
	top := r.of.max()
	if r.mask != 0 && r.spans[0] == (valueRange{0, top}) {
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
		if len(args) > maxTerms {
			return nil, errTooLarge
		}
	}
	return args, nil
}

// masked returns the part of r within s as masked comparisons: one for each block
// of values that a mask can select.
func (r valueSet) masked(index int, s valueRange) []Arg {
	var args []Arg
	for s.lo <= s.hi {
		size := blockSize(s)
		block := valueSet{mask: r.of.max() &^ (size - 1), val: s.lo, spans: []valueRange{{}}}
		if b, possible := block.and(valueSet{mask: r.mask, val: r.val, spans: []valueRange{{}}}); possible {
			args = append(args, Arg{Index: index, Op: profile.OpMaskedEqual, Value: b.mask, ValueTwo: b.val})
		}
		if s.lo += size; s.lo == 0 { // beyond 64 bits
			break
		}
	}
	return args
}

// allBut reports whether r lacks one value alone, and which.
func (r valueSet) allBut() (v uint64, ok bool) {
	top := r.of.max()
	switch s := r.spans; {
	case len(s) == 2 && s[0].lo == 0 && s[1].hi == top && s[1].lo-s[0].hi == 2:
		return s[0].hi + 1, true
	case len(s) == 1 && s[0] == valueRange{1, top}:
		return 0, true
	case len(s) == 1 && s[0] == valueRange{0, top - 1}:
		return top, true
	}
	return 0, false
}

// blockSize returns the size of the largest block at the start of s that a mask
// can select: a power of two, to which its start is aligned.
func blockSize(s valueRange) uint64 {
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
