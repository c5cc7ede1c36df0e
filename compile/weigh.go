package compile

import (
	"math/bits"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

// weigh returns the decisions with the weights of all intervals: how often their calls
// are expected to run the filter.
func weigh(d *decisions, o *Options) *decisions {
	w := &weigher{d: d, weights: o.Weights, own: d.from.busiest(), caches: o.Target.Kernel.Compare(syscalls.Release{Major: 5, Minor: 11}) >= 0}
	base := uint64(0)
	for i := range d.from.abis {
		base += w.addExpected(d.from.abis[i].arch)
	}
	recorded := w.addRecorded(0, 0)
	shift := bits.Len64(recorded / recordedSum)
	for i := range d.tables {
		for j := range d.tables[i].is {
			d.tables[i].is[j].Weight *= max(recorded>>shift, 1)
		}
	}
	w.addRecorded(shift, recordedShare*base)
	orderTables(d.tables)
	return d
}

// weigher adds weights to the intervals of decisions.
type weigher struct {
	d       *decisions
	weights Weights
	own     arch.Arch // through which most calls are expected
	caches  bool      // the kernel answers calls that are always allowed itself
}

// addExpected adds the weights of an ABI's calls with a name, and returns their sum.
func (w *weigher) addExpected(a arch.Arch) (sum uint64) {
	return weighNames(w.d.table(a).is, a, func(n node) uint64 { return w.expected(n, a) })
}

// weighNames adds what an ABI's calls with a name weigh, each by its decision, to the
// intervals that they are in, and returns the sum.
func weighNames(is []interval, a arch.Arch, weight func(node) uint64) (sum uint64) {
	each := weight(is[0].Node)
	syscalls.All(a)(func(nr uint32, _ string) bool { // numbers ascend, as the intervals do
		for nr > is[0].Last {
			is = is[1:]
			each = weight(is[0].Node)
		}
		is[0].Weight += each
		sum += each
		return true
	})
	return sum
}

// expected returns what a call weighs that is decided so.
func (w *weigher) expected(n node, a arch.Arch) uint64 {
	weight := uint64(weightRefused)
	switch d := w.d.graph.At(n); {
	case !d.IsLeaf():
		weight = weightChecked
	case d.Test.K == retAllow:
		weight = weightAllowed
	}
	if a == w.own {
		weight *= weightOwn
	}
	return weight
}

// Recorded calls count up to maxCalls each. They are scaled to a sum below
// recordedSum, so that weights fit 64 bits; each still counts 1 at least.
const (
	maxCalls    = 1 << 40
	recordedSum = 1 << 30
)

// addRecorded returns how many of the recorded calls run the filter. It adds the number
// of each, shifted, times the factor, to its interval.
func (w *weigher) addRecorded(shift int, factor uint64) (sum uint64) {
	for i := range w.weights {
		a, nr, ok := w.weights[i].number(w.own)
		if !ok || !w.d.from.covers(a) {
			continue
		}
		is := w.d.table(a).is
		for nr > is[0].Last {
			is = is[1:]
		}
		// A call that is always allowed runs the filter once, when it is installed.
		if d := w.d.graph.At(is[0].Node); w.caches && d.IsLeaf() && d.Test.K == retAllow && caches(a, nr) {
			continue
		}
		n := min(w.weights[i].Calls, maxCalls)
		sum += n
		is[0].Weight += max(n>>shift, 1) * factor
	}
	return sum
}

// orderTables puts the audit architecture first that most calls go through.
func orderTables(ts []table) {
	for i := range ts {
		for j := range ts[i].is {
			ts[i].weight += ts[i].is[j].Weight
		}
		for ; i > 0 && ts[i-1].weight < ts[i].weight; i-- {
			ts[i-1], ts[i] = ts[i], ts[i-1]
		}
	}
}
