package bench

import (
	"encoding/json"
	"slices"

	"github.com/moby/profiles/seccomp"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// dockerTarget is a machine on which Docker starts a container with the
// capabilities that it gives by default.
func dockerTarget() oci.Target {
	return oci.Target{
		Arch:   arch.X86_64,
		Kernel: syscalls.Release{Major: 6, Minor: 12},
		Caps: []string{"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID",
			"CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE"},
	}
}

// docker is Docker's default profile, without what runc adds to it.
func docker(name, about string, arches ...arch.Arch) (*Spec, error) {
	text, err := json.Marshal(seccomp.DefaultProfile())
	if err != nil {
		return nil, err
	}
	doc, err := oci.Parse(text, oci.ParseOptions{})
	if err != nil {
		return nil, err
	}
	target := dockerTarget()
	p, _, err := doc.Resolve(oci.ResolveOptions{Target: target, Runtime: oci.Crun})
	if err != nil {
		return nil, err
	}
	s := &Spec{Name: name, About: about, Arches: arches, Default: p.Default, Foreign: p.BadArch, Document: &p}
	for _, e := range doc.Syscalls {
		if applies(e, target) {
			s.Rules = append(s.Rules, entry(e)...)
		}
	}
	s.Rules = slices.DeleteFunc(s.Rules, func(r Rule) bool { return r.Action == s.Default })
	s.Rules = unconditionalFirst(s.Rules)
	return s, nil
}

// applies reports whether Docker keeps an entry on a machine.
func applies(e oci.Entry, t oci.Target) bool {
	has := func(c string) bool { return slices.Contains(t.Caps, c) }
	hasNot := func(c string) bool { return !has(c) }
	reached := func(f oci.Filter) bool { return t.Kernel.Compare(f.MinKernel) >= 0 }
	in, ex := e.Includes, e.Excludes
	switch {
	case slices.Contains(ex.Arches, t.Arch), slices.ContainsFunc(ex.Caps, has), ex.MinKernelSet && reached(ex):
		return false
	case in.Arches != nil && !slices.Contains(in.Arches, t.Arch), slices.ContainsFunc(in.Caps, hasNot), in.MinKernelSet && !reached(in):
		return false
	}
	return true
}

// entry returns an entry of a document as rules: where it names an argument
// several times, its conditions are alternatives.
func entry(e oci.Entry) (rules []Rule) {
	action := profile.Errno(errno.EPERM)
	if e.Errno.Set {
		action = profile.Errno(e.Errno.Errno)
	}
	if e.Action.Kind == profile.KindAllow {
		action = profile.Allow()
	}
	var conds []Cond
	var seen [6]int
	for _, a := range e.Args {
		c := Cond{Arg: a.Index, Op: a.Op, Value: a.Value}
		if a.Op == profile.OpMaskedEqual {
			c.Mask, c.Value = a.Value, a.ValueTwo
		}
		conds = append(conds, c)
		seen[a.Index]++
	}
	if slices.Max(seen[:]) < 2 {
		return []Rule{{e.Names, action, conds}}
	}
	for i := range conds {
		rules = append(rules, Rule{e.Names, action, conds[i : i+1]})
	}
	return rules
}

// unconditionalFirst drops the rules on calls that another rule decides whatever
// the arguments are, as libseccomp does and other tools may refuse to.
func unconditionalFirst(rules []Rule) (out []Rule) {
	decided := make(map[string]bool)
	for _, conditional := range []bool{false, true} {
		for _, r := range rules {
			if len(r.If) > 0 != conditional {
				continue
			}
			var calls []string
			for _, name := range r.Calls {
				if decided[name] {
					continue
				}
				decided[name] = !conditional
				calls = append(calls, name)
			}
			if calls != nil {
				out = append(out, Rule{calls, r.Action, r.If})
			}
		}
	}
	return out
}
