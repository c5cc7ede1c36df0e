package bench

import (
	"fmt"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// The calls that filters of a policy are run on.

// KnownCalls returns every call of the policy's ABIs, with arguments that are 0.
func (p *Policy) KnownCalls() (calls []compile.Data) {
	for _, a := range p.Arches {
		for nr := range syscalls.All(a) {
			calls = append(calls, compile.Data{Nr: int32(nr), Audit: a.Audit()})
		}
	}
	return calls
}

// ownCalls returns the known calls of the machine's own ABI.
func (p *Policy) ownCalls() []compile.Data {
	return slices.DeleteFunc(p.KnownCalls(), func(d compile.Data) bool {
		a, _ := arch.ByAudit(d.Audit, uint32(d.Nr))
		return a != p.Arches[0]
	})
}

// uncachedCalls returns the known calls that no kernel can answer from its cache,
// because the policy doesn't always allow them.
func (p *Policy) uncachedCalls() []compile.Data {
	always := p.alwaysAllowed()
	return slices.DeleteFunc(p.KnownCalls(), func(d compile.Data) bool { return always(nameOf(d)) })
}

// nameOf returns the name of a call, or "" if its number has none.
func nameOf(d compile.Data) string {
	a, _ := arch.ByAudit(d.Audit, uint32(d.Nr))
	name, _ := syscalls.Name(a, uint32(d.Nr))
	return name
}

// MatchingCalls returns, for each rule with conditions, its calls on every ABI, with
// arguments for which the conditions hold.
func (p *Policy) MatchingCalls() (calls []compile.Data) {
	for _, r := range p.Rules {
		if len(r.If) == 0 {
			continue
		}
		for _, name := range r.Calls {
			for _, a := range p.Arches {
				if nr, ok := syscalls.Lookup(a, name); ok {
					calls = append(calls, compile.Data{Nr: int32(nr), Audit: a.Audit(), Args: r.matchingArgs()})
				}
			}
		}
	}
	return calls
}

// matchingArgs returns arguments for which the rule's conditions hold. It tries the
// boundary values of each argument and panics if none will do, which no policy here
// causes.
func (r *Rule) matchingArgs() (args [6]uint64) {
	for i := range args {
		one := Rule{If: condsOn(r.If, i)}
		for _, v := range boundaryValues(one.If) {
			if args[i] = v; one.holds(&args) {
				break
			}
		}
	}
	if !r.holds(&args) {
		panic(fmt.Sprintf("no arguments match %+v", r))
	}
	return args
}

// condsOn returns the conditions on an argument.
func condsOn(conds []Cond, arg int) []Cond {
	return slices.DeleteFunc(slices.Clone(conds), func(c Cond) bool { return c.Arg != arg })
}

// boundaryValues returns values around those at which conditions on one argument
// change.
func boundaryValues(conds []Cond) []uint64 {
	var vs []uint64
	for _, c := range conds {
		for _, v := range []uint64{c.Value, c.Value - 1, c.Value + 1, c.Value ^ c.Mask, c.Value ^ 1<<32, c.Value ^ 1<<63} {
			if !slices.Contains(vs, v) {
				vs = append(vs, v)
			}
		}
	}
	return append(vs, 0, ^uint64(0))
}

// ProbeCalls returns the calls among which the longest path is searched: the known
// and the matching ones, and the matching ones with each argument replaced by its
// boundary values.
func (p *Policy) ProbeCalls() []compile.Data {
	calls := p.KnownCalls()
	conds := make(map[string][]Cond)
	for _, r := range p.Rules {
		for _, name := range r.Calls {
			conds[name] = append(conds[name], r.If...)
		}
	}
	for _, d := range p.MatchingCalls() {
		calls = append(calls, d)
		for i := range d.Args {
			calls = append(calls, varied(d, i, condsOn(conds[nameOf(d)], i))...)
		}
	}
	return calls
}

// audit64 is __AUDIT_ARCH_64BIT of include/uapi/linux/audit.h.
const audit64 = 1 << 31

// varied returns a call with one argument replaced by the boundary values of the
// conditions on it.
func varied(d compile.Data, arg int, conds []Cond) (calls []compile.Data) {
	if len(conds) == 0 {
		return nil
	}
	for _, v := range boundaryValues(conds) {
		if d.Audit&audit64 == 0 {
			v &= 1<<32 - 1
		}
		d.Args[arg] = v
		calls = append(calls, d)
	}
	return calls
}
