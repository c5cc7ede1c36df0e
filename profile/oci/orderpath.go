package oci

import (
	"math"
	"slices"

	"github.com/portcullis-go/portcullis/profile"
)

// A treePath leads through a ruleTree from its root to a verdict: the tests on it
// and what each of them gave. Tried in the order in which the tree tries them,
// the paths are a list of which the first match decides.
type treePath struct {
	steps   []treeStep
	verdict int
}

// treeStep is a test of a path and its outcome, isFalse or isTrue.
type treeStep struct {
	test nodeTest
	took uint8
}

// finish finds the paths and the live rules of a tree to which no more rules are
// added.
func (t *ruleTree) finish() {
	if t == nil || t.conflict {
		return
	}
	if !t.mixed {
		t.markLive(t.level)
		return
	}
	t.paths = t.walk(nil, t.level, nil)
	for i := range t.paths {
		t.rules[t.paths[i].verdict-1].live = true
	}
}

func (t *ruleTree) markLive(level []*treeNode) {
	for _, n := range level {
		for _, e := range n.to {
			if e.verdict != 0 {
				t.rules[e.verdict-1].live = true
			}
			t.markLive(e.level)
		}
	}
}

// walk appends the paths below level to ps, whose steps begin with prefix.
func (t *ruleTree) walk(ps []treePath, level []*treeNode, prefix []treeStep) []treePath {
	for _, n := range level {
		for b, e := range n.to {
			if e.verdict == 0 && e.level == nil || !t.budget.spend(workNode+len(prefix)) {
				continue
			}
			steps := append(slices.Clip(prefix), treeStep{n.test, uint8(b)})
			if e.verdict != 0 {
				ps = append(ps, treePath{steps, e.verdict})
			}
			ps = t.walk(ps, e.level, steps)
		}
	}
	return ps
}

// orderedRule is a condition and its rule. Of a list of them the first that holds
// decides.
type orderedRule struct {
	cond profile.Cond
	rule int // index of resolver.rules
}

// ordered returns the tree as rules of which the first that holds decides. There
// are none in a nil tree, and in one with a conflict.
func (t *ruleTree) ordered() []orderedRule {
	if t == nil || t.conflict {
		return nil
	}
	if !t.mixed { // any order will do
		return t.originals(t.liveRules())
	}
	order := t.firstVerdicts()
	if t.inOrder(order) {
		return t.originals(order)
	}
	return t.byPath()
}

// liveRules returns the live rules in the order of the document.
func (t *ruleTree) liveRules() []int {
	var live []int
	for i := range t.rules {
		if t.rules[i].live {
			live = append(live, i)
		}
	}
	return live
}

func (t *ruleTree) originals(rules []int) []orderedRule {
	ls := make([]orderedRule, len(rules))
	for i, v := range rules {
		ls[i] = orderedRule{t.rules[v].conds.cond(), t.rules[v].rule}
	}
	return ls
}

// firstVerdicts returns the live rules in the order of their first paths.
func (t *ruleTree) firstVerdicts() []int {
	seen := make([]bool, len(t.rules))
	var order []int
	for i := range t.paths {
		if v := t.paths[i].verdict - 1; !seen[v] {
			seen[v] = true
			order = append(order, v)
		}
	}
	return order
}

// own returns the paths of rule v in a tree of its own.
func (t *ruleTree) own(v int) []treePath {
	return t.walk(nil, t.expand(t.rules[v].conds, v).level, nil)
}

// maxSwaps is how many paths inOrder compares with each other.
const maxSwaps = 2048

// inOrder reports whether the rules, tried in this order by their own
// conditions, are known to give the tree's verdicts. It compares the tree's
// paths with those of the rules one after the other. They are the same but for
// paths that the tree lacks, because another verdict stands on their path: that
// one must come first. And two paths of different action that are in the other
// order must have no call in common.
func (t *ruleTree) inOrder(rules []int) bool {
	if len(t.paths) > maxSwaps {
		return false
	}
	numbers := make(pathNumbers)
	inTree := make(map[int]int, len(t.paths)) // indexes of paths, by number
	for i := range t.paths {
		inTree[numbers.number(t.paths[i].steps)] = i
	}
	var listed []int                       // indexes of paths, in the order of the rules
	at := make(map[int]bool, len(t.paths)) // what listed has
	for _, v := range rules {
		for _, p := range t.own(v) {
			i, ok := inTree[numbers.number(p.steps)]
			if ok && t.paths[i].verdict == v+1 {
				listed = append(listed, i)
				at[i] = true
			} else if !numbers.covered(p, inTree, at) {
				return false
			}
		}
	}
	return len(listed) == len(t.paths) && t.swapsCommute(listed)
}

// swapsCommute reports whether the paths, listed by their indexes, that are in
// another order than in the tree have no call in common or one action.
func (t *ruleTree) swapsCommute(listed []int) bool {
	for j, b := range listed {
		for _, a := range listed[:j] {
			if a > b && !t.commute(&t.paths[a], &t.paths[b]) {
				return false
			}
		}
		t.budget.spend(j)
	}
	return true
}

// pathNumbers gives paths numbers, equal ones to those whose steps are equal. The
// number of a path follows from that of the path without its last step.
type pathNumbers map[pathStep]int

type pathStep struct {
	before int
	last   treeStep
}

// number returns the number of a path, from 1; without steps it is 0.
func (ns pathNumbers) number(steps []treeStep) int {
	n := 0
	for _, s := range steps {
		n = ns.after(n, s)
	}
	return n
}

// after returns the number of a path with one more step.
func (ns pathNumbers) after(before int, last treeStep) int {
	step := pathStep{before, last}
	n, ok := ns[step]
	if !ok {
		n = len(ns) + 1
		ns[step] = n
	}
	return n
}

// covered reports whether a path of the tree that is listed already has all
// calls of p.
func (ns pathNumbers) covered(p treePath, inTree map[int]int, listed map[int]bool) bool {
	n := 0
	for _, s := range p.steps {
		n = ns.after(n, s)
		if i, ok := inTree[n]; ok && listed[i] {
			return true
		}
	}
	return false
}

// commute reports whether the order of p and q is known not to matter.
func (t *ruleTree) commute(p, q *treePath) bool {
	if t.action(p.verdict) == t.action(q.verdict) {
		return true
	}
	t.budget.spend(len(p.steps) * 4)
	for pos := uint8(0); pos < 12; pos++ {
		if disjoint(pos, p.steps, q.steps) {
			return true
		}
	}
	return false
}

// disjoint reports whether what two paths test of one word is known to exclude
// each other.
func disjoint(pos uint8, p, q []treeStep) bool {
	w := wordValues{hi: math.MaxUint32}
	for _, steps := range [2][]treeStep{p, q} {
		for _, s := range steps {
			if s.test.pos == pos {
				w.narrow(s)
			}
		}
	}
	if w.lo != w.hi {
		return w.lo > w.hi || w.ones&w.zeros != 0
	}
	// One value is left.
	v := uint32(w.lo)
	if w.ones&w.zeros != 0 || v&w.ones != w.ones || v&w.zeros != 0 {
		return true
	}
	excluded := func(s treeStep) bool { return s.test.pos == pos && s.excludes(v) }
	return slices.ContainsFunc(p, excluded) || slices.ContainsFunc(q, excluded)
}

// wordValues is the values of a word that passed some tests, as far as bounds and
// single bits say: lo to hi, with these ones and zeros.
type wordValues struct {
	lo, hi      int64
	ones, zeros uint32
}

// narrow takes a step on the word into account.
func (w *wordValues) narrow(s treeStep) {
	d, yes := int64(s.test.datum), s.took == isTrue
	switch {
	case s.test.op == nodeEqual && yes:
		w.lo, w.hi = max(w.lo, d), min(w.hi, d)
	case s.test.op == nodeMasked && yes:
		w.ones |= s.test.datum
		w.zeros |= s.test.mask &^ s.test.datum
	case s.test.op == nodeGreater && yes:
		w.lo = max(w.lo, d+1)
	case s.test.op == nodeGreater:
		w.hi = min(w.hi, d)
	case s.test.op == nodeGreaterEqual && yes:
		w.lo = max(w.lo, d)
	case s.test.op == nodeGreaterEqual:
		w.hi = min(w.hi, d-1)
	}
}

// excludes reports whether the step is not taken if the word is v.
func (s treeStep) excludes(v uint32) bool {
	return s.took == isFalse && (s.test.op == nodeEqual && v == s.test.datum || s.test.op == nodeMasked && v&s.test.mask == s.test.datum)
}

// byPath returns the tree path by path. Where all paths of a rule follow each
// other they are its own condition again.
func (t *ruleTree) byPath() []orderedRule {
	var ls []orderedRule
	for i := 0; i < len(t.paths); {
		v := t.paths[i].verdict - 1
		end := i
		for end < len(t.paths) && t.paths[end].verdict == v+1 {
			end++
		}
		rule := t.rules[v].rule
		if end-i > 1 && end-i == len(t.own(v)) {
			ls = append(ls, orderedRule{t.rules[v].conds.cond(), rule})
			i = end
			continue
		}
		for ; i < end && t.budget.spend(workNode*len(t.paths[i].steps)); i++ {
			ls = append(ls, orderedRule{pathCond(t.paths[i].steps), rule})
		}
		i = end
	}
	return ls
}

// pathCond returns the conjunction of the tests of a path.
func pathCond(steps []treeStep) profile.Cond {
	var all profile.And
	for i := 0; i < len(steps); i++ {
		s := steps[i]
		if i+1 < len(steps) {
			if c, ok := wholeArg(s, steps[i+1]); ok {
				all = append(all, c)
				i++
				continue
			}
			if s.test.op == nodeGreater && s.took == isFalse && steps[i+1].is(nodeEqual, s.test.pos, s.test.datum) && steps[i+1].took == isTrue {
				continue // the next test says so too
			}
		}
		all = append(all, s.cond())
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}

func (s treeStep) is(op nodeOp, pos uint8, datum uint32) bool {
	return s.test.op == op && s.test.pos == pos && s.test.datum == datum
}

// wholeArg returns two tests as one of the whole argument: the halves are equal to
// something, or the upper half is below something.
func wholeArg(s, next treeStep) (profile.Cond, bool) {
	if !s.test.high() {
		return nil, false
	}
	f := profile.Field(s.test.pos / 2)
	switch {
	case s.test.op == nodeGreater && s.took == isFalse && next.is(nodeEqual, s.test.pos, s.test.datum) && next.took == isFalse:
		return profile.Test{Field: f, Width: profile.WidthRegister, Op: profile.OpLess, Value: uint64(s.test.datum) << 32}, true
	case next.test.pos+1 != s.test.pos || s.test.op != next.test.op || s.took != isTrue || next.took != isTrue:
		return nil, false
	}
	value := uint64(s.test.datum)<<32 | uint64(next.test.datum)
	switch s.test.op {
	case nodeEqual:
		return profile.Test{Field: f, Width: profile.WidthRegister, Op: profile.OpEqual, Value: value}, true
	case nodeMasked:
		return profile.Test{Field: f, Width: profile.WidthRegister, Op: profile.OpMaskedEqual, Value: value, Mask: uint64(s.test.mask)<<32 | uint64(next.test.mask)}, true
	}
	return nil, false
}

// cond returns the step as a condition on half an argument.
func (s treeStep) cond() profile.Cond {
	t := profile.Test{Field: profile.Field(s.test.pos / 2), Width: profile.WidthLow32, Value: uint64(s.test.datum), Mask: uint64(s.test.mask)}
	if s.test.high() {
		t.Width, t.Value, t.Mask = profile.WidthRegister, t.Value<<32, t.Mask<<32
	}
	switch {
	case s.test.op == nodeGreater && s.took == isTrue:
		t.Op = profile.OpGreater
	case s.test.op == nodeGreater:
		t.Op = profile.OpLessEqual
	case s.test.op == nodeGreaterEqual && s.took == isTrue:
		t.Op = profile.OpGreaterEqual
	case s.test.op == nodeGreaterEqual:
		t.Op = profile.OpLess
	case s.test.high() || s.test.op == nodeMasked:
		t.Op = profile.OpMaskedEqual
	case s.took == isFalse:
		t.Op = profile.OpNotEqual
	}
	if t.Op != profile.OpMaskedEqual {
		t.Mask = 0
		if s.test.high() { // GT, or not
			t.Value |= math.MaxUint32
		}
		return t
	}
	if s.took == isFalse {
		return profile.Not{Cond: t}
	}
	return t
}
