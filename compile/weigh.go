package compile

import (
	"math"
	"math/bits"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

// What a call with a name weighs by its decision, where nothing is recorded.
// docs/performance.md has the reasons.
const (
	weightAllowed = 6
	weightRefused = 7
	weightChecked = 18
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
	base := uint64(0)
	for i := range w.plan.abis {
		a := w.plan.abis[i].arch
		base += w.weighNames(w.dispatchOf(a).numbers, a, a == w.own)
	}
	recorded := w.record(0, 0)
	shift := bits.Len64(recorded / recordedSum)
	for i := range w.dispatches {
		for j := range w.dispatches[i].numbers {
			w.dispatches[i].numbers[j].weight *= max(recorded>>shift, 1)
		}
	}
	w.record(shift, recordedShare*base)
	// The audit architecture comes first that most calls go through.
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

// own returns the ABI through which most calls are expected.
func (p *plan) own(t Target) arch.Arch {
	if p.covers(t.Arch) {
		return t.Arch
	}
	return p.abis[0].arch
}

func (p *plan) covers(a arch.Arch) bool {
	for i := range p.abis {
		if p.abis[i].arch == a {
			return true
		}
	}
	return false
}

// weighNames adds the weights of an ABI's calls to the intervals that hold them,
// and returns their sum.
func (w *work) weighNames(is []interval, a arch.Arch, own bool) (sum uint64) {
	at, next, each := -1, uint32(0), uint64(0)       // the interval, where it ends, and what a call in it weighs
	syscalls.All(a)(func(nr uint32, _ string) bool { // without range, which is more code
		for nr >= next && at+1 < len(is) {
			at++
			each = w.weightOf(is[at].node, own)
			next = math.MaxUint32
			if at+1 < len(is) {
				next = is[at+1].first
			}
		}
		is[at].weight += each
		sum += each
		return true
	})
	return sum
}

// weightOf is what a call with a name weighs that is decided so.
func (w *work) weightOf(n node, own bool) uint64 {
	weight := uint64(weightRefused)
	switch d := &w.nodes[n]; {
	case d.op != opRet:
		weight = weightChecked
	case d.k == retAllow:
		weight = weightAllowed
	}
	if own {
		weight *= weightOwn
	}
	return weight
}

// Recorded numbers of calls count up to maxCalls, and are scaled so that all of
// them together are below recordedSum, but for those that are 1 at least.
const (
	maxCalls    = 1 << 40
	recordedSum = 1 << 30
)

// record returns how many calls were recorded of those that come as far as to the
// filter. To the intervals it adds their numbers, shifted, times a factor.
func (w *work) record(shift int, factor uint64) (sum uint64) {
	remembers := w.kernel.Compare(syscalls.Release{Major: 5, Minor: 11}) >= 0
	for i := range w.weights {
		e := &w.weights[i]
		a := e.Arch
		if a == 0 {
			a = w.own
		}
		nr, ok := numberOf(a, e.Syscall)
		if !ok || e.Calls == 0 || !w.plan.covers(a) {
			continue
		}
		is := w.dispatchOf(a).numbers
		for len(is) > 1 && is[1].first <= nr {
			is = is[1:]
		}
		if d := &w.nodes[is[0].node]; remembers && d.op == opRet && d.k == retAllow && caches(a, nr) {
			continue
		}
		n := min(e.Calls, maxCalls)
		sum += n
		is[0].weight += max(n>>shift, 1) * factor
	}
	return sum
}
