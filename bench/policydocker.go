package bench

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/conformance/docker"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// dockerPolicy returns Docker's default profile for a container with Docker's default
// capabilities, without the rules that runc adds.
func dockerPolicy(name, about string, arches ...arch.Arch) (*Policy, error) {
	doc, err := docker.Document()
	if err != nil {
		return nil, err
	}
	target := oci.Target{Arch: arch.X86_64, Kernel: syscalls.Release{Major: 6, Minor: 12}, Caps: docker.DefaultCaps()}
	resolved, _, err := doc.Resolve(oci.ResolveOptions{Target: target, Runtime: oci.Crun})
	if err != nil {
		return nil, err
	}
	p := &Policy{Name: name, About: about, Arches: arches, Default: resolved.Default, Foreign: resolved.BadArch, Resolved: &resolved}
	for _, e := range docker.Applied(doc, target) {
		p.Rules = append(p.Rules, entryRules(e)...)
	}
	p.Rules = slices.DeleteFunc(p.Rules, func(r Rule) bool { return r.Action == p.Default })
	p.Rules = unconditionalFirst(p.Rules)
	return p, nil
}

// entryRules returns an entry of a document as rules: if it names an argument twice,
// its conditions are alternatives.
func entryRules(e oci.Entry) (rules []Rule) {
	action := entryAction(e)
	var conds []Cond
	var uses [6]int
	for _, a := range e.Args {
		c := Cond{Arg: a.Index, Op: a.Op, Value: a.Value}
		if a.Op == profile.OpMaskedEqual {
			c.Mask, c.Value = a.Value, a.ValueTwo
		}
		conds = append(conds, c)
		uses[a.Index]++
	}
	if slices.Max(uses[:]) < 2 {
		return []Rule{{e.Names, action, conds}}
	}
	for i := range conds {
		rules = append(rules, Rule{e.Names, action, conds[i : i+1]})
	}
	return rules
}

// entryAction returns the action of an entry, which in this document allows or fails.
func entryAction(e oci.Entry) profile.Action {
	switch {
	case e.Action.Kind == profile.KindAllow:
		return profile.Allow()
	case e.Errno.Set:
		return profile.Errno(e.Errno.Errno)
	}
	return profile.Errno(errno.EPERM)
}

// unconditionalFirst drops the conditions of calls for which another rule has none.
// libseccomp does so itself; other tools refuse such rules.
func unconditionalFirst(rules []Rule) (out []Rule) {
	decided := make(map[string]bool)
	for _, r := range rules {
		if len(r.If) == 0 {
			out = append(out, r.without(decided)...)
			for _, name := range r.Calls {
				decided[name] = true
			}
		}
	}
	for _, r := range rules {
		if len(r.If) > 0 {
			out = append(out, r.without(decided)...)
		}
	}
	return out
}

// without returns the rule for the calls that aren't decided, or none if all are.
func (r *Rule) without(decided map[string]bool) []Rule {
	calls := slices.DeleteFunc(slices.Clone(r.Calls), func(name string) bool { return decided[name] })
	if len(calls) == 0 {
		return nil
	}
	return []Rule{{calls, r.Action, r.If}}
}
