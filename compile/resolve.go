package compile

import (
	"encoding/binary"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// plan is a profile resolved for its ABIs: numbers instead of names, return
// values instead of actions.
type plan struct {
	rules   []profile.Rule
	order   binary.ByteOrder
	badArch uint32
	abis    []abiPlan
	notes   []Note
}

// abiPlan is what the profile says of one ABI.
type abiPlan struct {
	arch  arch.Arch
	def   uint32 // return value where no rule matches
	uses  []use  // by first number, then by rule
	muxes []mux
}

// use is one rule's claim on a range of numbers.
type use struct {
	first, last uint32
	rule        int32
	name        int32 // index into the rule's Syscalls, or -1 for Numbers
	ret         uint32
	// call is the sub-call of a multiplexed number to which the claim is
	// limited; muxed tells that from 0.
	call  uint32
	muxed bool
}

// mux is a call that multiplexes others by its first argument.
type mux struct {
	nr   uint32
	bits uint32 // of the argument that select, as the kernel reads it
}

func (p *plan) arches() []arch.Arch {
	as := make([]arch.Arch, len(p.abis))
	for i, a := range p.abis {
		as[i] = a.arch
	}
	return as
}

// resolve finds the numbers of a profile's names and actions, or every reason
// why it can't.
func resolve(p *profile.Profile, t Target) (*plan, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	arches, order, err := covered(p, t)
	if err != nil {
		return nil, err
	}
	r := &resolver{plan: plan{rules: p.Rules, order: order, abis: make([]abiPlan, 0, len(arches))}}
	r.badArch, err = p.BadArch.Return(nativeOf(arches, t))
	r.report(err)
	for i, a := range arches {
		r.resolveABI(p.Default, a, i == 0)
	}
	return &r.plan, joined(r.errs)
}

// resolver makes a plan.
type resolver struct {
	plan
	errs []error
}

//go:noinline
func (r *resolver) report(err error) {
	if err != nil {
		r.errs = append(r.errs, err)
	}
}

//go:noinline
func (r *resolver) reportRule(i int, err error) {
	if err != nil {
		r.report(&profile.RuleError{Rule: i, Comment: r.rules[i].Comment, Err: err})
	}
}

// missing reports a rule's name that the first ABI lacks, if no ABI has it.
//
//go:noinline
func (r *resolver) missing(rule int, name string) { r.reportRule(rule, unknown(name)) }

// unknown returns an error for a name that no ABI has.
func unknown(name string) error {
	if syscalls.Known(name) {
		return nil
	}
	return &SyscallError{Name: name, Nearest: syscalls.Nearest(name)}
}

// resolveABI adds what the profile says of ABI a. Names that no ABI has are
// reported with the first one.
func (r *resolver) resolveABI(def profile.Action, a arch.Arch, first bool) {
	ap := abiPlan{arch: a}
	var err error
	ap.def, err = def.Return(a)
	r.report(err)
	n := 0
	for i := range r.rules {
		n += len(r.rules[i].Syscalls) + len(r.rules[i].Numbers)
	}
	uses := make([]use, 0, n)
	for i := range r.rules {
		rule := &r.rules[i]
		if len(rule.Arches) > 0 && !slices.Contains(rule.Arches, a) {
			for _, name := range rule.Syscalls {
				if first {
					r.missing(i, name)
				}
			}
			continue
		}
		ret, err := rule.Action.Return(a)
		r.reportRule(i, err)
		before := len(uses)
		uses = r.claim(uses, use{rule: int32(i), name: -1, ret: ret}, &ap, first)
		if rule.If != nil {
			r.reportMisfits(a, uses[before:])
		}
	}
	keys := make(list, len(uses)) // by number and by place, which is by rule
	for i := range uses {
		keys[i] = uint64(uses[i].first)<<32 | uint64(i)
	}
	diagram.Sort(keys, 32)
	ap.uses = make([]use, len(uses))
	for i, k := range keys {
		ap.uses[i] = uses[uint32(k)]
	}
	r.abis = append(r.abis, ap)
	r.muxNotes(&ap)
}

// reportMisfits reports constants that don't fit what they are compared with,
// whether or not any call comes as far as to that comparison.
func (r *resolver) reportMisfits(a arch.Arch, uses []use) {
	for _, u := range uses {
		if u.name < 0 || u.muxed {
			continue
		}
		rule := &r.rules[u.rule]
		eachTest(rule.If, func(t profile.Test) {
			_, err := settle(t, a, rule.Syscalls[u.name])
			r.reportRule(int(u.rule), err)
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

// claim appends what a rule says of an ABI's numbers, each as u.
func (r *resolver) claim(uses []use, u use, ap *abiPlan, first bool) []use {
	rule := &r.rules[u.rule]
	for _, n := range rule.Numbers {
		u.first, u.last = n.First, n.Last
		u.addTo(&uses)
	}
	for i, name := range rule.Syscalls {
		u.name = int32(i)
		if nr, ok := syscalls.Lookup(ap.arch, name); ok {
			u.first, u.last = nr, nr
			u.addTo(&uses)
		} else if first {
			r.missing(int(u.rule), name)
		}
		if rule.Direct {
			continue
		}
		if via, call, ok := syscalls.Multiplexed(ap.arch, name); ok {
			nr, _ := syscalls.Lookup(ap.arch, via)
			ap.addMux(mux{nr, muxBits(via)})
			m := u
			m.first, m.last, m.call, m.muxed = nr, nr, call, true
			m.addTo(&uses)
		}
	}
	return uses
}

//go:noinline
func (u *use) addTo(uses *[]use) { *uses = append(*uses, *u) }

func (ap *abiPlan) addMux(m mux) {
	for i := range ap.muxes {
		if ap.muxes[i] == m {
			return
		}
	}
	ap.muxes = append(ap.muxes, m)
}

// muxBits returns which bits of the first argument of socketcall or ipc select
// the call: an int for the one (net/socket.c), while the other keeps a version
// in the upper half (ipc/syscall.c).
func muxBits(via string) uint32 {
	if via == "ipc" {
		return 0xffff
	}
	return 0xffffffff
}

// muxNotes tells which conditions can't be checked behind socketcall and ipc.
func (r *resolver) muxNotes(ap *abiPlan) {
	for _, u := range ap.uses {
		if rule := &r.rules[u.rule]; u.muxed && rule.If != nil {
			r.notes = append(r.notes, Note{Rule: int(u.rule), Arch: ap.arch,
				Text: rule.Syscalls[u.name] + " can be made through a multiplexed call, whose arguments a filter can't read; there it gets the strictest verdict that is possible"})
		}
	}
}
