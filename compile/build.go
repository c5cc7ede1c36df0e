package compile

import (
	"cmp"
	"errors"
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
	lo   int // place of the low half of a 64-bit field, as hi is of the high
	errs []error
}

// build returns the decision that a filter makes by this plan: by audit
// architecture, then by number, then by arguments.
func build(g *dag, p *plan) (node, error) {
	hi, lo := halves(p.order)
	b := &builder{organizer: organizer{dag: g, hi: hi, done: make(map[node]node)}, lo: lo}
	root := b.leaf(p.badArch)
	done := make(map[uint32]bool)
	for i := len(p.abis) - 1; i >= 0; i-- {
		audit := p.abis[i].arch.Audit()
		if done[audit] {
			continue
		}
		done[audit] = true
		byNr := b.search(wordNr, b.numbers(p, audit))
		root = b.decide(test{word: wordArch, op: opEq, mask: ^uint32(0), k: audit}, byNr, root)
	}
	if g.full {
		b.errs = append(b.errs, tooLong(cbpf.MaxInsns+1, g))
	}
	return root, errors.Join(b.errs...)
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
		is = b.region(is, r)
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
	find := func(a arch.Arch) *abiPlan {
		i := slices.IndexFunc(p.abis, func(ap abiPlan) bool { return ap.arch == a })
		if i < 0 {
			return nil
		}
		return &p.abis[i]
	}
	if audit != arch.X86_64.Audit() {
		i := slices.IndexFunc(p.abis, func(ap abiPlan) bool { return ap.arch.Audit() == audit })
		return []region{{0, skipped, &p.abis[i]}}
	}
	x64, x32 := find(arch.X86_64), find(arch.X32)
	return []region{
		{0, x32Bit - 1, x64},
		{x32Bit, skipped - 1, x32},
		{skipped, skipped, cmp.Or(x64, x32)},
	}
}

// region appends the decisions for the numbers of r.
func (b *builder) region(is []interval, r region) []interval {
	var active []use // that reach the current number, by rule
	uses := r.abi.uses
	for at := uint64(r.first); at <= uint64(r.last); {
		for len(uses) > 0 && uint64(uses[0].first) <= at {
			if uint64(uses[0].last) >= at {
				i, _ := slices.BinarySearchFunc(active, uses[0], func(x, y use) int { return cmp.Compare(x.rule, y.rule) })
				active = slices.Insert(active, i, uses[0])
			}
			uses = uses[1:]
		}
		active = slices.DeleteFunc(active, func(u use) bool { return uint64(u.last) < at })
		n := b.organize(b.number(r.abi, uint32(at), active))
		next := uint64(r.last) + 1
		if len(uses) > 0 {
			next = min(next, uint64(uses[0].first))
		}
		for _, u := range active {
			next = min(next, uint64(u.last)+1)
		}
		is = append(is, interval{uint32(at), n, known(r.abi.arch, uint32(at), uint32(next-1))})
		if b.full {
			break
		}
		at = next
	}
	return is
}

// number returns the decision for one number that these uses claim.
func (b *builder) number(ap *abiPlan, nr uint32, uses []use) node {
	i := slices.IndexFunc(ap.muxes, func(m mux) bool { return m.nr == nr })
	if i < 0 {
		return b.rules(ap, uses)
	}
	return b.multiplexed(ap, ap.muxes[i], uses)
}

// rules returns the decision of the first of these uses that matches, or of
// the default. A use that is muxed may match or not.
func (b *builder) rules(ap *abiPlan, uses []use) node {
	last := slices.IndexFunc(uses, func(u use) bool { return u.cond == nil })
	if last >= 0 {
		uses = uses[:last+1]
	}
	n := b.leaf(ap.def)
	for _, u := range slices.Backward(uses) {
		b.rule = u.rule
		switch yes := b.leaf(u.ret); {
		case u.cond == nil:
			n = yes
		case u.muxed:
			n = b.mapLeaves(n, func(ret uint32) uint32 { return stricter(u.ret, ret) })
		default:
			n = b.cond(u.cond, place{ap.arch, u.name, u.rule}, yes, n)
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
				us = append(us, u)
			}
		}
		return us
	}
	n := b.rules(ap, of(0, false))
	var calls []uint32
	for _, u := range uses {
		if u.muxed {
			calls = append(calls, u.call)
		}
	}
	slices.Sort(calls)
	for _, c := range slices.Backward(slices.Compact(calls)) {
		t := test{word: uint8(wordArgs + b.lo), op: opEq, mask: m.bits, k: c}
		n = b.decide(t, b.rules(ap, of(c, true)), n)
	}
	return n
}

// known counts the calls that have a name among the numbers first to last: how
// often a number is called is taken to be the same for all of them, and other
// numbers not to be called.
func known(a arch.Arch, first, last uint32) float32 {
	n := 0
	for nr := first; nr-first < maxCalls; nr++ {
		if _, ok := syscalls.Name(a, nr); ok {
			n++
		}
		if nr == last {
			break
		}
	}
	return float32(n)
}

// maxCalls is more than any ABI has system calls.
const maxCalls = 1 << 10
