package compile

import (
	"cmp"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
)

const (
	wordNr   = cbpf.OffNr / 4
	wordArch = cbpf.OffArch / 4
	wordIP   = cbpf.OffIP / 4
	wordArgs = cbpf.OffArgs / 4
)

// dispatch is the decisions for all numbers of an audit architecture, by
// ascending number.
type dispatch struct {
	audit   uint32
	numbers []interval
	weight  uint64 // of the calls through it
}

// decideAll makes the decisions for all audit architectures, as the rules are
// written.
func (w *work) decideAll() {
	for i := range w.plan.abis {
		if a := w.plan.abis[i].arch; w.dispatchOf(a) == nil {
			w.dispatches = append(w.dispatches, dispatch{audit: a.Audit(), numbers: w.numbers(a.Audit())})
		}
	}
}

// dispatchOf returns the decisions for an ABI's numbers, if they were made.
//
//go:noinline
func (w *work) dispatchOf(a arch.Arch) *dispatch {
	for i := range w.dispatches {
		if w.dispatches[i].audit == a.Audit() {
			return &w.dispatches[i]
		}
	}
	return nil
}

// numbers returns the decisions for all numbers of an audit architecture.
func (b *work) numbers(audit uint32) []interval {
	is := make([]interval, 0, 128)
	for _, r := range regions(b.plan, audit) {
		if r.abi == nil {
			is = b.interval(is, r.first, b.leaf(b.plan.badArch))
		} else {
			is = b.region(is, r)
		}
	}
	return is
}

// region is a range of numbers that belong to one ABI; nil is one that the
// filter doesn't cover.
type region struct {
	first, last uint32
	abi         *abiPlan
}

const (
	x32Bit  = 0x40000000
	skipped = 0xffffffff // -1, a call that a tracer skips
)

// regions divides the numbers of an audit architecture among its ABIs.
func regions(p *plan, audit uint32) []region {
	// X32 sorts after X86_64 and is the only ABI that shares a value.
	var own, x32 *abiPlan
	for i := range p.abis {
		switch ap := &p.abis[i]; {
		case ap.arch == arch.X32:
			x32 = ap
		case ap.arch.Audit() == audit:
			own = ap
		}
	}
	if audit != arch.X86_64.Audit() {
		return []region{{0, skipped, own}}
	}
	return []region{
		{0, x32Bit - 1, own},
		{x32Bit, skipped - 1, x32},
		{skipped, skipped, cmp.Or(own, x32)},
	}
}

// region appends the decisions for the numbers of r.
func (b *work) region(is []interval, r region) []interval {
	var active []use // that reach the current number, by rule
	uses := r.abi.uses
	for at := uint64(r.first); at <= uint64(r.last) && !b.full; {
		if len(active) == 0 && b.plain(r.abi, uses, uint32(at)) { // as most are
			b.charge(int(uses[0].rule))
			is = b.interval(is, uint32(at), b.again(uses[0].ret))
			uses = uses[1:]
			at++
			continue
		}
		active = reaching(active, uint32(at))
		for ; len(uses) > 0 && uint64(uses[0].first) <= at; uses = uses[1:] {
			if uint64(uses[0].last) >= at {
				active = insert(active, uses[0])
			}
		}
		next := uint64(r.last) + 1
		if len(uses) > 0 {
			next = min(next, uint64(uses[0].first))
		}
		for i := range active {
			next = min(next, uint64(active[i].last)+1)
		}
		if len(active) > 0 {
			b.charge(int(active[0].rule))
		}
		is = b.interval(is, uint32(at), b.number(r.abi, uint32(at), active))
		at = next
	}
	return is
}

// interval appends an interval, unless it continues the last one.
//
//go:noinline
func (b *work) interval(is []interval, first uint32, n node) []interval {
	if k := len(is); b.has(PassNeighbours) && k > 0 && is[k-1].node == n {
		return is
	}
	return append(is, interval{first: first, node: n})
}

// plain reports whether a number is claimed by the first of these uses alone,
// without a condition.
func (b *work) plain(ap *abiPlan, uses []use, nr uint32) bool {
	if len(uses) == 0 || uses[0].first != nr || uses[0].last != nr || len(uses) > 1 && uses[1].first == nr {
		return false
	}
	for i := range ap.muxes {
		if ap.muxes[i].nr == nr {
			return false
		}
	}
	return b.plan.rules[uses[0].rule].If == nil
}

// reaching returns the uses that reach a number, in place.
//
//go:noinline
func reaching(active []use, nr uint32) []use {
	kept := active[:0]
	for i := range active {
		if active[i].last >= nr {
			kept = append(kept, active[i])
		}
	}
	return kept
}

// insert adds a use by its rule's place.
func insert(active []use, u use) []use {
	active = append(active, u)
	i := len(active) - 1
	for ; i > 0 && active[i-1].rule > u.rule; i-- {
		active[i] = active[i-1]
	}
	active[i] = u
	return active
}

// number returns the decision for one number that these uses claim.
func (b *work) number(ap *abiPlan, nr uint32, uses []use) node {
	for _, m := range ap.muxes {
		if m.nr == nr {
			return b.multiplexed(ap, m, uses)
		}
	}
	return b.rules(ap, uses)
}

// rules returns the decision of the first of these uses that matches, or of
// the default. A use that is muxed may match or not.
func (b *work) rules(ap *abiPlan, uses []use) node {
	ret := ap.def
	for i := range uses {
		if b.plan.rules[uses[i].rule].If == nil {
			ret = uses[i].ret
			uses = uses[:i] // nothing after it is reached
			break
		}
	}
	n := b.again(ret)
	for i := len(uses) - 1; i >= 0; i-- {
		u := uses[i]
		b.rule = int(u.rule)
		rule := &b.plan.rules[u.rule]
		if u.muxed {
			n = b.mapLeaves(n, func(ret uint32) uint32 { return stricter(u.ret, ret) })
			continue
		}
		at := place{arch: ap.arch, rule: int(u.rule)}
		if u.name >= 0 {
			at.name = rule.Syscalls[u.name]
		}
		n = b.cond(rule.If, at, b.leaf(u.ret), n)
	}
	b.rule = -1
	return n
}

// again returns a leaf that is likely the one that was asked for last.
func (b *work) again(ret uint32) node {
	if int(b.last) >= len(b.nodes) || b.nodes[b.last].test != (test{op: opRet, k: ret}) {
		b.last = b.leaf(ret)
	}
	return b.last
}

// stricter returns the return value that the kernel would heed of two filters,
// and the first of equal actions.
func stricter(x, y uint32) uint32 {
	if profile.ActionOf(y).Kind() < profile.ActionOf(x).Kind() {
		return y
	}
	return x
}

// multiplexed returns the decision for socketcall or ipc: by the sub-call that
// the first argument selects.
func (b *work) multiplexed(ap *abiPlan, m mux, uses []use) node {
	of := func(call uint32, known bool) []use {
		var us []use
		for _, u := range uses {
			if !u.muxed || known && u.call == call {
				u.addTo(&us)
			}
		}
		return us
	}
	n := b.rules(ap, of(0, false))
	var calls list
	for _, u := range uses {
		if u.muxed {
			calls.add(uint64(u.call))
		}
	}
	calls.set()
	for i := len(calls) - 1; i >= 0; i-- {
		t := test{word: uint8(wordArgs + b.lo), op: opEq, mask: m.bits, k: uint32(calls[i])}
		n = b.decide(t, b.rules(ap, of(t.k, true)), n)
	}
	return n
}
