package profile

// domain is what decides whether libseccomp specifies the order of the
// conditional rules of a number, as far as Document.Profile says.
type domain struct {
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
func (d *domain) add(c conj) {
	d.rules++
	several := len(c) > 1
	d.several = d.several || several
	for _, x := range c {
		switch x.op {
		case OpNotEqual:
			d.not = true
			d.severalNot = d.severalNot || several
		case OpLess, OpLessEqual, OpGreater, OpGreaterEqual:
			d.ordered = true
			d.severalOrdered = d.severalOrdered || several
			if x.op == OpLess || x.op == OpLessEqual {
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
func (d *domain) specified(bits int) bool {
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

// reportDomain says for which calls the order of rules is ours.
func (r *resolver) reportDomain() {
	for _, s := range r.abis {
		for _, n := range s.numbers {
			t := n.tree
			if t == nil || t.conflict || t.domain.specified(s.bits) {
				continue
			}
			last := &t.rules[len(t.rules)-1]
			r.remark(resolveUnspecifiedOrder, last.rule, -1, last.label(), s.arch)
		}
	}
}
