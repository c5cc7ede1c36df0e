package compile

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Verdict is what a profile says of one call, and which of its rules says so.
type Verdict struct {
	Action profile.Action // with the number of an errno, not its name
	// Rule is the index of the deciding rule in Profile.Rules; RuleDefault
	// where none matches, and RuleBadArch for an ABI that isn't covered.
	Rule int
}

// Values of Verdict.Rule that are no index.
const (
	RuleDefault = -1
	RuleBadArch = -2
)

// Evaluate returns p's verdict on a call without making a program: it tries the
// rules in order, as their definition says. It is the slow and simple reading
// that compiled programs are tested against, and the one that knows which rule
// decided. Errors are those of [Compile] that concern the rules it tried.
func Evaluate(p profile.Profile, t Target, d Data) (Verdict, error) {
	if err := p.Validate(); err != nil {
		return Verdict{}, err
	}
	arches, _, err := covered(&p, t)
	if err != nil {
		return Verdict{}, err
	}
	a, ok := owner(arches, d.Audit, uint32(d.Nr))
	if !ok {
		return literal(Verdict{p.BadArch, RuleBadArch}, nativeOf(arches, t))
	}
	var maybe []Verdict // conditional rules on calls whose arguments can't be read
	decided := Verdict{p.Default, RuleDefault}
	for i, r := range p.Rules {
		m, err := matches(r, a, d)
		if err != nil {
			return Verdict{}, &profile.RuleError{Rule: i, Comment: r.Comment, Err: err}
		}
		if m == perhaps {
			maybe = append(maybe, Verdict{r.Action, i})
		}
		if m == yes {
			decided = Verdict{r.Action, i}
			break
		}
	}
	strictest := decided
	for _, v := range slices.Backward(maybe) {
		if v.Action.Kind() <= strictest.Action.Kind() {
			strictest = v
		}
	}
	return literal(strictest, a)
}

// literal replaces an errno's name by its number on ABI a, as a program has it.
func literal(v Verdict, a arch.Arch) (Verdict, error) {
	ret, err := v.Action.Return(a)
	v.Action = profile.ActionOf(ret)
	return v, err
}

func nativeOf(arches []arch.Arch, t Target) arch.Arch {
	if t.Arch != 0 {
		return t.Arch
	}
	return arches[0]
}

// owner returns the covered ABI to which a call belongs.
func owner(arches []arch.Arch, audit, nr uint32) (arch.Arch, bool) {
	a, ok := arch.ByAudit(audit, nr)
	if !ok {
		return 0, false
	}
	if nr == skipped && !slices.Contains(arches, a) && a == arch.X86_64 {
		a = arch.X32
	}
	return a, slices.Contains(arches, a)
}

type answer int

const (
	no answer = iota
	perhaps
	yes
)

// matches reports whether a rule matches a call of ABI a.
func matches(r profile.Rule, a arch.Arch, d Data) (answer, error) {
	if len(r.Arches) > 0 && !slices.Contains(r.Arches, a) {
		return no, nil
	}
	nr, best := uint32(d.Nr), no
	for _, n := range r.Numbers {
		if n.First <= nr && nr <= n.Last {
			m, err := holds(r.If, a, "", d)
			if err != nil {
				return no, err
			}
			best = max(best, m)
		}
	}
	for _, name := range r.Syscalls {
		if own, ok := syscalls.Lookup(a, name); ok && own == nr {
			m, err := holds(r.If, a, name, d)
			if err != nil {
				return no, err
			}
			best = max(best, m)
		}
		if !r.Direct && through(a, name, d) {
			if r.If == nil {
				return yes, nil
			}
			best = max(best, perhaps)
		}
	}
	return best, nil
}

// through reports whether d is the named call made through socketcall or ipc.
func through(a arch.Arch, name string, d Data) bool {
	via, call, ok := syscalls.Multiplexed(a, name)
	if !ok {
		return false
	}
	nr, ok := syscalls.Lookup(a, via)
	selector := uint32(d.Args[0])
	if via == "ipc" {
		selector &= 0xffff // the rest is a version
	}
	return ok && nr == uint32(d.Nr) && selector == call
}

// holds evaluates a condition on a call.
func holds(c profile.Cond, a arch.Arch, name string, d Data) (answer, error) {
	truth, err := eval(c, a, name, d)
	if err != nil || !truth {
		return no, err
	}
	return yes, nil
}

func eval(c profile.Cond, a arch.Arch, name string, d Data) (bool, error) {
	switch c := c.(type) {
	case profile.Not:
		v, err := eval(c.Cond, a, name, d)
		return !v, err
	case profile.And:
		for _, part := range c {
			if v, err := eval(part, a, name, d); err != nil || !v {
				return false, err
			}
		}
	case profile.Or:
		for _, part := range c {
			if v, err := eval(part, a, name, d); err != nil || v {
				return v, err
			}
		}
		return false, nil
	case profile.Test:
		return evalTest(c, a, name, d)
	}
	return true, nil // nil is no condition
}

func evalTest(t profile.Test, a arch.Arch, name string, d Data) (bool, error) {
	c, err := settle(t, a, name)
	if err != nil {
		return false, err
	}
	v := d.InstructionPointer
	if t.Field != profile.IP {
		v = d.Args[t.Field]
	}
	v &= low(c.bits)
	switch t.Op {
	case profile.OpEqual:
		return v == c.value, nil
	case profile.OpNotEqual:
		return v != c.value, nil
	case profile.OpLess:
		return v < c.value, nil
	case profile.OpLessEqual:
		return v <= c.value, nil
	case profile.OpGreater:
		return v > c.value, nil
	case profile.OpGreaterEqual:
		return v >= c.value, nil
	}
	return v&c.mask == c.value, nil
}
