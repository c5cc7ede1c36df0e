package oci

import (
	"math"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// stub returns the rules that runc puts before the filter: a number above the
// highest that the document names fails with ENOSYS, so that programs notice
// that the call is new and not forbidden. There are none where the default
// action lets calls through.
//
// Of the numbers of a document all count whose entries are kept, even if their
// action is the default's; but not 0, and not those of calls that can also be
// made through socketcall or ipc.
func (r *resolver) stub(kept []int) []profile.Rule {
	if r.opts.Runtime != Runc {
		return nil
	}
	switch r.def.Kind() {
	case profile.KindAllow, profile.KindLog, profile.KindTrace:
		return nil
	}
	highest := make(map[arch.Arch]uint32, len(r.arches))
	for _, s := range r.abis {
		s.highest = r.highest(kept, s.arch)
		if s.highest != 0 {
			highest[s.arch] = s.highest
		}
	}
	enosys := profile.Errno(errno.ENOSYS)
	if n, ok := errno.ENOSYS.Number(r.native); ok {
		enosys = profile.Errno(r.sameErrno(errno.ENOSYS, n))
	}
	var rules []profile.Rule
	for _, s := range r.abis {
		rule := profile.Rule{Arches: []arch.Arch{s.arch}, Action: enosys, Direct: true,
			Comment: "numbers above the highest that the document names"}
		switch {
		case s.arch == arch.X32 && slices.Contains(r.arches, arch.X86_64):
			continue // with X86_64
		case s.arch == arch.X86_64 || s.arch == arch.X32:
			rule.Numbers = x86Numbers(highest[arch.X86_64], highest[arch.X32])
			if s.arch == arch.X86_64 && slices.Contains(r.arches, arch.X32) {
				rule.Arches = append(rule.Arches, arch.X32)
			}
		case s.highest != 0:
			if s.arch == arch.S390 || s.arch == arch.S390X {
				rule.Numbers = append(rule.Numbers, profile.NumberRange{First: 0, Last: 0})
			}
			rule.Numbers = append(rule.Numbers, profile.NumberRange{First: s.highest + 1, Last: math.MaxUint32})
		}
		if rule.Numbers != nil {
			rules = append(rules, rule)
			r.reportHidden(s, rule)
		}
	}
	return rules
}

// x86Numbers returns the numbers above the highest of the two ABIs that share
// an audit architecture: those with bit 30 are compared with X32's, others with
// X86_64's. A highest number 0 is none. Numbers from 1<<31 on are above any, and
// where X32 is not covered they don't belong to the filter.
func x86Numbers(x64, x32 uint32) []profile.NumberRange {
	const bit = 1 << 30
	var rs []profile.NumberRange
	if x64 != 0 {
		rs = append(rs, profile.NumberRange{First: x64 + 1, Last: bit - 1})
	}
	if x32 != 0 {
		rs = append(rs, profile.NumberRange{First: x32 + 1, Last: 2*bit - 1})
	}
	if x64 != 0 {
		rs = append(rs, profile.NumberRange{First: 2 * bit, Last: 3*bit - 1})
	}
	if x32 != 0 {
		rs = append(rs, profile.NumberRange{First: 3 * bit, Last: math.MaxUint32})
	}
	return rs
}

// highest returns the highest number that counts on a, or 0.
func (r *resolver) highest(kept []int, a arch.Arch) uint32 {
	var top uint32
	for _, i := range kept {
		for _, name := range r.doc.Syscalls[i].Names {
			if !r.spend(workName) {
				return 0
			}
			if _, _, ok := syscalls.Multiplexed(a, name); ok {
				continue
			}
			if nr, ok := syscalls.Lookup(a, name); ok && nr > top && nr <= math.MaxInt32 {
				top = nr
			}
		}
	}
	return top
}

// reportHidden says which calls that a rule lets through the stub takes away.
func (r *resolver) reportHidden(s *abiState, stub profile.Rule) {
	var names []string
	var at origin
	for _, n := range s.numbers {
		if !slices.ContainsFunc(stub.Numbers, func(nr profile.NumberRange) bool { return nr.First <= n.nr && n.nr <= nr.Last }) {
			continue
		}
		var rules []int
		if n.uncond >= 0 {
			rules = []int{n.uncond}
		} else if n.tree != nil {
			for i := range n.tree.rules {
				if n.tree.rules[i].live {
					rules = append(rules, n.tree.rules[i].rule)
				}
			}
		}
		for _, i := range rules {
			if f := &r.rules[i]; f.action.Kind() > profile.KindErrno {
				if len(names) == 0 {
					at = f.origin
				}
				names = append(names, n.name)
				break
			}
		}
	}
	if len(names) > 0 {
		r.notes.add(at, resolveHiddenByENOSYS, nil, "runc answers ENOSYS to %s on %v, although a rule lets it through: of the calls that can also be made through socketcall or ipc, the numbers don't count as named", listNames(names), s.arch)
	}
}
