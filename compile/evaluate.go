package compile

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Verdict is what a profile decides on one call, and the rule that decides.
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
// rules in order, as they are defined. It is the plain reading that compiled
// programs are tested against, and it knows which rule decided. Errors are those
// of [Compile] that concern the rules it tried.
func Evaluate(p profile.Profile, t Target, d Data) (Verdict, error) {
	if err := p.Validate(); err != nil {
		return Verdict{}, err
	}
	covered, err := cover(&p, t)
	if err != nil {
		return Verdict{}, err
	}
	a, ok := owner(covered.arches, d.Audit, uint32(d.Nr))
	if !ok {
		return literal(Verdict{p.BadArch, RuleBadArch}, covered.own)
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
	best := no
	for _, n := range r.Numbers {
		if nr := uint32(d.Nr); n.First <= nr && nr <= n.Last {
			m, err := holds(r.If, a, "", d)
			if err != nil {
				return no, err
			}
			best = max(best, m)
		}
	}
	for _, name := range r.Syscalls {
		m, err := matchesName(r, a, name, d)
		if err != nil {
			return no, err
		}
		best = max(best, m)
	}
	return best, nil
}

// matchesName reports whether a rule matches a call of ABI a by one of its names.
func matchesName(r profile.Rule, a arch.Arch, name string, d Data) (answer, error) {
	if nr, ok := syscalls.Lookup(a, name); ok && nr == uint32(d.Nr) {
		return holds(r.If, a, name, d)
	}
	switch {
	case r.Direct || !through(a, name, d):
		return no, nil
	case r.If == nil:
		return yes, nil
	}
	return perhaps, nil
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
	c, err := resolveWidth(t, a, name)
	if err != nil {
		return false, err
	}
	v := d.InstructionPointer
	if t.Field != profile.IP {
		v = d.Args[t.Field]
	}
	v &= lowBits(c.bits)
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
