package compiletest

import (
	"slices"

	"github.com/portcullis-go/portcullis/profile"
)

// constants returns the values to try for each field that the conditions look
// at, ascending.
func constants(conds []profile.Cond) (values [7][]uint64) {
	for _, c := range conds {
		each(c, func(t profile.Test) {
			if int(t.Field) >= len(values) {
				return
			}
			vs := append(values[t.Field], around(t.Value)...)
			if t.Op == profile.OpMaskedEqual {
				vs = append(vs, masked(t.Value, t.Mask)...)
			}
			values[t.Field] = vs
		})
	}
	for i, vs := range values {
		slices.Sort(vs)
		values[i] = slices.Compact(vs)
	}
	return values
}

// each calls f with the tests of a condition.
func each(c profile.Cond, f func(profile.Test)) {
	switch c := c.(type) {
	case profile.And:
		for _, part := range c {
			each(part, f)
		}
	case profile.Or:
		for _, part := range c {
			each(part, f)
		}
	case profile.Not:
		each(c.Cond, f)
	case profile.Test:
		f(c)
	}
}

const garbage = 0xdeadbeef

// around returns v, its neighbours, and numbers that are v to someone who looks
// at some of the bits only.
func around(v uint64) []uint64 {
	return []uint64{
		0, ^uint64(0), v - 1, v, v + 1,
		uint64(uint32(v)), v | garbage<<32, v ^ 1<<32, v ^ 1<<31, v ^ 1<<63,
		uint64(uint16(v)), v ^ 1<<16,
		uint64(int64(int32(v))), uint64(int64(int16(v))), uint64(int64(int8(v))),
		(v - 1) ^ 1<<32, (v + 1) ^ 1<<32, // beyond v in one half only
	}
}

// masked returns numbers that equal v under the mask, and numbers that differ
// from it in one bit of the mask.
func masked(v, mask uint64) []uint64 {
	vs := []uint64{v & mask, v&mask | ^mask, mask, ^mask, ^v & mask}
	for bit := uint64(1); bit != 0; bit <<= 1 {
		if mask&bit != 0 {
			vs = append(vs, v&mask^bit)
		}
	}
	return vs
}

// witnesses returns arguments for which the conditions hold or fail, as far as
// that can be found without much thought: for the parts of an And that
// contradict each other it can't.
func witnesses(conds []profile.Cond) []fields {
	bases := []fields{{}, allOnes()}
	for i := range maxBases / 2 {
		c := conds[i*len(conds)/(maxBases/2)]
		var yes, no fields
		choose(c, true, i, &yes)
		choose(c, false, i, &no)
		bases = append(bases, yes, no)
	}
	return bases[:maxBases]
}

// choose sets fields such that c holds, or doesn't. Where one of several parts is
// enough, it takes the one with the index turn, modulo their number.
func choose(c profile.Cond, want bool, turn int, f *fields) {
	parts := func(cs []profile.Cond, needAll bool) {
		for i := range cs {
			if needAll || i == turn%len(cs) {
				choose(cs[i], want, turn, f)
			}
		}
	}
	switch c := c.(type) {
	case profile.And:
		parts(c, want)
	case profile.Or:
		parts(c, !want)
	case profile.Not:
		choose(c.Cond, !want, turn, f)
	case profile.Test:
		if int(c.Field) < len(f) {
			f[c.Field] = witness(c, want)
		}
	}
}

// witness returns a value for which t holds, or doesn't, if there is one.
func witness(t profile.Test, want bool) uint64 {
	op := t.Op
	if !want {
		op = negations[op%profile.Op(len(negations))]
	}
	switch op {
	case profile.OpNotEqual, profile.OpGreater:
		return t.Value + 1
	case profile.OpLess:
		return t.Value - 1
	case profile.OpMaskedEqual:
		if !want {
			return ^t.Value & t.Mask
		}
		return t.Value & t.Mask
	}
	return t.Value
}

var negations = [...]profile.Op{
	profile.OpEqual:        profile.OpNotEqual,
	profile.OpNotEqual:     profile.OpEqual,
	profile.OpLess:         profile.OpGreaterEqual,
	profile.OpLessEqual:    profile.OpGreater,
	profile.OpGreater:      profile.OpLessEqual,
	profile.OpGreaterEqual: profile.OpLess,
	profile.OpMaskedEqual:  profile.OpMaskedEqual,
}
