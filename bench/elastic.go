package bench

import (
	"fmt"
	"math/bits"

	elastic "github.com/elastic/go-seccomp-bpf"
	elasticarch "github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
)

// elasticJob writes a spec as a policy: a group of calls for each verdict.
func elasticJob(s *Spec, _ Hints) (Job, error) {
	if len(s.Arches) > 1 {
		return Job{}, errOneABI
	}
	if len(s.Rules) == 0 {
		return Job{}, fmt.Errorf("%w a policy without calls", errRefuses)
	}
	info, err := elasticarch.GetInfo(s.Arches[0].String())
	if err != nil {
		return Job{}, err
	}
	var j Job
	policy := elastic.Policy{DefaultAction: elastic.Action(ret(s.Default))}
	if ret(s.Default) == ret(profile.Errno(errno.EPERM)) {
		policy.DefaultAction = elastic.ActionErrno
	}
	groups := make(map[profile.Action]int)
	for _, r := range s.Rules {
		g, ok := groups[r.Action]
		if !ok {
			g = len(policy.Syscalls)
			groups[r.Action] = g
			policy.Syscalls = append(policy.Syscalls, elastic.SyscallGroup{Action: elastic.Action(ret(r.Action))})
		}
		group := &policy.Syscalls[g]
		for _, name := range r.Calls {
			if _, ok := info.SyscallNames[name]; !ok {
				j.missing(s, name)
			} else if len(r.If) == 0 {
				group.Names = append(group.Names, name)
			} else {
				group.NamesWithCondtions = append(group.NamesWithCondtions, elastic.NameWithConditions{Name: name, Conditions: elasticConds(r.If)})
			}
		}
	}
	j.Run = func() ([]bpf.RawInstruction, error) {
		p := policy
		ins, err := p.Assemble()
		if err != nil {
			return nil, err
		}
		return bpf.Assemble(ins)
	}
	return j, nil
}

// elasticConds writes conditions. The library has no comparison under a mask, but
// tests of bits.
func elasticConds(conds []Cond) (out elastic.ArgumentConditions) {
	ops := map[profile.Op]elastic.Operation{
		profile.OpEqual: elastic.Equal, profile.OpNotEqual: elastic.NotEqual,
		profile.OpLess: elastic.LessThan, profile.OpLessEqual: elastic.LessOrEqual,
		profile.OpGreater: elastic.GreaterThan, profile.OpGreaterEqual: elastic.GreaterOrEqual,
	}
	for _, c := range conds {
		arg := uint32(c.Arg)
		if op, ok := ops[c.Op]; ok {
			out = append(out, elastic.Condition{Argument: arg, Operation: op, Value: c.Value})
			continue
		}
		if clear := c.Mask &^ c.Value; clear != 0 {
			out = append(out, elastic.Condition{Argument: arg, Operation: elastic.BitsNotSet, Value: clear})
		}
		for set := c.Mask & c.Value; set != 0; set &= set - 1 {
			out = append(out, elastic.Condition{Argument: arg, Operation: elastic.BitsSet, Value: 1 << bits.TrailingZeros64(set)})
		}
	}
	return out
}
