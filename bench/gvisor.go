package bench

import (
	"fmt"

	"golang.org/x/net/bpf"
	gvisor "gvisor.dev/gvisor/pkg/seccomp"

	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// gvisorJob writes a policy as a set of rules for each action. The library takes
// numbers, not names: looking them up is not part of the job that is timed.
func gvisorJob(p *Policy, h Hints) (Job, error) {
	if len(p.Arches) > 1 {
		return Job{}, errOneABI
	}
	def, err := gvisorAction(p.Default)
	if err != nil {
		return Job{}, err
	}
	foreign, err := gvisorAction(p.Foreign)
	if err != nil {
		return Job{}, err
	}
	program := gvisor.Program{Options: gvisor.ProgramOptions{DefaultAction: def, BadArchAction: foreign}}
	for _, name := range h.Hot {
		nr, _ := syscalls.Lookup(p.Arches[0], name)
		program.Options.HotSyscalls = append(program.Options.HotSyscalls, uintptr(nr))
	}
	sets := make(map[profile.Action]gvisor.SyscallRules)
	for _, r := range p.Rules {
		set, ok := sets[r.Action]
		if !ok {
			action, err := gvisorAction(r.Action)
			if err != nil {
				return Job{}, err
			}
			set = gvisor.NewSyscallRules()
			sets[r.Action] = set
			program.RuleSets = append(program.RuleSets, gvisor.RuleSet{Rules: set, Action: action})
		}
		for _, name := range r.Calls {
			if nr, ok := syscalls.Lookup(p.Arches[0], name); ok {
				set.Add(uintptr(nr), gvisorRule(r.If))
			}
		}
	}
	return Job{Run: func() ([]bpf.RawInstruction, error) { return gvisorBuild(program) }}, nil
}

// gvisorBuild makes the program. The library panics on what it can't do.
func gvisorBuild(program gvisor.Program) (raw []bpf.RawInstruction, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%w it: %v", errRefuses, v)
		}
	}()
	ins, _, err := program.Build()
	if err != nil {
		return nil, err
	}
	raw = make([]bpf.RawInstruction, len(ins))
	for i, in := range ins {
		raw[i] = bpf.RawInstruction{Op: in.OpCode, Jt: in.JumpIfTrue, Jf: in.JumpIfFalse, K: in.K}
	}
	return raw, nil
}

// gvisorAction returns an action in the library's terms.
func gvisorAction(a profile.Action) (gvisor.Action, error) {
	switch a.Kind() {
	case profile.KindAllow:
		return gvisor.Allow, nil
	case profile.KindKillThread:
		return gvisor.KillThread, nil
	case profile.KindKillProcess:
		return gvisor.KillProcess, nil
	case profile.KindErrno:
		return gvisor.ReturnError.Code(uint16(ret(a))), nil
	}
	return "", fmt.Errorf("%w %v", errLacks, a)
}

func gvisorRule(conds []Cond) gvisor.SyscallRule {
	if len(conds) == 0 {
		return gvisor.MatchAll{}
	}
	var and gvisor.And
	rule := gvisor.PerArg{}
	for i := range rule {
		rule[i] = gvisor.AnyValue{}
	}
	for _, c := range conds {
		if _, free := rule[c.Arg].(gvisor.AnyValue); !free { // a second comparison of the argument
			and = append(and, rule.Copy())
			for i := range rule {
				rule[i] = gvisor.AnyValue{}
			}
		}
		rule[c.Arg] = gvisorMatcher(c)
	}
	if and == nil {
		return rule
	}
	return append(and, rule)
}

func gvisorMatcher(c Cond) gvisor.ValueMatcher {
	v := uintptr(c.Value)
	switch c.Op {
	case profile.OpEqual:
		return gvisor.EqualTo(v)
	case profile.OpNotEqual:
		return gvisor.NotEqual(v)
	case profile.OpLess:
		return gvisor.LessThan(v)
	case profile.OpLessEqual:
		return gvisor.LessThanOrEqual(v)
	case profile.OpGreater:
		return gvisor.GreaterThan(v)
	case profile.OpGreaterEqual:
		return gvisor.GreaterThanOrEqual(v)
	}
	return gvisor.MaskedEqual(uintptr(c.Mask), v)
}
