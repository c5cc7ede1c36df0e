package compile

import (
	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/layout"
	"github.com/portcullis-go/portcullis/internal/search"
	"github.com/portcullis-go/portcullis/profile"
)

// Options say how a profile is compiled. The zero value is what most programs want.
type Options struct {
	// Target is the machine that the filter is for.
	Target Target
	// Weights say how often the program makes which calls; nil if that isn't known.
	// They make the filter faster for the program that was recorded, perhaps slower
	// for others, and never change a verdict.
	Weights Weights
	// Effort is how long to look for short paths; see [Exhaustive].
	Effort Effort
	// NoOptimize leaves out everything that makes programs shorter or faster, and
	// changes no verdict. It is for reading what a profile becomes, rule by rule.
	NoOptimize bool
	// SkipProof leaves out the proof that the program decides as the profile says. It
	// is for programs whose tests prove the same profiles.
	SkipProof bool

	without passes // that tests leave out
}

func (o *Options) passes() passes {
	if o.NoOptimize {
		return 0
	}
	return allPasses &^ o.without
}

// Effort is how long to look for short paths. The zero value takes some microseconds
// for each ten calls that a profile treats differently.
type Effort struct {
	improve func(*search.Searcher, []interval, search.Tree) search.Tree
}

// Exhaustive finds the cheapest of all decision trees in which range tests stand above
// equality tests, then looks for tests of bits that make paths shorter still. It takes
// up to a second, which suits filters that are compiled ahead. A program that doesn't
// call it doesn't link it.
func Exhaustive() Effort { return Effort{search.Exhaustive} }

// Compile returns the filter that gives each system call the verdict that p gives
// it, and has proved that it does. The zero profile becomes one instruction, which
// kills the process.
//
// Errors are those of [profile.Profile.Validate]; a [*profile.RuleError] for each
// rule at fault, which wraps a [*SyscallError], [*ValueError] or another cause; an
// [*ArchError]; a [*SyscallError] for a name in the weights; a [*TooLongError]; and
// [ErrTooComplex]. On an error there is no program.
func Compile(p profile.Profile, o Options) (*Program, error) {
	return compile(&p, &o, func(string, *decisions, tree, []bpf.RawInstruction) {})
}

// watcher sees what each stage leaves behind. It is for tests.
type watcher func(stage string, d *decisions, t tree, code []bpf.RawInstruction)

// compile runs the stages that the package comment lists.
func compile(p *profile.Profile, o *Options, watch watcher) (*Program, error) {
	passes := o.passes()
	r, err := resolve(p, o)
	if err != nil {
		return nil, err
	}
	d, err := decide(r, passes)
	if err != nil {
		return nil, err
	}
	watch("decide", d, tree{}, nil)
	s := passes.searcher(d.graph, o)
	if passes.has(passArgumentRewriting) {
		d = rewrite(d, s)
		watch("rewrite", d, tree{}, nil)
	}
	if passes.has(passWeights) {
		d = weigh(d, o)
		watch("weigh", d, tree{}, nil)
	}
	t := dispatch(d, s)
	watch("dispatch", d, t, nil)
	if err := d.err(); err != nil { // a graph that is full once stays so
		return nil, err
	}
	code, length := layout.Emit(t.graph, t.root, passes.layout())
	if code == nil {
		return nil, tooLong(length, ruleCosts(d.graph))
	}
	watch("layout", d, t, code)
	if err := check(code); err != nil {
		return nil, &InternalError{Stage: "check", Err: err}
	}
	prog := &Program{raw: code, arches: r.arches, order: r.order, own: r.busiest(), notes: r.notes, costs: ruleCosts(d.graph)}
	if o.SkipProof {
		return prog, nil
	}
	if err := prove(prog, p, o.Target); err != nil {
		return nil, err
	}
	return prog, nil
}
