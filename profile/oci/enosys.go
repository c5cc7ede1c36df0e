package oci

import (
	"math"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// runc puts rules before the filter: a number above the highest that the document
// names fails with ENOSYS, so that a program takes a call that is newer than the
// document for one that the kernel lacks, and not for one that is forbidden
// (libcontainer/seccomp/patchbpf). Both directions need them: resolving a document
// adds them to the profile, and writing a document must not let them take a call
// away that the profile allows.

// enosysApplies reports whether runc puts its ENOSYS rules before a filter with
// this default action: not where the default lets calls through.
func enosysApplies(def profile.Kind) bool {
	return def != profile.KindAllow && def != profile.KindLog && def != profile.KindTrace
}

// enosysRule is runc's rule for one ABI. Without a highest number there is none.
type enosysRule struct {
	arch    arch.Arch
	highest uint32 // of the numbers that count
}

// count counts a name of the document, whatever its entry says. Calls that can
// also be made through socketcall or ipc don't count, nor does the number 0.
func (e *enosysRule) count(name string) {
	if _, _, ok := syscalls.Multiplexed(e.arch, name); ok {
		return
	}
	if nr, ok := syscalls.Lookup(e.arch, name); ok && nr <= math.MaxInt32 {
		e.highest = max(e.highest, nr)
	}
}

// numbers returns the numbers that are answered with ENOSYS. X86_64 and X32 share
// an audit architecture, and runc tells them apart by bit 30 alone: of the numbers
// from 1<<31 on, which are above any, each ABI has those that agree in this bit.
func (e enosysRule) numbers() []profile.NumberRange {
	const bit = 1 << 30
	switch {
	case e.highest == 0:
		return nil
	case e.arch == arch.X86_64:
		return []profile.NumberRange{{First: e.highest + 1, Last: bit - 1}, {First: 2 * bit, Last: 3*bit - 1}}
	case e.arch == arch.X32:
		return []profile.NumberRange{{First: e.highest + 1, Last: 2*bit - 1}, {First: 3 * bit, Last: math.MaxUint32}}
	}
	var rs []profile.NumberRange
	if e.arch == arch.S390 || e.arch == arch.S390X {
		rs = append(rs, profile.NumberRange{First: 0, Last: 0})
	}
	return append(rs, profile.NumberRange{First: e.highest + 1, Last: math.MaxUint32})
}

// hides reports whether a call of this name is answered with ENOSYS, in one of the
// ways in which it can be made.
func (e enosysRule) hides(name string) bool {
	answered, c := e.numbers(), callOn(e.arch, name)
	return c.direct && contains(answered, c.number) || c.multiplexed && contains(answered, c.viaNumber)
}

func contains(ranges []profile.NumberRange, nr uint32) bool {
	return slices.ContainsFunc(ranges, func(r profile.NumberRange) bool { return r.First <= nr && nr <= r.Last })
}

// enosysRules returns the rules that runc puts before the filter. Of the
// document's names those count whose entries are kept, even if their action is the
// default's.
func (r *resolver) enosysRules(kept []int) []profile.Rule {
	if r.opts.Runtime != Runc || !enosysApplies(r.def.Kind()) {
		return nil
	}
	action := profile.Errno(errno.ENOSYS)
	if n, ok := errno.ENOSYS.Number(r.native); ok {
		action = profile.Errno(r.sameErrno(errno.ENOSYS, n))
	}
	var rules []profile.Rule
	for _, s := range r.abis {
		if s.arch == arch.X32 && slices.Contains(r.arches, arch.X86_64) {
			continue // with X86_64
		}
		e := r.enosysRule(kept, s.arch)
		rule := profile.Rule{Arches: []arch.Arch{s.arch}, Numbers: e.numbers(), Action: action, Direct: true,
			Comment: "numbers above the highest that the document names"}
		if s.arch == arch.X86_64 && slices.Contains(r.arches, arch.X32) {
			rule.Arches = append(rule.Arches, arch.X32)
			rule.Numbers = append(rule.Numbers, r.enosysRule(kept, arch.X32).numbers()...)
			slices.SortFunc(rule.Numbers, func(a, b profile.NumberRange) int { return int(int64(a.First) - int64(b.First)) })
		}
		if rule.Numbers != nil {
			rules = append(rules, rule)
			r.reportHidden(s, rule.Numbers)
		}
	}
	return rules
}

func (r *resolver) enosysRule(kept []int, a arch.Arch) enosysRule {
	e := enosysRule{arch: a}
	for _, i := range kept {
		for _, name := range r.doc.Syscalls[i].Names {
			if !r.budget.spend(workName) {
				return enosysRule{arch: a}
			}
			e.count(name)
		}
	}
	return e
}

// reportHidden reports which calls that a rule lets through are answered with
// ENOSYS.
func (r *resolver) reportHidden(s *abiRules, answered []profile.NumberRange) {
	var names []string
	var at position
	for _, c := range s.calls {
		if !contains(answered, c.number) {
			continue
		}
		rules := c.deciding()
		i := slices.IndexFunc(rules, func(rule int) bool { return r.rules[rule].action.Kind() > profile.KindErrno })
		if i < 0 {
			continue
		}
		if names == nil {
			at = r.rules[rules[i]].position
		}
		names = append(names, c.name)
	}
	if len(names) > 0 {
		r.report.note(at, idHiddenByENOSYS, "runc answers ENOSYS to %s on %v, although a rule lets it through: of the calls that can also be made through socketcall or ipc, the numbers don't count as named", listNames(names), s.arch)
	}
}
