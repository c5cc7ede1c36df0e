package compile

import (
	"errors"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/radix"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// resolved is a profile with numbers instead of names and return values instead of
// actions.
type resolved struct {
	coverage
	rules   []profile.Rule
	badArch uint32
	abis    []resolvedABI
	notes   []Note
}

// resolvedABI is what the profile says of one ABI.
type resolvedABI struct {
	arch   arch.Arch
	def    uint32  // return value where no rule matches
	claims []claim // by first number, then by rule
	muxes  []mux
}

// claim is one rule's claim on a range of numbers.
type claim struct {
	first, last uint32
	rule        int32
	name        int32 // index into the rule's Syscalls, or -1 for Numbers
	ret         uint32
	// call is the sub-call of a multiplexed number to which the claim is limited;
	// muxed tells that from 0.
	call  uint32
	muxed bool
}

// mux is a call that multiplexes others by its first argument.
type mux struct {
	nr   uint32
	bits uint32 // of the argument that select, as the kernel reads it
}

// resolve finds the numbers of a profile's names and actions, or every reason why it
// can't.
func resolve(p *profile.Profile, o *Options) (*resolved, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	c, err := cover(p, o.Target)
	if err != nil {
		return nil, err
	}
	r := &resolver{out: resolved{coverage: c, rules: p.Rules, abis: make([]resolvedABI, 0, len(c.arches))}}
	r.out.badArch, err = p.BadArch.Return(c.own)
	r.report(err)
	for i, a := range c.arches {
		r.resolveABI(p.Default, a, i == 0)
	}
	for i := range o.Weights {
		if err := unknown(o.Weights[i].Syscall); err != nil {
			r.report(&wrapped{"compile: weights: ", err})
		}
	}
	return &r.out, errors.Join(r.errs...)
}

type resolver struct {
	out  resolved
	errs []error
}

func (r *resolver) report(err error) {
	if err != nil {
		r.errs = append(r.errs, err)
	}
}

func (r *resolver) reportRule(i int, err error) {
	if err != nil {
		r.report(&profile.RuleError{Rule: i, Comment: r.out.rules[i].Comment, Err: err})
	}
}

// unknown returns an error for a name that no ABI has.
func unknown(name string) error {
	if syscalls.Known(name) {
		return nil
	}
	return &SyscallError{Name: name, Nearest: syscalls.Nearest(name)}
}

// resolveABI adds what the profile says of ABI a. Names that no ABI has are reported
// with the first one.
func (r *resolver) resolveABI(def profile.Action, a arch.Arch, first bool) {
	abi := resolvedABI{arch: a}
	var err error
	abi.def, err = def.Return(a)
	r.report(err)
	n := 0
	for i := range r.out.rules {
		n += len(r.out.rules[i].Syscalls) + len(r.out.rules[i].Numbers)
	}
	claims := make([]claim, 0, n)
	for i := range r.out.rules {
		rule := &r.out.rules[i]
		if len(rule.Arches) > 0 && !slices.Contains(rule.Arches, a) {
			for _, name := range rule.Syscalls {
				if first {
					r.reportRule(i, unknown(name))
				}
			}
			continue
		}
		ret, err := rule.Action.Return(a)
		r.reportRule(i, err)
		before := len(claims)
		claims = r.claim(claims, &abi, claim{rule: int32(i), name: -1, ret: ret}, first)
		if rule.If != nil {
			r.reportMisfits(a, claims[before:])
		}
	}
	abi.claims = sorted(claims)
	r.out.abis = append(r.out.abis, abi)
	r.noteMuxes(&abi)
}

// sorted returns claims by their first number. They are by rule already, and stay so
// where numbers are equal.
func sorted(claims []claim) []claim {
	order := make([]uint64, len(claims))
	for i := range claims {
		order[i] = radix.Key(claims[i].first, i)
	}
	radix.Sort(order, 32)
	out := make([]claim, len(claims))
	for i, k := range order {
		out[i] = claims[uint32(k)]
	}
	return out
}

// claim appends what a rule claims of an ABI's numbers, each as c. It reports the
// names that no ABI has if the ABI is the first.
func (r *resolver) claim(claims []claim, abi *resolvedABI, c claim, first bool) []claim {
	rule := &r.out.rules[c.rule]
	for _, n := range rule.Numbers {
		c.first, c.last = n.First, n.Last
		claims = append(claims, c)
	}
	for i, name := range rule.Syscalls {
		c.name = int32(i)
		if nr, ok := syscalls.Lookup(abi.arch, name); ok {
			c.first, c.last = nr, nr
			claims = append(claims, c)
		} else if first {
			r.reportRule(int(c.rule), unknown(name))
		}
		if rule.Direct {
			continue
		}
		if via, call, ok := syscalls.Multiplexed(abi.arch, name); ok {
			nr, _ := syscalls.Lookup(abi.arch, via)
			abi.addMux(mux{nr, muxBits(via)})
			m := c
			m.first, m.last, m.call, m.muxed = nr, nr, call, true
			claims = append(claims, m)
		}
	}
	return claims
}

func (abi *resolvedABI) addMux(m mux) {
	if !slices.Contains(abi.muxes, m) {
		abi.muxes = append(abi.muxes, m)
	}
}

// mux returns the multiplexing call with a number, or nil.
func (abi *resolvedABI) mux(nr uint32) *mux {
	for i := range abi.muxes {
		if abi.muxes[i].nr == nr {
			return &abi.muxes[i]
		}
	}
	return nil
}

// muxBits returns which bits of the first argument of socketcall or ipc select the
// call: an int for the one (net/socket.c), while the other keeps a version in the
// upper half (ipc/syscall.c).
func muxBits(via string) uint32 {
	if via == "ipc" {
		return 0xffff
	}
	return 0xffffffff
}

// reportMisfits reports constants that don't fit what they are compared with, even in
// comparisons that no call reaches.
func (r *resolver) reportMisfits(a arch.Arch, claims []claim) {
	for _, c := range claims {
		if c.name < 0 || c.muxed {
			continue
		}
		rule := &r.out.rules[c.rule]
		eachTest(rule.If, func(t profile.Test) {
			_, err := resolveWidth(t, a, rule.Syscalls[c.name])
			r.reportRule(int(c.rule), err)
		})
	}
}

// eachTest calls f with the tests of a condition.
func eachTest(c profile.Cond, f func(profile.Test)) {
	switch c := c.(type) {
	case profile.Not:
		eachTest(c.Cond, f)
	case profile.And:
		for _, part := range c {
			eachTest(part, f)
		}
	case profile.Or:
		for _, part := range c {
			eachTest(part, f)
		}
	case profile.Test:
		f(c)
	}
}

// noteMuxes notes which conditions can't be checked behind socketcall and ipc.
func (r *resolver) noteMuxes(abi *resolvedABI) {
	for _, c := range abi.claims {
		if rule := &r.out.rules[c.rule]; c.muxed && rule.If != nil {
			r.out.notes = append(r.out.notes, Note{Rule: int(c.rule), Arch: abi.arch,
				Text: rule.Syscalls[c.name] + " can be made through a multiplexed call, whose arguments a filter can't read; there it gets the strictest verdict that is possible"})
		}
	}
}
