package compile

import "strings"

// Passes lets tests leave out optimisations one by one.
type Passes = passes

// The passes.
const (
	PassHashConsing       = passHashConsing
	PassOptimalTree       = passOptimalTree
	PassEqualityTests     = passEqualityTests
	PassHotFirst          = passHotFirst
	PassLowWordFirst      = passLowWordFirst
	PassArgumentRewriting = passArgumentRewriting
	PassMergeAdjacent     = passMergeAdjacent
	PassWeights           = passWeights
	PassSharedTails       = passSharedTails
	PassLoadElimination   = passLoadElimination
	PassBlockLayout       = passBlockLayout
	PassReturnDuplication = passReturnDuplication
	AllPasses             = allPasses
)

// String returns the names of the passes.
func (p passes) String() string {
	var names []string
	for i, name := range [...]string{"hashConsing", "optimalTree", "equalityTests", "hotFirst", "lowWordFirst", "argumentRewriting",
		"mergeAdjacent", "weights", "sharedTails", "loadElimination", "blockLayout", "returnDuplication"} {
		if p&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// Without returns the options with passes left out.
func (o Options) Without(p Passes) Options {
	o.without = p
	return o
}

// LeftOut returns the passes that are left out.
func (o Options) LeftOut() Passes { return o.without }
