package oci

import (
	"fmt"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// entryRule is an entry that holds for the target: an action, for each of its
// names.
type entryRule struct {
	position position
	names    []string
	action   profile.Action
	word     uint32 // the value that a filter returns for action, on the native ABI
	// alternatives are the conditions: the rule is one for each of them. There is
	// one in most rules, and it is empty in an unconditional one.
	alternatives []conjunction
	comment      string
}

// entryRules makes rules of the kept entries, without those that say what the
// default says.
func (r *resolver) entryRules(kept []int) {
	for _, i := range kept {
		e, at := &r.doc.Syscalls[i], r.doc.entryPosition(i)
		if len(e.Names) == 0 || !r.checkEntry(e, at) {
			continue
		}
		a, okAction := r.action(e.Action.Kind, e.Errno, at)
		alternatives, okArgs := r.alternatives(e, at)
		if !okAction || !okArgs {
			continue
		}
		word, _ := a.Return(r.native)
		if word == r.word {
			r.report.note(at, idEqualDefault, "%v is the default action: this entry is dropped, and others for %s decide", a, listNames(e.Names))
			continue
		}
		r.notify = r.notify || a.Kind() == profile.KindNotify
		r.rules = append(r.rules, entryRule{
			position: at, names: e.Names, action: a, word: word, alternatives: alternatives, comment: e.Comment,
		})
	}
}

// checkEntry checks the names of an entry, and whether it has an action.
func (r *resolver) checkEntry(e *Entry, at position) bool {
	if i := slices.Index(e.Names, ""); i >= 0 {
		r.report.fail(e.namePosition(at, i), idEmptyName, "a name is empty")
	}
	if !e.Action.Set {
		r.report.fail(at, idMissingAction, "the entry has no action")
		return false
	}
	if e.Action.Kind == profile.KindNotify && slices.Contains(e.Names, "write") {
		r.refusedByRunc(at, idNotifyWrite, "SCMP_ACT_NOTIFY can't be for write, with which the runtime sends the listener")
	}
	return true
}

// alternatives returns the conditions of an entry's rules: one conjunction, or,
// where an argument occurs twice, one for each condition.
func (r *resolver) alternatives(e *Entry, at position) ([]conjunction, bool) {
	args := e.Args
	if r.opts.Runtime == Crun && len(args) > 6 {
		r.report.note(at.at("args/6"), idTooManyArgs, "crun looks at the first 6 conditions of %d", len(args))
		args = args[:6]
	}
	all, ok := make(conjunction, 0, len(args)), true
	for i, a := range args {
		switch {
		case a.Index < 0 || a.Index > 5:
			r.report.fail(at.at(fmt.Sprintf("args/%d/index", i)), idBadIndex, "a call has arguments 0 to 5, not %d", a.Index)
			ok = false
		case opName(a.Op) == "":
			r.report.fail(at.at(fmt.Sprintf("args/%d/op", i)), idBadOperator, "%d is no operator", a.Op)
			ok = false
		}
		all = append(all, testOf(a))
	}
	if !ok || !all.repeats() {
		slices.SortStableFunc(all, func(a, b profile.Test) int { return int(a.Field) - int(b.Field) })
		return []conjunction{all}, ok
	}
	each := make([]conjunction, len(all))
	for i := range all {
		each[i] = all[i : i+1 : i+1]
	}
	return each, true
}

// abiRules is what the rules mean on one ABI.
type abiRules struct {
	arch   arch.Arch
	bits   int
	calls  []*callRules
	spare  []callRules
	at     map[uint32]*callRules // calls, by number
	absent map[string]*callRules // of names that the ABI lacks
	domain abiDomain
}

// callRules is what the rules mean for one number of an ABI, or for a name that
// it lacks.
type callRules struct {
	number        uint32
	name          string
	absent        bool // the ABI has no such number
	unconditional int  // index of resolver.rules, or -1
	tree          *ruleTree
}

// deciding returns the rules that decide some call, as indexes of resolver.rules.
func (c *callRules) deciding() []int {
	if c.unconditional >= 0 {
		return []int{c.unconditional}
	}
	if c.tree == nil {
		return nil
	}
	var rules []int
	for i := range c.tree.rules {
		if c.tree.rules[i].live {
			rules = append(rules, c.tree.rules[i].rule)
		}
	}
	return rules
}

// rulesOn applies the rules to one ABI, in order.
func (r *resolver) rulesOn(a arch.Arch) *abiRules {
	s := &abiRules{arch: a, bits: a.Bits(), at: make(map[uint32]*callRules, 512)}
	mux := multiplexes(a)
	for i := range r.rules {
		for _, name := range r.rules[i].names {
			if !r.budget.spend(workName) {
				return s
			}
			c := callOn(a, name)
			if c.direct || c.multiplexed || !mux && syscalls.Known(name) {
				r.applyRule(s, i, name, c)
			}
		}
	}
	for _, c := range s.calls {
		c.tree.finish()
		s.domain.conditional = true
		s.domain.unconditional = s.domain.unconditional || c.unconditional >= 0
		r.reportMuxArguments(s, c)
	}
	return s
}

// applyRule applies a rule for a name: to the call with which this one is also
// made, then to the name's own number. A name that the ABI lacks decides nothing,
// but its rules may still conflict.
func (r *resolver) applyRule(s *abiRules, rule int, name string, c abiCall) {
	f := &r.rules[rule]
	if !c.direct {
		s.domain.lacking = name
	}
	for _, conds := range f.alternatives {
		r.reportWidth(s, rule, conds, name)
		t := treeRule{rule: rule, word: f.word, conds: conds.on(s.bits), name: name}
		if c.multiplexed {
			m := t
			m.conds, m.muxed, m.args = conds.through(c.selector).on(s.bits), true, len(conds) > 0
			r.addRule(s, s.call(c.viaNumber, c.via), m)
		}
		if c.direct {
			r.addRule(s, s.call(c.number, name), t)
		} else {
			r.addRule(s, s.absentCall(name), t)
		}
	}
}

func (s *abiRules) call(nr uint32, name string) *callRules {
	c := s.at[nr]
	if c == nil {
		if len(s.spare) == 0 {
			s.spare = make([]callRules, 128)
		}
		c, s.spare = &s.spare[0], s.spare[1:]
		*c = callRules{number: nr, name: name, unconditional: -1}
		s.at[nr] = c
		s.calls = append(s.calls, c)
	}
	return c
}

func (s *abiRules) absentCall(name string) *callRules {
	c := s.absent[name]
	if c == nil {
		if s.absent == nil {
			s.absent = make(map[string]*callRules)
		}
		c = &callRules{name: name, absent: true, unconditional: -1}
		s.absent[name] = c
	}
	return c
}

// addRule applies a rule to a call: the first unconditional rule replaces the
// conditional ones before it and is final.
func (r *resolver) addRule(s *abiRules, c *callRules, t treeRule) {
	if !r.budget.spend(8) {
		return
	}
	switch {
	case c.unconditional >= 0:
		r.reportShadowed(s, c, &t, c.unconditional, idIgnoredRule)
	case len(t.conds) == 0:
		if c.tree != nil {
			for i := range c.tree.rules {
				r.reportShadowed(s, c, &c.tree.rules[i], t.rule, idErasedRule)
			}
		}
		c.unconditional = t.rule
	default:
		if c.tree == nil {
			c.tree = &ruleTree{budget: r.budget, bits: s.bits}
		}
		r.addConditional(s, c, t)
	}
}

// addConditional adds a rule to the tree of a call.
func (r *resolver) addConditional(s *abiRules, c *callRules, t treeRule) {
	if c.tree.conflict {
		return
	}
	c.tree.domain.add(t.conds)
	o := c.tree.insert(t)
	switch {
	case o.conflict != 0:
		c.tree.conflict = true
		r.reportRule(idConflict, t.rule, c.tree.rules[o.conflict-1].rule, t.label(), s.arch)
	case !o.placed && o.blocker != 0 && !c.absent:
		if by := c.tree.rules[o.blocker-1].rule; r.rules[by].word != t.word {
			r.reportRule(idNarrowerRule, t.rule, by, t.label(), s.arch)
		}
	}
}
