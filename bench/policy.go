package bench

import (
	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
)

// Policy is a profile in terms that every tool has. Its rules never conflict, so
// their order, which tools treat differently, doesn't matter.
type Policy struct {
	Name, About string
	Arches      []arch.Arch // the first is the machine's own
	Default     profile.Action
	Foreign     profile.Action // for calls through ABIs that aren't covered
	Rules       []Rule

	// Resolved is the profile that package oci resolves, for a policy that is an
	// OCI document. Only this library compiles it; the tools get Rules, which are
	// read from the document by other code.
	Resolved *profile.Profile
}

// Rule gives a verdict on the named calls if all conditions hold. Several rules for
// one call are alternatives.
type Rule struct {
	Calls  []string
	Action profile.Action
	If     []Cond
}

// Cond compares all 64 bits of an argument with a constant. Mask is for
// OpMaskedEqual only.
type Cond struct {
	Arg         int
	Op          profile.Op
	Value, Mask uint64
}

// newPolicy returns a policy for x86_64 alone. Calls through other ABIs kill the
// thread, which is the only verdict on them that all tools have.
func newPolicy(name, about string, def profile.Action) *Policy {
	return &Policy{Name: name, About: about, Arches: []arch.Arch{arch.X86_64}, Default: def, Foreign: profile.KillThread()}
}

// add adds a rule.
func (p *Policy) add(a profile.Action, call string, conds ...Cond) {
	p.Rules = append(p.Rules, Rule{[]string{call}, a, conds})
}

// addEach adds a rule for each value of an argument.
func (p *Policy) addEach(a profile.Action, call string, arg int, values ...uint64) {
	for _, v := range values {
		p.add(a, call, equal(arg, v))
	}
}

func equal(arg int, v uint64) Cond { return Cond{Arg: arg, Op: profile.OpEqual, Value: v} }

func masked(arg int, mask, v uint64) Cond {
	return Cond{Arg: arg, Op: profile.OpMaskedEqual, Mask: mask, Value: v}
}

func atMost(arg int, v uint64) Cond { return Cond{Arg: arg, Op: profile.OpLessEqual, Value: v} }

func atLeast(arg int, v uint64) Cond { return Cond{Arg: arg, Op: profile.OpGreaterEqual, Value: v} }

// Profile returns the policy for this library's compiler. With kernelWidths it
// compares as many bits of an argument as the kernel reads, otherwise all 64, as the
// other tools do.
func (p *Policy) Profile(kernelWidths bool) profile.Profile {
	if p.Resolved != nil {
		return p.Resolved.On(p.Arches...)
	}
	width := profile.WidthRegister
	if kernelWidths {
		width = profile.WidthKernel
	}
	out := profile.New(p.Default).On(p.Arches...)
	out.BadArch = p.Foreign
	for _, r := range p.Rules {
		out = out.Do(r.Action, r.Calls...)
		for _, c := range r.If {
			out = out.If(profile.Test{Field: profile.Field(c.Arg), Width: width, Op: c.Op, Value: c.Value, Mask: c.Mask})
		}
	}
	return out
}

// alwaysAllowed returns a function that reports whether a call is allowed whatever
// its arguments are.
func (p *Policy) alwaysAllowed() func(call string) bool {
	verdicts := make(map[string]profile.Action)
	conditional := make(map[string]bool)
	for _, r := range p.Rules {
		for _, name := range r.Calls {
			verdicts[name] = r.Action
			conditional[name] = conditional[name] || len(r.If) > 0
		}
	}
	return func(call string) bool {
		a, ok := verdicts[call]
		if !ok {
			a = p.Default
		}
		return a == profile.Allow() && !conditional[call]
	}
}

// holds reports whether the conditions hold for these arguments.
func (r *Rule) holds(args *[6]uint64) bool {
	for _, c := range r.If {
		if !c.holds(args[c.Arg]) {
			return false
		}
	}
	return true
}

// holds reports whether the condition holds for a value of its argument. It shares no
// code with the compiler, so that tests can compare the two.
func (c Cond) holds(v uint64) bool {
	switch c.Op {
	case profile.OpEqual:
		return v == c.Value
	case profile.OpNotEqual:
		return v != c.Value
	case profile.OpLess:
		return v < c.Value
	case profile.OpLessEqual:
		return v <= c.Value
	case profile.OpGreater:
		return v > c.Value
	case profile.OpGreaterEqual:
		return v >= c.Value
	}
	return v&c.Mask == c.Value&c.Mask
}
