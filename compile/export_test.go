package compile

import "strings"

// Passes lets tests leave out optimisations one by one.
type Passes = passes

// The passes.
const (
	PassSharing    = passSharing
	PassPlanning   = passPlanning
	PassEqualities = passEqualities
	PassHeaviest   = passHeaviest
	PassHalves     = passHalves
	PassArguments  = passArguments
	PassNeighbours = passNeighbours
	PassWeights    = passWeights
	PassStretches  = passStretches
	PassLoads      = passLoads
	PassPlacement  = passPlacement
	PassCopies     = passCopies
	AllPasses      = allPasses
)

// String returns the names of the passes.
func (p passes) String() string {
	var names []string
	for i, name := range [...]string{"sharing", "planning", "equalities", "heaviest", "halves", "arguments", "neighbours",
		"weights", "stretches", "loads", "placement", "copies"} {
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
