package compile

import (
	"slices"
	"strconv"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// work is a filter in the making, which the passes hand on.
type work struct {
	builder
	options    *Options
	dispatches []dispatch // most frequent first
	laying     laying
	root       node
	code       []bpf.RawInstruction
}

// pass is a step from a plan to instructions.
type pass struct {
	// name is by which Options.Without leaves the pass out; "" marks one that
	// can't be.
	name string
	does string // what it does, for people to read
	run  func(*work)
}

// passes are in the order in which they run. Each of those with a name makes
// programs shorter or faster, and none changes what a program decides.
var passes = [...]pass{
	{"sharing", "equal decisions exist once, whatever calls they are for", func(w *work) { w.apart = false }},
	{"planning", "search by the cheapest tree of tests, not by halves", func(w *work) { w.planning = true }},
	{"equalities", "take out lone values by one test for equality", func(w *work) { w.equalities = true }},
	{"halves", "look at low halves first, as high ones are mostly 0, where no ABI shares their tests", (*work).halves},
	{"heaviest", "ask first for a value that makes up much of all calls", func(w *work) { w.heaviest = true }},
	{"neighbours", "make one interval of neighbouring numbers that are decided alike", func(w *work) { w.neighbours = true }},
	{"", "decide for each number as the rules are written", (*work).decisions},
	{"arguments", "look at each word of an argument once on any way, and search its values", (*work).arguments},
	{"weights", "expect calls as the weights say, and not all numbers alike", (*work).weigh},
	{"stretches", "search once among numbers that several audit architectures decide alike", (*work).stretches},
	{"", "search for numbers", (*work).dispatch},
	{"loads", "don't load what the accumulator holds", func(w *work) { w.laying.loads = true }},
	{"placement", "place the shorter branch first, and long ones behind the tests that choose between them", func(w *work) { w.laying.placement = true }},
	{"copies", "repeat a far return instead of jumping to it", func(w *work) { w.laying.copies = true }},
	{"", "lay out instructions", (*work).layout},
}

// Pass is a step that makes programs shorter or faster.
type Pass struct {
	Name string // for Options.Without
	Does string // what it does, in a few words
}

// Passes returns the passes that Options.Without can leave out, in the order in
// which they run.
func Passes() []Pass {
	var ps []Pass
	for i := range passes {
		if p := &passes[i]; p.name != "" {
			ps = append(ps, Pass{p.name, p.does})
		}
	}
	return ps
}

// PassError reports a name in Options.Without that no pass has.
type PassError struct{ Name string }

// Error returns the name.
func (e *PassError) Error() string { return "compile: there is no pass " + strconv.Quote(e.Name) }

// unknownPasses returns an error for each name in Without that no pass has.
func (o *Options) unknownPasses() (errs []error) {
next:
	for _, name := range o.Without {
		for i := range passes {
			if passes[i].name == name && name != "" {
				continue next
			}
		}
		errs = append(errs, &PassError{name})
	}
	return errs
}

// compile runs the passes on a plan.
func (p *plan) compile(o *Options) (*work, error) {
	w := &work{options: o}
	w.plan, w.dag = p, newDAG()
	w.apart, w.thorough = true, o.Exhaustive
	w.patient = o.Exhaustive || len(o.Weights) > 0
	w.hi, w.lo = halves(p.order)
	for i := range passes {
		if passes[i].name == "" || !slices.Contains(o.Without, passes[i].name) {
			passes[i].run(w)
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

// halves lets low halves come first, unless some ABIs have no high ones: these
// share what follows on a test of a high half.
func (w *work) halves() {
	bits := 0
	for i := range w.plan.abis {
		bits |= w.plan.abis[i].arch.Bits()
	}
	w.lowHalves = bits == 64
}

// arguments rebuilds the decisions on arguments.
func (w *work) arguments() {
	for i := range w.dispatches {
		d := &w.dispatches[i]
		for j := range d.numbers {
			d.numbers[j].node = w.organize(d.numbers[j].node)
		}
		if w.neighbours {
			d.numbers = mergeIntervals(d.numbers)
		}
	}
}

// stretches replaces intervals that the first audit architecture shares with
// another by one decision among them, where that is most of one. Both trees must
// then have a bound before it, which makes ways longer.
func (w *work) stretches() {
	for i := 1; i < len(w.dispatches); i++ {
		a, b := &w.dispatches[0], &w.dispatches[i]
		for {
			x, y, n := commonRun(a.numbers, b.numbers)
			if n < 2 || 2*n < min(len(a.numbers), len(b.numbers)) {
				break
			}
			is := slices.Clone(a.numbers[x : x+n])
			one := interval{first: is[0].first}
			other := one
			for j := range is {
				one.weight += is[j].weight
				other.weight += b.numbers[y+j].weight
				is[j].weight += b.numbers[y+j].weight
			}
			one.node = w.search(wordNr, is)
			other.node = one.node
			a.numbers = slices.Replace(a.numbers, x, x+n, one)
			b.numbers = slices.Replace(b.numbers, y, y+n, other)
		}
	}
}

// commonRun returns the longest run of intervals that two lists share: where it
// starts in each, and its length. Where its last interval ends doesn't matter.
func commonRun(a, b []interval) (x, y, n int) {
	run := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].first < b[j].first:
			i, run = i+1, 0
		case a[i].first > b[j].first:
			j, run = j+1, 0
		case a[i].node != b[j].node:
			i, j, run = i+1, j+1, 0
		default:
			i, j, run = i+1, j+1, run+1
			if run > n {
				x, y, n = i-run, j-run, run
			}
		}
	}
	return x, y, n
}

// dispatch makes the decision of the whole filter: by audit architecture, then
// by number, then by arguments.
func (w *work) dispatch() {
	w.root = w.leaf(w.plan.badArch)
	for i := range slices.Backward(w.dispatches) {
		d := &w.dispatches[i]
		w.root = w.decide(test{word: wordArch, op: opEq, mask: ^uint32(0), k: d.audit}, w.search(wordNr, d.numbers), w.root)
	}
}

func (w *work) layout() {
	var err error
	if w.code, err = emit(w.dag, w.root, w.laying); err != nil {
		w.errs = append(w.errs, err)
	}
}
