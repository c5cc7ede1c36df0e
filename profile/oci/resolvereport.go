package oci

import (
	"fmt"
	"slices"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
)

// maxRuleFindings is how many findings about rules are kept; it is above the
// number that is reported. It is also the limit of names in one.
const maxRuleFindings = 256

// ruleFinding is a finding or a conflict about a rule, perhaps with another one.
// It may hold for several names and on several ABIs and is reported once.
type ruleFinding struct {
	subject ruleSubject
	names   []string
	abis    []arch.Arch
}

// ruleSubject is what a ruleFinding is about: the rules are indexes of
// resolver.rules, and other is -1 where there is none.
type ruleSubject struct {
	id          string
	rule, other int
}

// ruleFindings are the findings about rules, in the order in which they came.
type ruleFindings struct {
	list []ruleFinding
	at   map[ruleSubject]int
}

// of returns the finding about a subject, or nil where there are too many.
func (fs *ruleFindings) of(subject ruleSubject) *ruleFinding {
	if i, ok := fs.at[subject]; ok {
		return &fs.list[i]
	}
	if len(fs.list) >= maxRuleFindings {
		return nil
	}
	if fs.at == nil {
		fs.at = make(map[ruleSubject]int)
	}
	fs.at[subject] = len(fs.list)
	fs.list = append(fs.list, ruleFinding{subject: subject})
	return &fs.list[len(fs.list)-1]
}

// reportRule reports id about rule and other, for a name on an ABI.
func (r *resolver) reportRule(id string, rule, other int, name string, on arch.Arch) {
	f := r.ruleFindings.of(ruleSubject{id, rule, other})
	switch {
	case f != nil:
		f.add(name, on)
	case id == idConflict:
		r.report.errors.more++
	default:
		r.report.notes.more++
	}
}

// add adds a name and an ABI for which the finding holds.
func (f *ruleFinding) add(name string, on arch.Arch) {
	if len(f.names) <= maxRuleFindings && !slices.Contains(f.names, name) {
		f.names = append(f.names, name)
	}
	if !slices.Contains(f.abis, on) {
		f.abis = append(f.abis, on)
	}
}

// reportShadowed reports that t has no effect because of an unconditional rule.
// That the same action comes of it anyway is worth reporting only where the rule
// has conditions of its own.
func (r *resolver) reportShadowed(s *abiRules, c *callRules, t *treeRule, by int, id string) {
	if c.absent || t.rule == by {
		return
	}
	if t.word == r.rules[by].word {
		if t.muxed || len(t.conds) == 0 {
			return
		}
		id = idRedundantRule
	}
	r.reportRule(id, t.rule, by, t.label(), s.arch)
}

// reportWidth reports which values of a rule lose their upper half.
func (r *resolver) reportWidth(s *abiRules, rule int, conds conjunction, name string) {
	if s.bits != 32 {
		return
	}
	for _, t := range conds {
		if truncated(t) {
			r.reportRule(idTruncatedValue, rule, -1, name, s.arch)
		}
		if vacuous(t, 32) && !vacuous(t, 64) {
			r.reportRule(idTruncatedMask, rule, -1, name, s.arch)
		}
	}
}

// reportMuxArguments reports which rules of a multiplexing call compare something
// else than they seem to.
func (r *resolver) reportMuxArguments(s *abiRules, c *callRules) {
	if c.unconditional >= 0 || c.tree == nil {
		return
	}
	for _, t := range c.tree.rules {
		if t.muxed && t.args && t.live {
			r.reportRule(idMuxArgument, t.rule, -1, t.name, s.arch)
		}
	}
}

// writeRuleFindings turns the findings about rules into those of the report.
func (r *resolver) writeRuleFindings() {
	for i := range r.ruleFindings.list {
		r.writeRuleFinding(&r.ruleFindings.list[i])
	}
}

// writeRuleFinding makes a note of m, or an error of a conflict.
func (r *resolver) writeRuleFinding(m *ruleFinding) {
	id, f := m.subject.id, &r.rules[m.subject.rule]
	other := ""
	if m.subject.other >= 0 {
		o := &r.rules[m.subject.other]
		other = fmt.Sprintf("%v of %v", o.action, o.position)
	}
	of := listNames(m.names)
	if len(m.abis) < len(r.arches) {
		on := make([]string, len(m.abis))
		for i, a := range m.abis {
			on[i] = a.String()
		}
		of += " on " + strings.Join(on, ", ")
	}
	at := f.position
	switch id {
	case idConflict:
		r.report.fail(at, id, "nothing orders the rules %v and %s for %s", f.action, other, of)
	case idIgnoredRule:
		r.report.note(at, id, "%v has no effect on %s: the unconditional rule %s comes first", f.action, of, other)
	case idErasedRule:
		r.report.note(at, id, "%v has no effect on %s: the unconditional rule %s takes its place", f.action, of, other)
	case idNarrowerRule:
		r.report.note(at, id, "%v has no effect on %s: the rule %s tests less and has these calls", f.action, of, other)
	case idRedundantRule:
		r.report.note(at, id, "the condition has no effect on %s: the unconditional rule %s has the same action", of, other)
	case idTruncatedValue:
		r.report.note(at, id, "only the low 32 bits of a value are compared, for %s", of)
	case idTruncatedMask:
		r.report.note(at, id, "a mask has no low bits and its condition always holds, for %s", of)
	case idMuxArgument:
		r.report.note(at, id, "the arguments of %s made through socketcall or ipc can't be compared: what is compared are the arguments of socketcall or ipc, except the first", of)
	case idUnspecifiedOrder:
		r.report.note(at, id, "in which order libseccomp tries the rules for %s is not specified there; this is ours: conditions on later arguments first, then equality, upper bounds, lower bounds", of)
	}
}

// listNames joins names for a text, the first few of them.
func listNames(names []string) string {
	const most = 8
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
