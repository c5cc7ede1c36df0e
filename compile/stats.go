package compile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Stats are figures about a program. The unit of a path is an instruction that
// runs, the return included.
//
// Where the way of a call depends on more than its number and its ABI, the means
// count its longest. Means are over calls, whatever the program says of them, and
// over those that have a name on an ABI that the program covers; for a program
// from elsewhere that is the ABI that was given.
type Stats struct {
	Instructions int // in the program
	// LongestPath is the most instructions that any call can make it run,
	// counting ways that no input takes.
	LongestPath int
	// MeanPath is the mean over the calls, each of them once.
	MeanPath float64
	// WeightedPath is the mean over the calls by the weights that Compile was
	// given, and WeightedUncached that over those which the kernel doesn't answer
	// from its cache (see [Program.Cacheable]): what a call costs that costs anything.
	// Both are 0 without weights.
	WeightedPath     float64
	WeightedUncached float64
	ABIs             int // that the program covers
	// PerABI are the figures of those, in the order of [Program.Arches].
	PerABI []ABIStats
	// Calls are the calls by ABI and number.
	Calls []CallStats
	// Rules are what the rules put into the program, in their order; nil for a
	// program from elsewhere.
	Rules []RuleCost
}

// ABIStats are figures about an ABI's calls.
type ABIStats struct {
	Arch        arch.Arch // the ABI
	Calls       int       // how many have a name
	MeanPath    float64   // over them, each once
	LongestPath int       // of any of them
	// Cached is how many the kernel can answer from its cache, because the program
	// always allows them; see [Program.Cacheable].
	Cached int
}

// CallStats are figures about one call.
type CallStats struct {
	Arch arch.Arch // the ABI
	Nr   uint32    // the number, as it is in seccomp_data.nr
	Name string    // the kernel's name for it
	// Shortest and Longest are the fewest and the most instructions that the call
	// can make the program run. The program is followed knowing number and
	// architecture; where it looks at anything else, it may go either way.
	// So no call runs fewer or more, and there may be none that runs just as many.
	Shortest int
	Longest  int
	// Cacheable is whether the kernel can answer the call from its cache: there is
	// one for the ABI and the number, and [Program.Cacheable] says yes.
	Cacheable bool
}

// Stats returns figures about the program. The weights say how often calls are
// made; those of the zero Arch are for the target's own ABI, and nil gives no
// weighted means. It follows the program once for every call of every ABI, which
// takes some milliseconds.
func (p *Program) Stats(w Weights) Stats {
	if p.missing() {
		return Stats{}
	}
	s := Stats{Instructions: len(p.raw), LongestPath: p.longestPath(), ABIs: len(p.arches), Rules: slices.Clone(p.costs)}
	total := 0
	for _, a := range p.arches {
		abi, sum := ABIStats{Arch: a}, 0
		for nr, name := range syscalls.All(a) {
			c := CallStats{Arch: a, Nr: nr, Name: name, Cacheable: caches(a, nr) && p.Cacheable(a, nr)}
			c.Shortest, c.Longest = p.paths(a.Audit(), nr)
			s.Calls = append(s.Calls, c)
			abi.Calls++
			sum += c.Longest
			abi.LongestPath = max(abi.LongestPath, c.Longest)
			if c.Cacheable {
				abi.Cached++
			}
		}
		abi.MeanPath = mean(sum, abi.Calls)
		s.PerABI = append(s.PerABI, abi)
		total += sum
	}
	s.MeanPath = mean(total, len(s.Calls))
	s.weigh(w, cmp.Or(p.own, p.arches[0]))
	return s
}

// weigh adds the means by weight.
func (s *Stats) weigh(ws Weights, own arch.Arch) {
	var sum, n, uncachedSum, uncachedN int64
	calls := s.Calls
	for _, abi := range s.PerABI {
		of := calls[:abi.Calls]
		calls = calls[abi.Calls:]
		for _, e := range ws.byNumber(abi.Arch, own) {
			i, ok := slices.BinarySearchFunc(of, uint32(e>>32), func(c CallStats, nr uint32) int { return int(c.Nr) - int(nr) })
			if !ok {
				continue // a weight names a call, so there is none
			}
			weight := int64(uint32(e))
			sum, n = sum+weight*int64(of[i].Longest), n+weight
			if !of[i].Cacheable {
				uncachedSum, uncachedN = uncachedSum+weight*int64(of[i].Longest), uncachedN+weight
			}
		}
	}
	s.WeightedPath, s.WeightedUncached = mean(sum, n), mean(uncachedSum, uncachedN)
}

// mean returns sum/n, and 0 of nothing.
func mean[T int | int64](sum, n T) float64 {
	if n == 0 {
		return 0
	}
	return float64(sum) / float64(n)
}

// String returns the figures in one line, as in "67 instructions, longest path
// 15, mean 9.3, 1 ABI".
func (s Stats) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d instructions, longest path %d, mean %.1f, ", s.Instructions, s.LongestPath, s.MeanPath)
	if s.WeightedPath > 0 {
		fmt.Fprintf(&b, "weighted %.1f, ", s.WeightedPath)
	}
	fmt.Fprintf(&b, "%d ABI", s.ABIs)
	if s.ABIs != 1 {
		b.WriteByte('s')
	}
	return b.String()
}

// Table returns the line of String and below it a line for each ABI, as in
//
//	67 instructions, longest path 15, mean 9.3, 1 ABI
//	x86_64  385 calls, longest path 15, mean 9.3, 33 answered from the kernel's cache
func (s Stats) Table() string {
	var b strings.Builder
	fmt.Fprintln(&b, s)
	width := 0
	for _, a := range s.PerABI {
		width = max(width, len(a.Arch.String()))
	}
	for _, a := range s.PerABI {
		fmt.Fprintf(&b, "%-*s  %d calls, longest path %d, mean %.1f, %d answered from the kernel's cache\n",
			width, a.Arch, a.Calls, a.LongestPath, a.MeanPath, a.Cached)
	}
	return b.String()
}
