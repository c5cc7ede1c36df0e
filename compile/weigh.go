package compile

import (
	"math"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

// What a call with a name weighs by its decision, where nothing is recorded.
// docs/performance.md has the reasons.
const (
	weightAllowed = 5
	weightRefused = 8
	weightChecked = 10
	// weightOwn is how many times as much a call of the target's own ABI weighs.
	weightOwn = 64
	// recordedShare is how many times as much all recorded calls weigh as what
	// isn't recorded.
	recordedShare = 32
)

// weigh gives intervals their weights: how often a number in them is expected to
// pass the filter. The kernel remembers calls that are always allowed, from Linux
// 5.11 on, and then shows them to the filter once, when it is installed.
func (w *work) weigh() {
	own := w.plan.own(w.options.Target)
	base, recorded := uint64(0), uint64(0)
	lists := make([]list, len(w.plan.abis))
	for i := range w.plan.abis {
		a := w.plan.abis[i].arch
		is := w.numbersOf(a)
		base += w.weighNames(is, a, a == own)
		lists[i] = w.options.Weights.byNumber(a, own)
		recorded += w.record(is, lists[i], a, 0)
	}
	for i := range w.dispatches {
		for j := range w.dispatches[i].numbers {
			w.dispatches[i].numbers[j].weight *= max(recorded, 1)
		}
	}
	for i := range w.plan.abis {
		a := w.plan.abis[i].arch
		w.record(w.numbersOf(a), lists[i], a, recordedShare*base)
	}
	w.sortDispatches()
}

// sortDispatches puts the audit architecture first that most calls go through.
func (w *work) sortDispatches() {
	for i := range w.dispatches {
		d := &w.dispatches[i]
		for j := range d.numbers {
			d.weight += d.numbers[j].weight
		}
		for ; i > 0 && w.dispatches[i-1].weight < w.dispatches[i].weight; i-- {
			w.dispatches[i-1], w.dispatches[i] = w.dispatches[i], w.dispatches[i-1]
		}
	}
}

// numbersOf returns the intervals among which an ABI's numbers are.
func (w *work) numbersOf(a arch.Arch) []interval {
	for i := range w.dispatches {
		if w.dispatches[i].audit == a.Audit() {
			return w.dispatches[i].numbers
		}
	}
	return nil
}

// own returns the ABI through which most calls are expected.
func (p *plan) own(t Target) arch.Arch {
	for i := range p.abis {
		if p.abis[i].arch == t.Arch {
			return t.Arch
		}
	}
	return p.abis[0].arch
}

// weighNames adds the weights of an ABI's calls to the intervals that hold them,
// and returns their sum.
func (w *work) weighNames(is []interval, a arch.Arch, own bool) (sum uint64) {
	factor := uint64(1)
	if own {
		factor = weightOwn
	}
	var at, next uint32 // the interval, and where the following starts
	each := uint64(0)   // what a call in it weighs
	for nr := range syscalls.All(a) {
		if nr >= next {
			for int(at)+1 < len(is) && is[at+1].first <= nr {
				at++
			}
			next = math.MaxUint32
			if int(at)+1 < len(is) {
				next = is[at+1].first
			}
			each = factor * w.weightOf(is[at].node)
		}
		is[at].weight += each
		sum += each
	}
	return sum
}

// weightOf is what a call with a name weighs that is decided so.
func (w *work) weightOf(n node) uint64 {
	switch d := &w.nodes[n]; {
	case d.op != opRet:
		return weightChecked
	case d.k == retAllow:
		return weightAllowed
	}
	return weightRefused
}

// record adds the recorded weights of calls that come as far as to the filter to
// the intervals, times a factor, and returns their sum. All of them together are
// below 1<<31, which leaves room for the factor.
func (w *work) record(is []interval, calls list, a arch.Arch, factor uint64) (sum uint64) {
	remembers := w.options.Target.Kernel.Compare(syscalls.Release{Major: 5, Minor: 11}) >= 0
	for _, c := range calls {
		for len(is) > 1 && is[1].first <= uint32(c>>32) {
			is = is[1:]
		}
		if d := &w.nodes[is[0].node]; remembers && d.op == opRet && d.k == retAllow && caches(a, uint32(c>>32)) {
			continue
		}
		sum += uint64(uint32(c))
		is[0].weight += uint64(uint32(c)) * factor
	}
	return sum
}
