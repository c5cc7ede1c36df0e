package oci

import (
	"fmt"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// flatRule is an entry that holds for the target: an action, for each of its
// names.
type flatRule struct {
	origin origin
	names  []string
	action profile.Action
	word   uint32 // of action, on the native ABI
	// alts are the conditions: the rule is one for each of them. There is one
	// in most rules, and it is empty in an unconditional one.
	alts    []conj
	comment string
}

// conj is a conjunction of comparisons, at most one for each argument, by
// ascending argument. The comparisons of a conj are never changed.
type conj []comparison

// comparison is a condition of a document. Of OpMaskedEqual, mask is Value and
// value is ValueTwo; of others, mask has all bits.
type comparison struct {
	arg         uint8
	op          profile.Op
	value, mask uint64
}

// vacuous reports whether c holds always on an ABI of so many bits.
func (c comparison) vacuous(bits int) bool {
	return c.op == profile.OpMaskedEqual && (c.mask == 0 || bits == 32 && uint32(c.mask) == 0)
}

// truncated reports whether c compares with another value on an ABI of 32 bits.
func (c comparison) truncated() bool { return c.value&c.mask>>32 != 0 }

func (c comparison) test() profile.Test {
	t := profile.Test{Field: profile.Field(c.arg), Width: profile.WidthLong, Op: c.op, Value: c.value}
	if c.op == profile.OpMaskedEqual {
		t.Mask = c.mask
	}
	return t
}

// cond returns the conjunction as a Cond, nil where it is empty.
func (c conj) cond() profile.Cond {
	switch len(c) {
	case 0:
		return nil
	case 1:
		return c[0].test()
	}
	all := make(profile.And, len(c))
	for i := range c {
		all[i] = c[i].test()
	}
	return all
}

// on returns c without what is vacuous on an ABI of so many bits.
func (c conj) on(bits int) conj {
	is := func(c comparison) bool { return c.vacuous(bits) }
	if !slices.ContainsFunc(c, is) {
		return c
	}
	return slices.DeleteFunc(slices.Clone(c), is)
}

// through returns c as it applies to the multiplexing call that selects with
// its argument 0: that argument is the selector, whatever c says of it.
func (c conj) through(call uint32) conj {
	m := conj{{arg: 0, op: profile.OpEqual, value: uint64(call), mask: ^uint64(0)}}
	for _, x := range c {
		if x.arg != 0 {
			m = append(m, x)
		}
	}
	return m
}

// flatten makes the rules of the kept entries, without those that say what the
// default says.
func (r *resolver) flatten(kept []int) {
	for _, i := range kept {
		e, at := &r.doc.Syscalls[i], r.doc.entryOrigin(i)
		if len(e.Names) == 0 {
			continue
		}
		if n := slices.Index(e.Names, ""); n >= 0 {
			r.errs.add(e.nameOrigin(at, n), readEmptyName, nil, "a name is empty")
		}
		if !e.Action.Set {
			r.errs.add(at, readMissingAction, nil, "the entry has no action")
			continue
		}
		if e.Action.Kind == profile.KindNotify && slices.Contains(e.Names, "write") {
			r.refusedByRunc(at, resolveNotifyWrite, "SCMP_ACT_NOTIFY can't be for write, with which the runtime sends the listener")
		}
		a, okAction := r.action(e.Action.Kind, e.Errno, at)
		alts, okArgs := r.conditions(e, at)
		if !okAction || !okArgs {
			continue
		}
		word, _ := a.Return(r.native)
		if word == r.word {
			r.notes.add(at, resolveEqualDefault, nil, "%v is the default action: this entry is dropped, and others for %s decide", a, listNames(e.Names))
			continue
		}
		if a.Kind() == profile.KindNotify {
			r.notify = true
		}
		r.rules = append(r.rules, flatRule{
			origin: at, names: e.Names, action: a, word: word, alts: alts, comment: e.Comment,
		})
	}
}

// conditions returns the conditions of an entry's rules: one conjunction, or,
// where an argument occurs twice, one for each condition.
func (r *resolver) conditions(e *Entry, at origin) ([]conj, bool) {
	args := e.Args
	if r.opts.Runtime == Crun && len(args) > 6 {
		r.notes.add(at.at("args/6"), resolveTooManyArgs, nil, "crun looks at the first 6 conditions of %d", len(args))
		args = args[:6]
	}
	all, ok := make(conj, 0, len(args)), true
	for i, a := range args {
		c := comparison{arg: uint8(a.Index), op: a.Op, value: a.Value, mask: ^uint64(0)}
		switch {
		case a.Index < 0 || a.Index > 5:
			r.errs.add(at.at(fmt.Sprintf("args/%d/index", i)), readBadIndex, nil, "a call has arguments 0 to 5, not %d", a.Index)
			ok = false
		case OpName(a.Op) == "":
			r.errs.add(at.at(fmt.Sprintf("args/%d/op", i)), readBadOperator, nil, "%d is no operator", a.Op)
			ok = false
		case a.Op == profile.OpMaskedEqual:
			c.value, c.mask = a.ValueTwo, a.Value
		}
		all = append(all, c)
	}
	if !ok || !all.repeats() {
		slices.SortStableFunc(all, func(a, b comparison) int { return int(a.arg) - int(b.arg) })
		return []conj{all}, ok
	}
	alts := make([]conj, len(all))
	for i := range all {
		alts[i] = all[i : i+1 : i+1]
	}
	return alts, true
}

func (c conj) repeats() bool {
	var seen [6]bool
	for _, x := range c {
		if seen[x.arg] {
			return true
		}
		seen[x.arg] = true
	}
	return false
}

// abiState is what the rules mean on one ABI.
type abiState struct {
	arch    arch.Arch
	bits    int
	numbers []*callState
	spare   []callState
	at      map[uint32]*callState
	absent  map[string]*callState // of names that the ABI lacks
	lacking bool                  // some rule has a name without a number
	mux     bool                  // has multiplexing calls
	highest uint32                // number that the document names, or 0
}

// callState is the state of one number of an ABI, or of a name that it lacks.
type callState struct {
	nr      uint32
	name    string
	missing bool // the ABI has no such number
	uncond  int  // index of the unconditional rule, or -1
	tree    *condTree
}

// resolveABI applies the rules to one ABI, in order.
func (r *resolver) resolveABI(a arch.Arch) *abiState {
	s := &abiState{arch: a, bits: a.Bits(), at: make(map[uint32]*callState, 512)}
	_, _, s.mux = syscalls.Multiplexed(a, "socket")
	for i := range r.rules {
		for _, name := range r.rules[i].names {
			if !r.spend(workName) {
				return s
			}
			r.addName(s, i, name)
		}
	}
	for _, n := range s.numbers {
		n.tree.finish()
		r.remarkMux(s, n)
	}
	return s
}

// addName applies a rule for a name: to the call with which another call is
// also made, then to the name's own number.
func (r *resolver) addName(s *abiState, rule int, name string) {
	f := &r.rules[rule]
	nr, direct := syscalls.Lookup(s.arch, name)
	via, call, muxed := syscalls.Multiplexed(s.arch, name)
	var viaNr uint32
	if muxed {
		viaNr, muxed = syscalls.Lookup(s.arch, via)
	}
	if !direct && (!muxed && s.mux || !syscalls.Known(name)) {
		return // nothing is left of the rule
	}
	s.lacking = s.lacking || !direct
	for i := range f.alts {
		r.remarkWidth(s, rule, i, name)
		t := treeRule{rule: rule, conds: f.alts[i].on(s.bits), name: name}
		if muxed {
			m := t
			m.conds, m.muxed, m.args = f.alts[i].through(call).on(s.bits), true, len(f.alts[i]) > 0
			r.add(s, s.number(viaNr, via), m)
		}
		if direct {
			r.add(s, s.number(nr, name), t)
		} else {
			r.add(s, s.missing(name), t) // it may still conflict
		}
	}
}

func (s *abiState) number(nr uint32, name string) *callState {
	n := s.at[nr]
	if n == nil {
		if len(s.spare) == 0 {
			s.spare = make([]callState, 128)
		}
		n, s.spare = &s.spare[0], s.spare[1:]
		*n = callState{nr: nr, name: name, uncond: -1}
		s.at[nr] = n
		s.numbers = append(s.numbers, n)
	}
	return n
}

func (s *abiState) missing(name string) *callState {
	n := s.absent[name]
	if n == nil {
		if s.absent == nil {
			s.absent = make(map[string]*callState)
		}
		n = &callState{name: name, missing: true, uncond: -1}
		s.absent[name] = n
	}
	return n
}

// add applies a rule to a number: the first unconditional rule replaces the
// conditional ones before it and is final.
func (r *resolver) add(s *abiState, n *callState, t treeRule) {
	if !r.spend(8) {
		return
	}
	switch {
	case n.uncond >= 0:
		r.remarkMoot(s, n, &t, n.uncond, resolveIgnoredRule)
	case len(t.conds) == 0:
		if n.tree != nil {
			for i := range n.tree.rules {
				r.remarkMoot(s, n, &n.tree.rules[i], t.rule, resolveErasedRule)
			}
		}
		n.uncond = t.rule
	default:
		if n.tree == nil {
			n.tree = &condTree{resolver: r, bits: s.bits}
		}
		r.addConditional(s, n, t)
	}
}

// addConditional adds a rule to the tree of a number.
func (r *resolver) addConditional(s *abiState, n *callState, t treeRule) {
	if n.tree.conflict {
		return
	}
	n.tree.domain.add(t.conds)
	o := n.tree.insert(t)
	switch {
	case o.conflict != 0:
		n.tree.conflict = true
		r.remark(resolveConflict, t.rule, n.tree.rules[o.conflict-1].rule, t.label(), s.arch)
	case !o.placed && o.blocker != 0 && !n.missing:
		if by := n.tree.rules[o.blocker-1].rule; r.rules[by].word != r.rules[t.rule].word {
			r.remark(resolveNarrowerRule, t.rule, by, t.label(), s.arch)
		}
	}
}

// label names the call of t in a text.
func (t *treeRule) label() string {
	if t.muxed {
		return t.name + " through a multiplexing call"
	}
	return t.name
}

// remarkMoot says that t has no effect because of an unconditional rule. That
// the same action comes of it anyway is worth saying only where the rule has
// conditions of its own.
func (r *resolver) remarkMoot(s *abiState, n *callState, t *treeRule, by int, id string) {
	if n.missing || t.rule == by {
		return
	}
	if r.rules[t.rule].word == r.rules[by].word {
		if t.muxed || len(t.conds) == 0 {
			return
		}
		id = resolveRedundantRule
	}
	r.remark(id, t.rule, by, t.label(), s.arch)
}

// remarkWidth says which values of a rule lose their upper half.
func (r *resolver) remarkWidth(s *abiState, rule, alt int, name string) {
	if s.bits != 32 {
		return
	}
	for _, c := range r.rules[rule].alts[alt] {
		if c.truncated() {
			r.remark(resolveTruncatedValue, rule, -1, name, s.arch)
		}
		if c.vacuous(32) && !c.vacuous(64) {
			r.remark(resolveTruncatedMask, rule, -1, name, s.arch)
		}
	}
}

// remarkMux says which rules of a multiplexing call compare something else than
// they seem to.
func (r *resolver) remarkMux(s *abiState, n *callState) {
	if n.uncond >= 0 || n.tree == nil {
		return
	}
	for _, t := range n.tree.rules {
		if t.muxed && t.args && t.live {
			r.remark(resolveMuxArgument, t.rule, -1, t.name, s.arch)
		}
	}
}

// abiHas reports whether ABI a has a number for the named call.
func abiHas(a arch.Arch, name string) bool {
	_, ok := syscalls.Lookup(a, name)
	return ok
}
