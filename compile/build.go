package compile

import (
	"cmp"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

const (
	wordNr   = cbpf.OffNr / 4
	wordArch = cbpf.OffArch / 4
	wordIP   = cbpf.OffIP / 4
	wordArgs = cbpf.OffArgs / 4
)

// builder makes a plan's decision DAG.
type builder struct {
	organizer
	plan *plan
	lo   int // place of the low half of a 64-bit field, as hi is of the high
	errs []error
}

// build returns the decision that a filter makes by this plan: by audit
// architecture, then by number, then by arguments.
func build(g *dag, p *plan) (node, error) {
	hi, lo := halves(p.order)
	b := &builder{organizer: organizer{dag: g, hi: hi, done: make(map[node]node)}, plan: p, lo: lo}
	root := b.leaf(p.badArch)
	var done []uint32
	for i := len(p.abis) - 1; i >= 0; i-- {
		audit := p.abis[i].arch.Audit()
		if slices.Contains(done, audit) {
			continue
		}
		done = append(done, audit)
		byNr := b.search(wordNr, b.numbers(p, audit))
		root = b.decide(test{word: wordArch, op: opEq, mask: ^uint32(0), k: audit}, byNr, root)
	}
	if g.full {
		b.errs = append(b.errs, tooLong(cbpf.MaxInsns+1, g))
	}
	return root, joined(b.errs)
}

// numbers returns the decisions for all numbers of an audit architecture, by
// ascending number and without equal neighbours.
func (b *builder) numbers(p *plan, audit uint32) []interval {
	var is []interval
	for _, r := range regions(p, audit) {
		if r.abi == nil {
			is = append(is, interval{first: r.first, node: b.leaf(p.badArch)})
			continue
		}
		from := len(is)
		is = b.region(is, r)
		if r.first < skipped && from < len(is) { // it isn't once b is full
			weigh(is[from:], r.abi.arch)
		}
	}
	return mergeIntervals(is)
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
func (b *builder) region(is []interval, r region) []interval {
	var active []use // that reach the current number, by rule
	uses := r.abi.uses
	for at := uint64(r.first); at <= uint64(r.last) && !b.full; {
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
		for _, u := range active {
			next = min(next, uint64(u.last)+1)
		}
		if len(active) > 0 {
			b.charge(int(active[0].rule))
		}
		n := b.organize(b.number(r.abi, uint32(at), active))
		is = append(is, interval{first: uint32(at), node: n})
		at = next
	}
	return is
}

// reaching returns the uses that reach a number, in place.
func reaching(active []use, nr uint32) []use {
	kept := active[:0]
	for _, u := range active {
		if u.last >= nr {
			kept = append(kept, u)
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
func (b *builder) number(ap *abiPlan, nr uint32, uses []use) node {
	for _, m := range ap.muxes {
		if m.nr == nr {
			return b.multiplexed(ap, m, uses)
		}
	}
	return b.rules(ap, uses)
}

// rules returns the decision of the first of these uses that matches, or of
// the default. A use that is muxed may match or not.
func (b *builder) rules(ap *abiPlan, uses []use) node {
	for i, u := range uses {
		if b.plan.rules[u.rule].If == nil {
			uses = uses[:i+1] // nothing after it is reached
			break
		}
	}
	n := b.leaf(ap.def)
	for i := len(uses) - 1; i >= 0; i-- {
		u := uses[i]
		b.rule = int(u.rule)
		rule := &b.plan.rules[u.rule]
		switch yes := b.leaf(u.ret); {
		case rule.If == nil:
			n = yes
		case u.muxed:
			n = b.mapLeaves(n, func(ret uint32) uint32 { return stricter(u.ret, ret) })
		default:
			at := place{arch: ap.arch, rule: int(u.rule)}
			if u.name >= 0 {
				at.name = rule.Syscalls[u.name]
			}
			n = b.cond(rule.If, at, yes, n)
		}
	}
	b.rule = -1
	return n
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
func (b *builder) multiplexed(ap *abiPlan, m mux, uses []use) node {
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

// weigh gives intervals their weights: how many calls of the ABI with a name
// they hold. How often a number is called is taken to be the same for all of
// them, and other numbers not to be called.
func weigh(is []interval, a arch.Arch) {
	for nr := range syscalls.All(a) {
		for len(is) > 1 && is[1].first <= nr {
			is = is[1:]
		}
		is[0].weight++
	}
}
