package compile

import (
	"math/bits"
)

// Decisions on arguments are rebuilt so that each word is looked at once on any
// way: the values of a word are divided into the intervals that the decision
// distinguishes, and these are searched like numbers are. Equal decisions of
// different system calls stay one.

// maxSteps bounds the work on one number. What is too tangled for it stays as
// its conditions were written.
const maxSteps = 1 << 20

// organize returns the decision n in that form, or n if that takes too long.
func (o *work) organize(n node) node {
	if o.nodes[n].op == opRet {
		return n
	}
	o.left = maxSteps
	o.turn++
	var l look
	o.look(n, &l)
	both := l.words&(l.words>>1)&0x5555 != 0
	if l.again == 0 && (o.lowHalves || !both) {
		return n
	}
	// High halves are usually 0, so that looking at them decides little: it can
	// wait. But what many low halves decide repeats the tests of the high ones.
	o.order = 0
	if both && o.lowHalves && !l.wide && l.leaves <= 2 {
		o.order = 1
	}
	if m := o.sorted(n); o.left > 0 {
		return m
	}
	return n
}

// look is what there is to see of a decision.
type look struct {
	words  uint32 // that are looked at
	again  uint32 // of these, those with several tests
	leaves int
	wide   bool // a high half is compared with something else than 0
}

// look sees what is below n, once in a turn.
func (o *work) look(n node, l *look) {
	if o.seen(n) {
		return
	}
	d := o.nodes[n]
	if d.op == opRet {
		l.leaves++
		return
	}
	o.left--
	bit := uint32(1) << d.word
	l.again |= l.words & bit
	l.words |= bit
	if int(d.word)%2 == o.hi && !(d.op == opEq && d.k == 0) {
		l.wide = true
	}
	o.look(d.yes, l)
	o.look(d.no, l)
}

// sorted is organize with one order of words, and without regard to what is left.
func (o *work) sorted(n node) node {
	if o.nodes[n].op == opRet || o.left <= 0 {
		return n
	}
	o.fit()
	if m := o.done[n][o.order]; m > 0 {
		return m - 1
	}
	word, cuts, masked := o.survey(n)
	var m node
	if len(cuts) == 0 {
		m = o.decide(masked, o.sorted(o.assume(n, masked, true)), o.sorted(o.assume(n, masked, false)))
	} else {
		is := o.divide(make([]interval, 0, len(cuts)), n, word, cuts, ^uint32(0))
		m = o.search(word, mergeIntervals(is))
	}
	if o.left > 0 {
		o.done[n][o.order] = m + 1
	}
	return m
}

// divide appends the decisions of n for the intervals of a word that start at
// cuts and end at last.
func (o *work) divide(is []interval, n node, word uint8, cuts list, last uint32) []interval {
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
func (o *work) survey(n node) (word uint8, cuts list, masked test) {
	o.turn++
	o.tests = o.tests[:0]
	o.collect(n)
	word = o.tests[0].word
	cuts = make(list, 1, 1+2*len(o.tests)) // 0 is where the first interval starts
	for _, t := range o.tests {
		switch {
		case t.mask != ^uint32(0) || t.op == opSet:
			masked = t
		case t.op == opEq:
			cuts.add(uint64(t.k))
			cuts.add(uint64(t.k + 1))
		case t.op == opGe:
			cuts.add(uint64(t.k))
		}
	}
	cuts.set()
	if len(cuts) == 1 {
		return word, nil, masked
	}
	return word, cuts, masked
}

// collect gathers the tests of the word that comes first below n.
func (o *work) collect(n node) {
	d := o.nodes[n]
	if d.op == opRet || o.seen(n) {
		return
	}
	o.left--
	switch {
	case len(o.tests) == 0 || o.place(d.word) < o.place(o.tests[0].word):
		o.tests = append(o.tests[:0], d.test)
	case d.word == o.tests[0].word:
		o.tests = append(o.tests, d.test)
	}
	o.collect(d.yes)
	o.collect(d.no)
}

// place orders words; lower ones are looked at first.
func (o *work) place(word uint8) int {
	low := (int(word) + o.hi) % 2 // 1 for a low half
	if o.order > 0 {
		return int(word) - 64*low
	}
	return int(word)/2*2 + low
}

//go:noinline
func (o *work) seen(n node) bool {
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
func (o *work) fit() {
	if k := len(o.nodes) - len(o.stamp); k > 0 {
		o.stamp = append(o.stamp, make([]int32, k)...)
		o.memo = append(o.memo, make([]node, k)...)
		o.done = append(o.done, make([][2]node, k)...)
	}
}

// restrict returns what n decides where a word is first to last.
func (o *work) restrict(n node, word uint8, first, last uint32) node {
	o.turn++
	return o.follow(n, func(t test) answer {
		if t.word != word {
			return perhaps
		}
		return t.over(first, last)
	})
}

// assume returns what n decides where t holds or doesn't.
func (o *work) assume(n node, t test, truth bool) node {
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
func (o *work) follow(n node, decided func(test) answer) node {
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
	if t.op == opEq {
		return v == t.k
	}
	return v >= t.k
}

// mergeIntervals returns the intervals without those that continue their
// neighbour; weights add up.
//
//go:noinline
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
