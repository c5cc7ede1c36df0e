package compile

import (
	"strconv"
	"strings"
)

// Passes is a set of passes: parts of the compiler of which each makes programs
// shorter or faster, and none changes what a program decides. The zero value is
// the empty set.
type Passes uint16

// The passes.
const (
	PassSharing    Passes = 1 << iota // equal decisions exist once, whatever calls they are for
	PassPlanning                      // search by the cheapest tree of tests, not by halves
	PassEqualities                    // take out lone values by one test for equality
	PassHeaviest                      // ask first for a value that makes up much of all calls
	PassHalves                        // look at low halves first, as high ones are mostly 0, where no ABI shares their tests
	PassArguments                     // look at each word of an argument once on any way, and search its values
	PassNeighbours                    // make one interval of neighbouring numbers that are decided alike
	PassWeights                       // expect calls as the weights say, and not all numbers alike
	PassStretches                     // search once among numbers that several audit architectures decide alike
	PassLoads                         // don't load what the accumulator holds
	PassPlacement                     // place the shorter branch first, and long ones behind the tests that choose between them
	PassCopies                        // repeat a far return instead of jumping to it
	AllPasses      Passes = 1<<iota - 1
)

func (p Passes) has(pass Passes) bool { return p&pass == pass }

func passName(i int) string {
	return [...]string{"sharing", "planning", "equalities", "heaviest", "halves", "arguments", "neighbours", "weights",
		"stretches", "loads", "placement", "copies"}[i]
}

// String returns the names of the passes, as [ParsePasses] reads them.
func (p Passes) String() string {
	var names []string
	for i := 0; 1<<i <= AllPasses; i++ {
		if p&(1<<i) != 0 {
			names = append(names, passName(i))
		}
	}
	return strings.Join(names, ",")
}

// ParsePasses returns the passes with these names, which stand between commas.
// Blanks around a name don't count; "" is none, and "all" are all.
func ParsePasses(names string) (Passes, error) {
	p := Passes(0)
next:
	for name := range strings.SplitSeq(names, ",") {
		switch name = strings.TrimSpace(name); name {
		case "":
			continue
		case "all":
			p |= AllPasses
			continue
		}
		for i := 0; 1<<i <= AllPasses; i++ {
			if passName(i) == name {
				p |= 1 << i
				continue next
			}
		}
		return 0, &PassError{name}
	}
	return p, nil
}

// PassError reports a name that no pass has.
type PassError struct{ Name string }

// Error returns the name.
func (e *PassError) Error() string { return "compile: there is no pass " + strconv.Quote(e.Name) }
