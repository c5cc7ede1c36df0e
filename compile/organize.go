package compile

import (
	"math/bits"
)

// organizer rebuilds decisions on arguments so that each word is looked at once
// on any way: the values of a word are divided into the intervals that the
// decision distinguishes, and these are searched like numbers are. Equal
// decisions of different system calls stay one.
type organizer struct {
	*dag
	hi   int // place of the high half of a 64-bit field
	done map[node]node
	// memo holds, by node, the result of the walk whose turn is in stamp.
	memo  []node
	stamp []int32
	turn  int32
	// left is how many more steps may be taken for one number.
	left int
}

// maxSteps bounds the work on one number. What is too tangled for it stays as
// its conditions were written.
const maxSteps = 1 << 20

// organize returns the decision n in that form, or n if that takes too long.
func (o *organizer) organize(n node) node {
	o.left = maxSteps
	if m := o.sorted(n); o.left > 0 {
		return m
	}
	return n
}

// sorted is organize without regard to what is left.
func (o *organizer) sorted(n node) node {
	if o.nodes[n].op == opRet || o.left <= 0 {
		return n
	}
	if m, ok := o.done[n]; ok {
		return m
	}
	word, cuts, masked := o.survey(n)
	var m node
	if len(cuts) == 0 {
		m = o.decide(masked, o.sorted(o.assume(n, masked, true)), o.sorted(o.assume(n, masked, false)))
	} else {
		m = o.search(word, mergeIntervals(o.divide(nil, n, word, cuts, ^uint32(0))))
	}
	if o.left > 0 {
		o.done[n] = m
	}
	return m
}

// divide appends the decisions of n for the intervals of a word that start at
// cuts and end at last.
func (o *organizer) divide(is []interval, n node, word uint8, cuts list, last uint32) []interval {
	n = o.restrict(n, word, uint32(cuts[0]), last)
	if len(cuts) == 1 || o.nodes[n].op == opRet || o.left <= 0 {
		return append(is, interval{first: uint32(cuts[0]), node: o.sorted(n), weight: 1})
	}
	mid := len(cuts) / 2
	is = o.divide(is, n, word, cuts[:mid], uint32(cuts[mid]-1))
	return o.divide(is, n, word, cuts[mid:], last)
}

// survey returns the first word that n looks at, where its values divide, and,
// if they don't, a test of it under a mask.
func (o *organizer) survey(n node) (word uint8, cuts list, masked test) {
	o.turn++
	word = 0xff
	var tests []test
	var walk func(node)
	walk = func(n node) {
		d := o.nodes[n]
		if d.op == opRet || o.seen(n) {
			return
		}
		o.left--
		switch {
		case o.before(d.word, word):
			word, tests = d.word, append(tests[:0], d.test)
		case d.word == word:
			tests = append(tests, d.test)
		}
		walk(d.yes)
		walk(d.no)
	}
	walk(n)
	cuts.add(0)
	for _, t := range tests {
		switch {
		case t.mask != ^uint32(0) || t.op == opSet:
			masked = t
			continue
		case t.op == opEq:
			cuts.add(uint64(t.k))
			cuts.add(uint64(t.k + 1))
		case t.op == opGe:
			cuts.add(uint64(t.k))
		case t.op == opGt:
			cuts.add(uint64(t.k + 1))
		}
	}
	cuts.set()
	if len(cuts) == 1 {
		return word, nil, masked
	}
	return word, cuts, masked
}

// before reports whether word x is looked at before y: high halves come first,
// because they usually decide alike for all values.
func (o *organizer) before(x, y uint8) bool {
	if y == 0xff {
		return true
	}
	key := func(w uint8) int { return int(w/2)*2 + (int(w)+o.hi)%2 }
	return key(x) < key(y)
}

func (o *organizer) seen(n node) bool {
	o.fit()
	if o.stamp[n] == o.turn {
		return true
	}
	o.stamp[n] = o.turn
	return false
}

// fit makes room for all nodes.
//
//go:noinline
func (o *organizer) fit() {
	if k := len(o.nodes) - len(o.stamp); k > 0 {
		o.stamp = append(o.stamp, make([]int32, k)...)
		o.memo = append(o.memo, make([]node, k)...)
	}
}

// restrict returns what n decides where a word is first to last.
func (o *organizer) restrict(n node, word uint8, first, last uint32) node {
	o.turn++
	return o.follow(n, func(t test) answer {
		if t.word != word {
			return perhaps
		}
		return t.over(first, last)
	})
}

// assume returns what n decides where t holds or doesn't.
func (o *organizer) assume(n node, t test, truth bool) node {
	o.turn++
	return o.follow(n, func(u test) answer {
		switch {
		case u == t && truth:
			return yes
		case u == t:
			return no
		}
		return perhaps
	})
}

// follow returns n without the tests that decided answers.
func (o *organizer) follow(n node, decided func(test) answer) node {
	d := o.nodes[n]
	if d.op == opRet {
		return n
	}
	o.fit()
	if o.stamp[n] == o.turn {
		return o.memo[n]
	}
	if o.left--; o.left <= 0 || len(o.nodes) > maxNodes/2 {
		o.left = 0
		return n
	}
	var m node
	switch decided(d.test) {
	case yes:
		m = o.follow(d.yes, decided)
	case no:
		m = o.follow(d.no, decided)
	default:
		m = o.decide(d.test, o.follow(d.yes, decided), o.follow(d.no, decided))
	}
	o.fit()
	o.stamp[n], o.memo[n] = o.turn, m
	return m
}

// over answers a test for all values of its word from first to last.
func (t test) over(first, last uint32) answer {
	of := func(b bool) answer {
		if b {
			return yes
		}
		return no
	}
	switch varying := uint32(1)<<bits.Len32(first^last) - 1; {
	case t.op == opSet && t.k&varying == 0:
		return of(first&t.k != 0)
	case t.op == opSet:
		return perhaps
	case t.mask != ^uint32(0):
		if t.mask&varying != 0 {
			return perhaps
		}
		first &= t.mask
		last = first
	}
	x, y := t.holds(first), t.holds(last)
	if t.op == opEq && first < t.k && t.k < last || x != y {
		return perhaps
	}
	return of(x)
}

// holds evaluates a comparison of a word that was masked.
func (t test) holds(v uint32) bool {
	switch t.op {
	case opEq:
		return v == t.k
	case opGt:
		return v > t.k
	}
	return v >= t.k
}

// mergeIntervals returns the intervals without those that continue their
// neighbour; weights add up.
func mergeIntervals(is []interval) []interval {
	out := is[:0]
	for _, i := range is {
		if n := len(out); n > 0 && out[n-1].node == i.node {
			out[n-1].weight += i.weight
			continue
		}
		out = append(out, i)
	}
	return out
}
