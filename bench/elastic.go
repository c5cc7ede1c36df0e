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

// elasticJob writes a policy as one of go-seccomp-bpf: a group of calls for each
// action.
func elasticJob(p *Policy, _ Hints) (Job, error) {
	if len(p.Arches) > 1 {
		return Job{}, errOneABI
	}
	if len(p.Rules) == 0 {
		return Job{}, fmt.Errorf("%w a policy without calls", errRefuses)
	}
	info, err := elasticarch.GetInfo(p.Arches[0].String())
	if err != nil {
		return Job{}, err
	}
	var j Job
	policy := elastic.Policy{DefaultAction: elastic.Action(ret(p.Default))}
	if ret(p.Default) == ret(profile.Errno(errno.EPERM)) {
		policy.DefaultAction = elastic.ActionErrno
	}
	groups := make(map[profile.Action]int) // index in policy.Syscalls
	for _, r := range p.Rules {
		g, ok := groups[r.Action]
		if !ok {
			g = len(policy.Syscalls)
			groups[r.Action] = g
			policy.Syscalls = append(policy.Syscalls, elastic.SyscallGroup{Action: elastic.Action(ret(r.Action))})
		}
		for _, name := range r.Calls {
			if _, ok := info.SyscallNames[name]; !ok {
				j.addUnknown(p, name)
				continue
			}
			elasticAdd(&policy.Syscalls[g], name, r.If)
		}
	}
	j.Run = func() ([]bpf.RawInstruction, error) {
		again := policy // Assemble stores the ABI's table in its receiver
		ins, err := again.Assemble()
		if err != nil {
			return nil, err
		}
		return bpf.Assemble(ins)
	}
	return j, nil
}

func elasticAdd(group *elastic.SyscallGroup, name string, conds []Cond) {
	if len(conds) == 0 {
		group.Names = append(group.Names, name)
		return
	}
	group.NamesWithCondtions = append(group.NamesWithCondtions, elastic.NameWithConditions{Name: name, Conditions: elasticConds(conds)})
}

// elasticConds returns conditions in the library's terms. It has no masked
// comparison; tests of single bits take its place.
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
