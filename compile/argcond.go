package compile

import (
	"cmp"
	"slices"

	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/profile"
)

// reader turns diagrams of arguments back into conditions.
type reader struct {
	*diagram.Store
	memo map[diagram.Ref]profile.Cond // of diagrams of no and yes
	full bool                         // a condition would have been too long
}

// Results of the diagrams that a reader reads as conditions.
const (
	resultNo  = 0
	resultYes = 1
)

// branch is one verdict of a diagram, where If holds.
type branch struct {
	ret uint32
	If  profile.Cond // nil in the last one, which is for everything else
}

// branches returns the verdicts of a diagram with their conditions. The one
// that covers most inputs comes last, the others by their return value.
func (r *reader) branches(ref diagram.Ref) []branch {
	share := r.shares(ref)
	rets := make([]uint32, 0, len(share))
	for ret := range share {
		rets = append(rets, ret)
	}
	slices.SortFunc(rets, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(share[a], share[b]), cmp.Compare(a, b))
	})
	bs := make([]branch, len(rets))
	for i, ret := range rets {
		bs[i].ret = ret
		if i == len(rets)-1 {
			break
		}
		bs[i].If = r.cond(r.Map(ref, func(other uint32) uint32 {
			if other == ret {
				return resultYes
			}
			return resultNo
		}))
	}
	return bs
}

// shares returns, by result, the share of all inputs that have it.
func (r *reader) shares(ref diagram.Ref) map[uint32]float64 {
	share := make(map[uint32]float64)
	weight := map[diagram.Ref]float64{ref: 1}
	for _, n := range r.Below(ref) {
		w := weight[n]
		if ret, ok := r.Terminal(n); ok {
			share[ret] += w
			continue
		}
		_, zero, one := r.Branch(n)
		weight[zero] += w / 2
		weight[one] += w / 2
	}
	return share
}

// maxTests bounds a condition. One that a person can read has fewer.
const maxTests = 4096

// cond returns the condition under which a diagram of no and yes is yes.
func (r *reader) cond(ref diagram.Ref) profile.Cond {
	if ret, ok := r.Terminal(ref); ok {
		if ret == resultYes {
			return profile.And{}
		}
		return profile.Or{}
	}
	if c, ok := r.memo[ref]; ok {
		return c
	}
	v, _, _ := r.Branch(ref)
	field, _ := v.Field()
	var any profile.Or
	for _, part := range r.parts(ref, field) {
		set, rest := part.set, r.cond(part.then)
		switch rest := rest.(type) {
		case profile.Or:
			if len(rest) == 0 {
				continue
			}
			any = append(any, profile.And{set, rest})
		case profile.And:
			any = append(any, append(profile.And{set}, rest...))
		default:
			any = append(any, profile.And{set, rest})
		}
		if and := any[len(any)-1].(profile.And); len(and) == 1 {
			any[len(any)-1] = and[0]
		}
	}
	var c profile.Cond = any
	if len(any) == 1 {
		c = any[0]
	}
	if r.memo == nil {
		r.memo = make(map[diagram.Ref]profile.Cond)
	}
	r.memo[ref] = c
	return c
}

// part is a set of values of a field, and what remains to be decided then.
type part struct {
	set  profile.Cond
	then diagram.Ref
}

// parts divides the values of a diagram's first field by what remains.
func (r *reader) parts(ref diagram.Ref, field int) []part {
	width, bits := profile.WidthLow32, 32
	for _, n := range r.Below(ref) {
		if _, ok := r.Terminal(n); ok {
			continue
		}
		v, _, _ := r.Branch(n)
		if f, bit := v.Field(); f == field && bit >= 32 {
			width, bits = profile.WidthRegister, 64
		}
	}
	o := operand{profile.Field(field), width}
	byThen := r.intervals(ref, field, bits, o)
	if byThen == nil {
		byThen = r.cubes(ref, field, o)
	}
	parts := make([]part, 0, len(byThen))
	for _, s := range byThen {
		parts = append(parts, part{simplest(s.tests), s.then})
	}
	return parts
}

type operand struct {
	field profile.Field
	width profile.Width
}

func (o operand) test(op profile.Op, value, mask uint64) profile.Cond {
	return profile.Test{Field: o.field, Width: o.width, Op: op, Value: value, Mask: mask}
}

// values is a set of values by tests of which one holds.
type values struct {
	then  diagram.Ref
	tests profile.Or
}

// simplest returns the condition without an Or of one.
func simplest(or profile.Or) profile.Cond {
	if len(or) == 1 {
		return or[0]
	}
	return or
}

// add adds a test to the set of values that lead to then.
func add(vs []values, then diagram.Ref, c profile.Cond) []values {
	i := slices.IndexFunc(vs, func(v values) bool { return v.then == then })
	if i < 0 {
		return append(vs, values{then, profile.Or{c}})
	}
	vs[i].tests = append(vs[i].tests, c)
	return vs
}

// maxIntervals is from where on masks are the better description of a set.
const maxIntervals = 64

// intervals describes the parts by intervals of values; nil if there are many.
func (r *reader) intervals(ref diagram.Ref, field, bits int, o operand) []values {
	type interval struct {
		first uint64
		then  diagram.Ref
	}
	var is []interval
	var walk func(n diagram.Ref, bit int, prefix uint64)
	walk = func(n diagram.Ref, bit int, prefix uint64) {
		at, ok := r.bitOf(n, field)
		if !ok {
			if len(is) == 0 || is[len(is)-1].then != n {
				is = append(is, interval{prefix, n})
			}
			return
		}
		if len(is) > maxIntervals {
			return
		}
		zero, one := n, n
		if at == bit {
			_, zero, one = r.Branch(n)
		}
		walk(zero, bit-1, prefix)
		walk(one, bit-1, prefix|1<<bit)
	}
	walk(ref, bits-1, 0)
	if len(is) > maxIntervals {
		return nil
	}
	var vs []values
	for i, iv := range is {
		last := low(bits)
		if i+1 < len(is) {
			last = is[i+1].first - 1
		}
		vs = add(vs, iv.then, o.between(iv.first, last, low(bits)))
	}
	return vs
}

// between returns the test of first to last, of values that end at end.
func (o operand) between(first, last, end uint64) profile.Cond {
	switch {
	case first == last:
		return o.test(profile.OpEqual, first, 0)
	case first == 0:
		return o.test(profile.OpLessEqual, last, 0)
	case last == end:
		return o.test(profile.OpGreaterEqual, first, 0)
	}
	return profile.And{o.test(profile.OpGreaterEqual, first, 0), o.test(profile.OpLessEqual, last, 0)}
}

// cubes describes the parts by the ways through the field's bits.
func (r *reader) cubes(ref diagram.Ref, field int, o operand) []values {
	var vs []values
	tests := 0
	var walk func(n diagram.Ref, mask, value uint64)
	walk = func(n diagram.Ref, mask, value uint64) {
		bit, ok := r.bitOf(n, field)
		if !ok {
			if tests++; tests > maxTests {
				r.full = true
				return
			}
			vs = add(vs, n, o.test(profile.OpMaskedEqual, value, mask))
			return
		}
		if r.full {
			return
		}
		_, zero, one := r.Branch(n)
		walk(zero, mask|1<<bit, value)
		walk(one, mask|1<<bit, value|1<<bit)
	}
	walk(ref, 0, 0)
	return vs
}

// bitOf returns which bit of field a diagram tests first.
func (r *reader) bitOf(n diagram.Ref, field int) (bit int, ok bool) {
	if _, terminal := r.Terminal(n); terminal {
		return 0, false
	}
	v, _, _ := r.Branch(n)
	f, bit := v.Field()
	return bit, f == field
}
