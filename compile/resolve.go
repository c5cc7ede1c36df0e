package compile

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// plan is a profile resolved for its ABIs: numbers instead of names, return
// values instead of actions.
type plan struct {
	order   binary.ByteOrder
	badArch uint32
	abis    []abiPlan
	notes   []Note
}

// abiPlan is what the profile says of one ABI.
type abiPlan struct {
	arch arch.Arch
	def  uint32 // return value where no rule matches
	uses []use  // by first number, then by rule
	// socketcall and ipc are the numbers of the calls that multiplex others,
	// and the argument bits that select them.
	muxes []mux
}

// use is one rule's claim on a range of numbers.
type use struct {
	first, last uint32
	rule        int
	name        string // "" in a rule that gives numbers
	cond        profile.Cond
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
func resolve(p profile.Profile, t Target) (*plan, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	arches, order, err := covered(p, t)
	if err != nil {
		return nil, err
	}
	var errs []error
	pl := &plan{order: order}
	if pl.badArch, err = p.BadArch.Return(cmp.Or(t.Arch, arches[0])); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, unknownNames(p)...)
	for _, a := range arches {
		ap, aerrs := resolveABI(p, a)
		pl.abis = append(pl.abis, ap)
		pl.notes = append(pl.notes, muxNotes(ap)...)
		errs = append(errs, aerrs...)
	}
	return pl, errors.Join(errs...)
}

// unknownNames reports names that no ABI has, once each a rule.
func unknownNames(p profile.Profile) []error {
	var errs []error
	for i, r := range p.Rules {
		for _, n := range r.Syscalls {
			if !syscalls.Known(n) {
				errs = append(errs, &profile.RuleError{Rule: i, Comment: r.Comment,
					Err: &SyscallError{Name: n, Nearest: syscalls.Nearest(n)}})
			}
		}
	}
	return errs
}

func resolveABI(p profile.Profile, a arch.Arch) (abiPlan, []error) {
	ap := abiPlan{arch: a}
	var errs []error
	var err error
	if ap.def, err = p.Default.Return(a); err != nil {
		errs = append(errs, err)
	}
	for i, r := range p.Rules {
		if len(r.Arches) > 0 && !slices.Contains(r.Arches, a) {
			continue
		}
		ret, err := r.Action.Return(a)
		if err != nil {
			errs = append(errs, &profile.RuleError{Rule: i, Comment: r.Comment, Err: err})
			continue
		}
		ap.claim(i, r, ret)
	}
	slices.SortFunc(ap.uses, func(x, y use) int {
		return cmp.Or(cmp.Compare(x.first, y.first), x.rule-y.rule)
	})
	return ap, errs
}

// claim adds what rule i says of the ABI's numbers.
func (ap *abiPlan) claim(i int, r profile.Rule, ret uint32) {
	for _, n := range r.Numbers {
		ap.uses = append(ap.uses, use{first: n.First, last: n.Last, rule: i, cond: r.If, ret: ret})
	}
	for _, n := range r.Syscalls {
		if nr, ok := syscalls.Lookup(ap.arch, n); ok {
			ap.uses = append(ap.uses, use{first: nr, last: nr, rule: i, name: n, cond: r.If, ret: ret})
		}
		if r.Direct {
			continue
		}
		via, call, ok := syscalls.Multiplexed(ap.arch, n)
		if !ok {
			continue
		}
		nr, _ := syscalls.Lookup(ap.arch, via)
		ap.addMux(nr, muxBits(via))
		ap.uses = append(ap.uses, use{first: nr, last: nr, rule: i, name: n, cond: r.If, ret: ret, call: call, muxed: true})
	}
}

func (ap *abiPlan) addMux(nr, bits uint32) {
	if m := (mux{nr, bits}); !slices.Contains(ap.muxes, m) {
		ap.muxes = append(ap.muxes, m)
	}
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
func muxNotes(ap abiPlan) []Note {
	var notes []Note
	for _, u := range ap.uses {
		if u.muxed && u.cond != nil {
			notes = append(notes, Note{Rule: u.rule, Arch: ap.arch,
				Text: u.name + " can be made through a multiplexed call, whose arguments a filter can't read; there it gets the strictest verdict that is possible"})
		}
	}
	return notes
}
