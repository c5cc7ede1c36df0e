package compile

import (
	"cmp"
	"slices"

	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/profile"
)

// reader turns diagrams of arguments back into conditions of a profile.
type reader struct {
	store  *diagram.Store
	memo   map[diagram.Ref]sized // of diagrams of no and yes
	tests  int                   // made so far
	visits int                   // of nodes, for their sake
	full   bool                  // a condition would have been too long

	buffer []diagram.Interval // of the last call of intervals
}

// sized is a condition and the number of its tests. Conditions share parts, so
// that a long one can be small in memory.
type sized struct {
	cond  profile.Cond
	tests int
}

// Results of the diagrams that a reader reads as conditions.
const (
	resultNo  = 0
	resultYes = 1
)

// branch is one verdict of a diagram, where the condition holds.
type branch struct {
	ret  uint32
	cond profile.Cond // nil in the last one, which is for everything else
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
		bs[i].cond = r.cond(r.store.Map(ref, func(other uint32) uint32 {
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
	for _, n := range r.store.Below(ref) {
		w := weight[n]
		if ret, ok := r.store.Terminal(n); ok {
			share[ret] += w
			continue
		}
		_, zero, one := r.store.Branch(n)
		weight[zero] += w / 2
		weight[one] += w / 2
	}
	return share
}

// Bounds of the tests in a condition, of which one that a person can read has
// fewer, and in all; and of the nodes visited for them.
const (
	maxTests    = 1 << 13
	maxAllTests = 1 << 17
	maxVisits   = 1 << 25
)

// cond returns the condition under which a diagram of no and yes is yes.
func (r *reader) cond(ref diagram.Ref) profile.Cond { return r.sized(ref).cond }

func (r *reader) sized(ref diagram.Ref) sized {
	if ret, ok := r.store.Terminal(ref); ok {
		if ret == resultYes {
			return sized{cond: profile.And{}}
		}
		return sized{cond: profile.Or{}}
	}
	if c, ok := r.memo[ref]; ok {
		return c
	}
	var any profile.Or
	tests := 0
	for _, part := range r.parts(ref) {
		rest := r.sized(part.then)
		if tests += part.tests + rest.tests; tests > maxTests {
			r.full = true
		}
		if r.full {
			return sized{cond: profile.Or{}}
		}
		and := profile.And{part.set}
		if more, ok := rest.cond.(profile.And); ok {
			and = append(and, more...)
		} else {
			and = append(and, rest.cond)
		}
		if len(and) == 1 {
			any = append(any, and[0])
		} else {
			any = append(any, and)
		}
	}
	c := sized{simplest(any), tests}
	if r.memo == nil {
		r.memo = make(map[diagram.Ref]sized)
	}
	r.memo[ref] = c
	return c
}

// part is a set of values of a field, and what remains to be decided then.
type part struct {
	set   profile.Cond
	tests int
	then  diagram.Ref
}

// parts divides those values of a diagram's first field for which it can be yes
// by what remains.
func (r *reader) parts(ref diagram.Ref) []part {
	field, which := r.store.Bits(ref)
	o, bits := operand{profile.Field(field), profile.WidthLow32}, 32
	if which > lowBits(32) {
		o.width, bits = profile.WidthRegister, 64
	}
	is := r.intervals(ref, o.field, bits, maxIntervals)
	n, byMask := len(is), false
	if n > maxIntervals {
		cubes := r.cubes(ref, o.field, func(diagram.Ref, uint64, uint64) {})
		is = r.intervals(ref, o.field, bits, cubes)
		byMask = len(is) > cubes
		n = min(len(is), cubes)
	}
	if r.tests += n; n > maxTests || r.tests > maxAllTests || r.visits > maxVisits {
		r.full = true
		return nil
	}
	var vs []values
	if byMask {
		r.cubes(ref, o.field, func(then diagram.Ref, mask, value uint64) {
			vs = add(vs, then, o.test(profile.OpMaskedEqual, value, mask))
		})
	} else {
		for _, iv := range is {
			vs = add(vs, iv.Then, o.between(iv.First, iv.Last, lowBits(bits)))
		}
	}
	parts := make([]part, 0, len(vs))
	for _, v := range vs {
		parts = append(parts, part{simplest(v.tests), len(v.tests), v.then})
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

// never reports whether a diagram of no and yes is no throughout.
func (r *reader) never(ref diagram.Ref) bool {
	ret, ok := r.store.Terminal(ref)
	return ok && ret == resultNo
}

// maxIntervals is from where on masks can be the better description of a set.
const maxIntervals = 64

// intervals returns the intervals of a field's low bits for which a diagram can be
// yes, until the next call. If there are more than limit they are not all.
func (r *reader) intervals(ref diagram.Ref, field profile.Field, bits, limit int) []diagram.Interval {
	is := r.buffer[:0]
	for iv := range r.store.Intervals(ref, int(field), 0, bits) {
		if r.visits += bits; r.visits > maxVisits || len(is) > limit {
			break
		}
		if !r.never(iv.Then) {
			is = append(is, iv)
		}
	}
	r.buffer = is
	return is
}

// visit counts a step of a walk against the bound.
func (r *reader) visit() bool {
	r.visits++
	return r.visits <= maxVisits
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

// cubes visits the paths through the bits of a field on which a diagram can
// become yes, and returns their number. If that is above maxTests these were not
// all.
func (r *reader) cubes(ref diagram.Ref, field profile.Field, visit func(then diagram.Ref, mask, value uint64)) (n int) {
	var walk func(ref diagram.Ref, mask, value uint64)
	walk = func(ref diagram.Ref, mask, value uint64) {
		if r.never(ref) || n > maxTests || !r.visit() {
			return
		}
		bit, ok := r.bitOf(ref, field)
		if !ok {
			n++
			visit(ref, mask, value)
			return
		}
		_, zero, one := r.store.Branch(ref)
		walk(zero, mask|1<<bit, value)
		walk(one, mask|1<<bit, value|1<<bit)
	}
	walk(ref, 0, 0)
	return n
}

// bitOf returns which bit of field a diagram tests first.
func (r *reader) bitOf(n diagram.Ref, field profile.Field) (bit int, ok bool) {
	if _, terminal := r.store.Terminal(n); terminal {
		return 0, false
	}
	v, _, _ := r.store.Branch(n)
	f, bit := v.Field()
	return bit, profile.Field(f) == field
}
