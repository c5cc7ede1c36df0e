package oci

import (
	"slices"

	"github.com/portcullis-go/portcullis/profile"
)

// conjunction is the comparisons of one rule, which must all hold: at most one
// for each argument, by ascending argument. Conjunctions share their elements,
// which are never changed.
type conjunction []profile.Test

// testOf returns a condition of a document as a test. It compares an ABI's long,
// as the runtimes do.
func testOf(a Arg) profile.Test {
	t := profile.Test{Field: profile.Field(a.Index), Width: profile.WidthLong, Op: a.Op, Value: a.Value}
	if a.Op == profile.OpMaskedEqual {
		t.Value, t.Mask = a.ValueTwo, a.Value
	}
	return t
}

// vacuous reports whether t always holds on an ABI of so many bits.
func vacuous(t profile.Test, bits int) bool {
	return t.Op == profile.OpMaskedEqual && (t.Mask == 0 || bits == 32 && uint32(t.Mask) == 0)
}

// truncated reports whether t compares with another value on an ABI of 32 bits.
func truncated(t profile.Test) bool {
	if t.Op == profile.OpMaskedEqual {
		return t.Value&t.Mask>>32 != 0
	}
	return t.Value>>32 != 0
}

// cond returns c as a Cond, nil where it is empty.
func (c conjunction) cond() profile.Cond {
	switch len(c) {
	case 0:
		return nil
	case 1:
		return c[0]
	}
	all := make(profile.And, len(c))
	for i := range c {
		all[i] = c[i]
	}
	return all
}

// on returns c without what is vacuous on an ABI of so many bits.
func (c conjunction) on(bits int) conjunction {
	is := func(t profile.Test) bool { return vacuous(t, bits) }
	if !slices.ContainsFunc(c, is) {
		return c
	}
	return slices.DeleteFunc(slices.Clone(c), is)
}

// through returns c as it applies to a multiplexing call: argument 0 selects the
// call, whatever c says of it, and the others are the multiplexing call's own.
func (c conjunction) through(selector uint32) conjunction {
	m := conjunction{{Field: 0, Width: profile.WidthLong, Op: profile.OpEqual, Value: uint64(selector)}}
	for _, t := range c {
		if t.Field != 0 {
			m = append(m, t)
		}
	}
	return m
}

// repeats reports whether an argument occurs twice.
func (c conjunction) repeats() bool {
	var seen [6]bool
	for _, t := range c {
		if seen[t.Field] {
			return true
		}
		seen[t.Field] = true
	}
	return false
}
