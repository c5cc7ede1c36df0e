package oci

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
)

// orderDomain is what decides whether libseccomp specifies the order of the
// conditional rules of a number, as far as Document.Profile says.
type orderDomain struct {
	rules   int
	ordered bool // some rule has an ordered comparison: LT, LE, GT or GE
	upper   bool // LT or LE
	not     bool // NE
	// severalOrdered and severalNot: a rule with several conditions has one of
	// these.
	severalOrdered, severalUpper, several, severalNot bool
	high                                              [6]uint32 // upper half of the ordered values, by argument
	seen                                              [6]bool
	unlike                                            bool // they have several upper halves on one argument
}

// add adds a conditional rule.
func (d *orderDomain) add(c conj) {
	d.rules++
	several := len(c) > 1
	d.several = d.several || several
	for _, x := range c {
		switch x.op {
		case profile.OpNotEqual:
			d.not = true
			d.severalNot = d.severalNot || several
		case profile.OpLess, profile.OpLessEqual, profile.OpGreater, profile.OpGreaterEqual:
			d.ordered = true
			d.severalOrdered = d.severalOrdered || several
			if x.op == profile.OpLess || x.op == profile.OpLessEqual {
				d.upper = true
				d.severalUpper = d.severalUpper || several
			}
			high := uint32(x.value >> 32)
			d.unlike = d.unlike || d.seen[x.arg] && d.high[x.arg] != high
			d.seen[x.arg], d.high[x.arg] = true, high
		}
	}
}

// specified reports whether the order of the rules is libseccomp's on an ABI of
// so many bits.
func (d *orderDomain) specified(bits int) bool {
	unlike := d.unlike && bits == 64
	switch {
	case d.rules <= 1, !d.ordered && !d.not:
		return true
	case !d.several:
		return !unlike || !d.upper && !d.not
	case bits == 32 && !d.upper && !d.not:
		return true
	}
	return !d.severalOrdered && !d.not && !unlike
}

// reportDomain says for which calls the order of rules is ours, and for which
// ABIs the rest is.
func (r *resolver) reportDomain() {
	var ours []string
	for _, s := range r.abis {
		for _, n := range s.numbers {
			t := n.tree
			if t == nil || t.conflict || t.domain.specified(s.bits) {
				continue
			}
			last := &t.rules[len(t.rules)-1]
			r.remark(resolveUnspecifiedOrder, last.rule, -1, last.label(), s.arch)
		}
		if r.onlyConditional(s) {
			ours = append(ours, s.arch.String())
		}
	}
	if len(ours) > 0 {
		r.notes.add(r.doc.origin.at("syscalls"), resolveUnspecifiedABI, nil,
			"there are rules for names that %s lacks, and all rules for its own calls have conditions: what libseccomp makes of these is not specified there; this is ours", listNames(ours))
	}
}

// onlyConditional reports whether libseccomp doesn't specify what an ABI's rules
// do, for reasons that aren't in the rules: it has conditional rules only,
// besides some for names that it lacks. X86_64 and X32 alone are exempt.
func (r *resolver) onlyConditional(s *abiState) bool {
	if !s.lacking || len(s.numbers) == 0 {
		return false
	}
	if s.arch == arch.X86_64 && !slices.Contains(r.arches, arch.X32) ||
		s.arch == arch.X32 && !slices.Contains(r.arches, arch.X86_64) {
		return false
	}
	return !slices.ContainsFunc(s.numbers, func(n *callState) bool { return n.uncond >= 0 })
}
