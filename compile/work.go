package compile

import (
	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/syscalls"
)

// work is a filter in the making, which the stages hand on. It is one type, and
// embeds no others than these: each type that has others' methods is described
// with all of them in every program.
type work struct {
	*dag
	Passes
	weights    Weights
	own        arch.Arch        // through which most calls are expected
	kernel     syscalls.Release // of the target
	plan       *plan
	hi, lo     int // places of the halves of a 64-bit field
	errs       []error
	dispatches []dispatch // most frequent first
	root       node
	code       []bpf.RawInstruction
	last       node // the last leaf asked for

	// For search trees: patient plans for more spans at once; exhaustive, where
	// it isn't nil, looks for something cheaper than what was found.
	patient    bool
	exhaustive func(*work, []span, node, uint32) (node, uint32)
	word       uint8
	fee        uint32 // what a test costs by being there
	limit      int    // of the spans for which a plan is made
	long       bool   // the code of all spans is long
	spans      []span
	// The plan of n spans: by first and last, what the cheapest tree costs, and
	// the span before which a bound divides best.
	n      int
	costs  []uint32
	cuts   []int16
	sums   []uint32               // of the weights before each span
	chains [][maxAmong + 1]uint32 // by first span and distance of the last one

	// For decisions on arguments: lowHalves is whether low halves may be looked at
	// first at all, and order is 1 where those of all fields are looked at before
	// any high half; else fields are looked at one by one, the high half first.
	lowHalves bool
	order     int
	done      [][2]node // by node and order, what the node became, plus one
	memo      []node    // by node, the result of the walk whose turn is in stamp
	stamp     []int32
	turn      int32
	left      int    // how many more steps may be taken for one number
	tests     []test // of the word that is surveyed
}

// stages are what makes a program of a plan, in this order. A stage that is a
// pass as a whole is left out with it; other passes are for the stages to ask for.
var stages = [...]struct {
	pass Passes
	run  func(*work)
}{
	{0, (*work).decideAll},
	{PassArguments, (*work).arguments},
	{PassWeights, (*work).weigh},
	{PassStretches, (*work).stretches},
	{0, (*work).dispatch},
	{0, (*work).layout},
}

// compile runs the stages on a plan.
func (p *plan) compile(o *Options) (*work, error) {
	w := &work{dag: newDAG(), Passes: AllPasses &^ o.Without, plan: p,
		weights: o.Weights, own: p.own(o.Target), kernel: o.Target.Kernel, exhaustive: o.Effort.exhaustive}
	for i := range o.Weights {
		if err := unknown(o.Weights[i].Syscall); err != nil {
			w.errs = append(w.errs, &wrapped{"compile: weights: ", err})
		}
	}
	w.apart = !w.has(PassSharing)
	w.patient = w.exhaustive != nil || len(o.Weights) > 0
	w.hi, w.lo = halves(p.order)
	for i := range stages {
		if s := &stages[i]; w.has(s.pass) {
			s.run(w)
		}
		if w.full {
			w.errs = append(w.errs, tooLong(cbpf.MaxInsns+1, w.dag))
		}
		if len(w.errs) > 0 {
			return nil, joined(w.errs)
		}
	}
	return w, nil
}

// arguments rebuilds the decisions on arguments.
func (w *work) arguments() {
	// Low halves can come first, unless some ABIs have no high ones: these share
	// what follows on a test of a high half.
	bits := 0
	for i := range w.plan.abis {
		bits |= w.plan.abis[i].arch.Bits()
	}
	w.lowHalves = w.has(PassHalves) && bits == 64
	for i := range w.dispatches {
		d := &w.dispatches[i]
		for j := range d.numbers {
			d.numbers[j].node = w.organize(d.numbers[j].node)
		}
		if w.has(PassNeighbours) {
			d.numbers = mergeIntervals(d.numbers)
		}
	}
}

// stretches replaces the last intervals that the first audit architecture shares
// with another, if they are most of one, by one decision among them. Both trees
// must then have a bound before it, which makes ways longer.
func (w *work) stretches() {
	for i := 1; i < len(w.dispatches); i++ {
		a, b := &w.dispatches[0], &w.dispatches[i]
		x, y := len(a.numbers), len(b.numbers)
		all := min(x, y)
		for x > 0 && y > 0 && a.numbers[x-1].first == b.numbers[y-1].first && a.numbers[x-1].node == b.numbers[y-1].node {
			x, y = x-1, y-1
		}
		if n := len(a.numbers) - x; n < 2 || 2*n < all {
			continue
		}
		one := interval{first: a.numbers[x].first}
		for j := range a.numbers[x:] {
			a.numbers[x+j].weight += b.numbers[y+j].weight
			one.weight += a.numbers[x+j].weight
		}
		one.node = w.search(wordNr, a.numbers[x:])
		a.numbers, b.numbers = append(a.numbers[:x], one), append(b.numbers[:y], one)
	}
}

// dispatch makes the decision of the whole filter: by audit architecture, then
// by number, then by arguments.
func (w *work) dispatch() {
	w.root = w.leaf(w.plan.badArch)
	for i := len(w.dispatches) - 1; i >= 0; i-- {
		d := &w.dispatches[i]
		w.root = w.decide(test{word: wordArch, op: opEq, mask: ^uint32(0), k: d.audit}, w.search(wordNr, d.numbers), w.root)
	}
}

func (w *work) layout() {
	var err error
	if w.code, err = emit(w.dag, w.root, w.Passes); err != nil {
		w.errs = append(w.errs, err)
	}
}
