package oci

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
)

// libseccomp doesn't specify what every document means. The domains here are what
// it does specify, see [Document.Resolve]. Outside of them resolving notes that
// the result is ours, and writing looks for another form, or fails.

// callDomain decides whether libseccomp specifies the order of the conditional
// rules of one call.
type callDomain struct {
	rules   int
	several bool // some rule has several conditions
	ordered bool // some rule has an ordered comparison: LT, LE, GT or GE
	upper   bool // LT or LE
	not     bool // NE
	// severalOrdered is a rule that has several conditions, one of them ordered.
	severalOrdered bool
	high           [6]uint32 // upper half of the ordered values, by argument
	seen           [6]bool
	unlike         bool // they have several upper halves on one argument
}

// add adds a conditional rule.
func (d *callDomain) add(c conjunction) {
	d.rules++
	several := len(c) > 1
	d.several = d.several || several
	for _, t := range c {
		switch t.Op {
		case profile.OpNotEqual:
			d.not = true
		case profile.OpLess, profile.OpLessEqual, profile.OpGreater, profile.OpGreaterEqual:
			d.ordered = true
			d.severalOrdered = d.severalOrdered || several
			d.upper = d.upper || t.Op == profile.OpLess || t.Op == profile.OpLessEqual
			high := uint32(t.Value >> 32)
			d.unlike = d.unlike || d.seen[t.Field] && d.high[t.Field] != high
			d.seen[t.Field], d.high[t.Field] = true, high
		}
	}
}

// specified reports whether the order of the rules is libseccomp's on an ABI of
// so many bits.
func (d *callDomain) specified(bits int) bool {
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

// abiDomain decides whether libseccomp specifies what the rules of one ABI do, for
// reasons that aren't in the rules.
type abiDomain struct {
	lacking       string // some name with rules that the ABI has no number for
	conditional   bool   // a call of its own has rules
	unconditional bool   // one of these is unconditional
}

// specified reports whether it does, in a filter for these ABIs: not where all
// rules of the ABI's own calls have conditions, beside some for names that it
// lacks. X86_64 without X32, and the reverse, are exempt.
func (d *abiDomain) specified(a arch.Arch, in []arch.Arch) bool {
	if a == arch.X86_64 && !slices.Contains(in, arch.X32) || a == arch.X32 && !slices.Contains(in, arch.X86_64) {
		return true
	}
	return d.lacking == "" || !d.conditional || d.unconditional
}

// reportUnspecified reports the calls, and the ABIs, for which the result is ours.
func (r *resolver) reportUnspecified() {
	var ours []string
	for _, s := range r.abis {
		for _, c := range s.calls {
			t := c.tree
			if t == nil || t.conflict || t.domain.specified(s.bits) {
				continue
			}
			last := &t.rules[len(t.rules)-1]
			r.reportRule(idUnspecifiedOrder, last.rule, -1, last.label(), s.arch)
		}
		if !s.domain.specified(s.arch, r.arches) {
			ours = append(ours, s.arch.String())
		}
	}
	if len(ours) > 0 {
		r.report.note(r.doc.position.at("syscalls"), idUnspecifiedABI,
			"there are rules for names that %s lacks, and all rules for its own calls have conditions: what libseccomp makes of these is not specified there; this is ours", listNames(ours))
	}
}
