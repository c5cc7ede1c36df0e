package oci

import (
	"math"
	"slices"

	"github.com/portcullis-go/portcullis/profile"
)

// A treePath is a way through a condTree from its root to a verdict: the tests on it
// and what each of them gave. Tried in the order in which the tree tries them,
// the paths are a list of which the first match decides.
type treePath struct {
	steps   []treeStep
	verdict int
}

// treeStep is a test of a path and its outcome, isFalse or isTrue.
type treeStep struct {
	nodeWord
	took uint8
}

// finish finds the paths and which rules are live. It is for a tree to which
// nothing is added any more.
func (t *condTree) finish() {
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

func (t *condTree) markLive(level []*treeNode) {
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
func (t *condTree) walk(ps []treePath, level []*treeNode, prefix []treeStep) []treePath {
	for _, n := range level {
		for b, e := range n.to {
			if e.verdict == 0 && e.level == nil || !t.resolver.spend(workNode+len(prefix)) {
				continue
			}
			steps := append(slices.Clip(prefix), treeStep{n.nodeWord, uint8(b)})
			if e.verdict != 0 {
				ps = append(ps, treePath{steps, e.verdict})
			}
			ps = t.walk(ps, e.level, steps)
		}
	}
	return ps
}

// linearRule is an element of a linearised tree: a condition and its rule.
type linearRule struct {
	cond profile.Cond
	rule int // index of resolver.rules
}

// linearise returns the tree as conditions of which the first that holds
// decides.
func (t *condTree) linearise() []linearRule {
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
func (t *condTree) liveRules() []int {
	var live []int
	for i := range t.rules {
		if t.rules[i].live {
			live = append(live, i)
		}
	}
	return live
}

func (t *condTree) originals(rules []int) []linearRule {
	ls := make([]linearRule, len(rules))
	for i, v := range rules {
		ls[i] = linearRule{t.rules[v].conds.cond(), t.rules[v].rule}
	}
	return ls
}

// firstVerdicts returns the live rules in the order of their first paths.
func (t *condTree) firstVerdicts() []int {
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

// own returns the paths of rule v alone, before it met others.
func (t *condTree) own(v int) []treePath {
	return t.walk(nil, t.expand(t.rules[v].conds, v).level, nil)
}

// maxSwaps is how many paths inOrder compares with each other.
const maxSwaps = 2048

// inOrder reports whether the rules, tried in this order by their own
// conditions, are known to give the tree's verdicts. It compares the tree's
// paths with those of the rules one after the other. They are the same but for
// paths that the tree lacks, because another verdict stands on their way: that
// one must come first. And two paths of different action that are in the other
// order must have no call in common.
func (t *condTree) inOrder(rules []int) bool {
	if len(t.paths) > maxSwaps {
		return false
	}
	inTree := make(map[string]int, len(t.paths))
	for i := range t.paths {
		inTree[pathKey(t.paths[i].steps)] = i
	}
	var listed []int                       // indexes of paths, in the order of the rules
	at := make(map[int]bool, len(t.paths)) // what listed has
	for _, v := range rules {
		for _, p := range t.own(v) {
			i, ok := inTree[pathKey(p.steps)]
			if ok && t.paths[i].verdict == v+1 {
				listed = append(listed, i)
				at[i] = true
			} else if !covered(p, inTree, at) {
				return false
			}
		}
	}
	for j, b := range listed {
		for _, a := range listed[:j] {
			if a > b && !t.commute(&t.paths[a], &t.paths[b]) {
				return false
			}
		}
		t.resolver.spend(j)
	}
	return len(listed) == len(t.paths)
}

// covered reports whether a path of the tree that is listed already has all
// calls of p.
func covered(p treePath, inTree map[string]int, listed map[int]bool) bool {
	for n := 1; n <= len(p.steps); n++ {
		if i, ok := inTree[pathKey(p.steps[:n])]; ok && listed[i] {
			return true
		}
	}
	return false
}

// pathKey returns the steps as a map key.
func pathKey(steps []treeStep) string {
	b := make([]byte, 0, 11*len(steps))
	for _, s := range steps {
		b = append(b, s.pos, byte(s.op), s.took,
			byte(s.mask>>24), byte(s.mask>>16), byte(s.mask>>8), byte(s.mask),
			byte(s.datum>>24), byte(s.datum>>16), byte(s.datum>>8), byte(s.datum))
	}
	return string(b)
}

// commute reports whether the order of p and q is known not to matter.
func (t *condTree) commute(p, q *treePath) bool {
	if t.action(p.verdict) == t.action(q.verdict) {
		return true
	}
	t.resolver.spend(len(p.steps) * 4)
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
	lo, hi := int64(0), int64(math.MaxUint32)
	var ones, zeros uint32 // the bits that masks fix
	for _, s := range [2][]treeStep{p, q} {
		for _, s := range s {
			if s.pos != pos {
				continue
			}
			switch d := int64(s.datum); {
			case s.op == nodeEqual && s.took == isTrue:
				lo, hi = max(lo, d), min(hi, d)
			case s.op == nodeMasked && s.took == isTrue:
				ones |= s.datum
				zeros |= s.mask &^ s.datum
			case s.op == nodeGreater && s.took == isTrue:
				lo = max(lo, d+1)
			case s.op == nodeGreater:
				hi = min(hi, d)
			case s.op == nodeGreaterEqual && s.took == isTrue:
				lo = max(lo, d)
			case s.op == nodeGreaterEqual:
				hi = min(hi, d-1)
			}
		}
	}
	if lo > hi || ones&zeros != 0 {
		return true
	}
	if lo < hi {
		return false
	}
	// One value is left: the tests that say what it is not.
	v := uint32(lo)
	if v&ones != ones || v&zeros != 0 {
		return true
	}
	for _, s := range [2][]treeStep{p, q} {
		for _, s := range s {
			if s.pos == pos && s.took == isFalse &&
				(s.op == nodeEqual && v == s.datum || s.op == nodeMasked && v&s.mask == s.datum) {
				return true
			}
		}
	}
	return false
}

// byPath returns the tree path by path. Where all paths of a rule follow each
// other they are its own condition again.
func (t *condTree) byPath() []linearRule {
	var ls []linearRule
	for i := 0; i < len(t.paths); {
		v := t.paths[i].verdict - 1
		end := i
		for end < len(t.paths) && t.paths[end].verdict == v+1 {
			end++
		}
		rule := t.rules[v].rule
		if end-i > 1 && end-i == len(t.own(v)) {
			ls = append(ls, linearRule{t.rules[v].conds.cond(), rule})
			i = end
			continue
		}
		for ; i < end && t.resolver.spend(workNode*len(t.paths[i].steps)); i++ {
			ls = append(ls, linearRule{pathCond(t.paths[i].steps), rule})
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
			if s.op == nodeGreater && s.took == isFalse && steps[i+1].is(nodeEqual, s.pos, s.datum) && steps[i+1].took == isTrue {
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
	return s.op == op && s.pos == pos && s.datum == datum
}

// wholeArg returns two tests as one of the whole argument: the halves are equal to
// something, or the upper half is below something.
func wholeArg(s, next treeStep) (profile.Cond, bool) {
	if !s.high() {
		return nil, false
	}
	f := profile.Field(s.pos / 2)
	switch {
	case s.op == nodeGreater && s.took == isFalse && next.is(nodeEqual, s.pos, s.datum) && next.took == isFalse:
		return profile.Test{Field: f, Width: profile.WidthRegister, Op: profile.OpLess, Value: uint64(s.datum) << 32}, true
	case next.pos+1 != s.pos || s.op != next.op || s.took != isTrue || next.took != isTrue:
		return nil, false
	}
	value := uint64(s.datum)<<32 | uint64(next.datum)
	switch s.op {
	case nodeEqual:
		return profile.Test{Field: f, Width: profile.WidthRegister, Op: profile.OpEqual, Value: value}, true
	case nodeMasked:
		return profile.Test{Field: f, Width: profile.WidthRegister, Op: profile.OpMaskedEqual, Value: value, Mask: uint64(s.mask)<<32 | uint64(next.mask)}, true
	}
	return nil, false
}

// cond returns the step as a condition on half an argument.
func (s treeStep) cond() profile.Cond {
	t := profile.Test{Field: profile.Field(s.pos / 2), Width: profile.WidthLow32, Value: uint64(s.datum), Mask: uint64(s.mask)}
	if s.high() {
		t.Width, t.Value, t.Mask = profile.WidthRegister, t.Value<<32, t.Mask<<32
	}
	switch {
	case s.op == nodeGreater && s.took == isTrue:
		t.Op = profile.OpGreater
	case s.op == nodeGreater:
		t.Op = profile.OpLessEqual
	case s.op == nodeGreaterEqual && s.took == isTrue:
		t.Op = profile.OpGreaterEqual
	case s.op == nodeGreaterEqual:
		t.Op = profile.OpLess
	case s.high() || s.op == nodeMasked:
		t.Op = profile.OpMaskedEqual
	case s.took == isFalse:
		t.Op = profile.OpNotEqual
	}
	if t.Op != profile.OpMaskedEqual {
		t.Mask = 0
		if s.high() { // GT, or not
			t.Value |= math.MaxUint32
		}
		return t
	}
	if s.took == isFalse {
		return profile.Not{Cond: t}
	}
	return t
}
