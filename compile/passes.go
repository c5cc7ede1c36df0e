package compile

import (
	"github.com/portcullis-go/portcullis/internal/decision"
	"github.com/portcullis-go/portcullis/internal/layout"
	"github.com/portcullis-go/portcullis/internal/search"
)

// passes is a set of optimisations. Each makes programs shorter or faster, and none
// changes what a program decides. Tests leave them out one by one.
type passes uint16

const (
	passHashConsing       passes = 1 << iota // equal decisions exist once, whatever calls they are for
	passOptimalTree                          // search by the cheapest tree of tests, not by halves
	passEqualityTests                        // take out singletons by one test for equality
	passHotFirst                             // test first for a value that makes up much of all calls
	passLowWordFirst                         // test low words first, as high ones are mostly 0, where no ABI shares their tests
	passArgumentRewriting                    // test each word of an argument once on any path, and search its values
	passMergeAdjacent                        // make one interval of adjacent numbers that are decided alike
	passWeights                              // expect calls as the weights say, and not all numbers alike
	passSharedTails                          // search once among numbers that several audit architectures decide alike
	passLoadElimination                      // don't load what the accumulator holds
	passBlockLayout                          // place the shorter branch first, and long ones behind the tests that choose between them
	passReturnDuplication                    // repeat a far return instead of jumping to it
	allPasses             passes = 1<<iota - 1
)

func (p passes) has(pass passes) bool { return p&pass == pass }

// searcher returns what makes decision trees with these passes.
func (p passes) searcher(g *decision.Graph, o *Options) *search.Searcher {
	return search.New(g, search.Options{
		Optimal:    p.has(passOptimalTree),
		Singleton:  p.has(passEqualityTests),
		HotFirst:   p.has(passHotFirst),
		LargePlans: o.Effort.improve != nil || len(o.Weights) > 0,
		Improve:    o.Effort.improve,
	})
}

// layout returns the passes of package layout.
func (p passes) layout() layout.Options {
	return layout.Options{ReuseLoads: p.has(passLoadElimination), OrderBlocks: p.has(passBlockLayout), DuplicateReturns: p.has(passReturnDuplication)}
}
