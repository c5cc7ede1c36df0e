package compile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Stats are figures about a program. The length of a path is the number of
// instructions that run, the return included.
//
// Where the path of a call depends on more than its number and its ABI, the means
// count the longest. Means are over all calls that have a name on an ABI that the
// program covers, whatever the verdict; a program from elsewhere covers the ABI
// that was given. The zero value is that of no program.
type Stats struct {
	Instructions int // in the program
	// LongestPath is the length of the longest path through the program, whether or
	// not any call takes it.
	LongestPath int
	// MeanPath is the mean over the calls, each of them once.
	MeanPath float64
	// WeightedPath is the mean over the calls by weight, and WeightedUncached the
	// same over the calls that the kernel doesn't answer from its cache (see
	// [Program.Cacheable]). Both are 0 without weights.
	WeightedPath     float64
	WeightedUncached float64
	// PerABI are the figures by ABI, in the order of [Program.Arches].
	PerABI []ABIStats
	// Calls are the calls by ABI and number.
	Calls []CallStats
	// Rules are what the rules cost, in their order; nil for a program from
	// elsewhere.
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
	// can make the program run. They are bounds: the program is followed knowing
	// only number and architecture, and where it looks at anything else both
	// branches count.
	Shortest int
	Longest  int
	// Cacheable is whether the kernel can answer the call from its cache: it has one
	// for the ABI and the number, and [Program.Cacheable] says yes.
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
	s := Stats{Instructions: len(p.raw), LongestPath: p.longestPath(), Rules: slices.Clone(p.costs)}
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
		abi.MeanPath = mean(float64(sum), float64(abi.Calls))
		s.PerABI = append(s.PerABI, abi)
		total += sum
	}
	s.MeanPath = mean(float64(total), float64(len(s.Calls)))
	s.weigh(w, cmp.Or(p.own, p.arches[0]))
	return s
}

// weigh adds the means by weight.
func (s *Stats) weigh(ws Weights, own arch.Arch) {
	var sum, n, uncachedSum, uncachedN float64
	for i := range ws {
		a, nr, ok := ws[i].number(own)
		if !ok {
			continue
		}
		c := s.call(a, nr)
		if c == nil {
			continue
		}
		calls := float64(ws[i].Calls)
		sum, n = sum+calls*float64(c.Longest), n+calls
		if !c.Cacheable {
			uncachedSum, uncachedN = uncachedSum+calls*float64(c.Longest), uncachedN+calls
		}
	}
	s.WeightedPath, s.WeightedUncached = mean(sum, n), mean(uncachedSum, uncachedN)
}

// call returns the figures of a call, or nil if the program doesn't cover its ABI.
func (s *Stats) call(a arch.Arch, nr uint32) *CallStats {
	first := 0
	for _, abi := range s.PerABI {
		if abi.Arch == a {
			calls := s.Calls[first : first+abi.Calls]
			i, ok := slices.BinarySearchFunc(calls, nr, func(c CallStats, nr uint32) int { return cmp.Compare(c.Nr, nr) })
			if ok {
				return &calls[i]
			}
		}
		first += abi.Calls
	}
	return nil
}

// mean returns sum/n, and 0 of nothing.
func mean(sum, n float64) float64 {
	if n == 0 {
		return 0
	}
	return sum / n
}

// String returns the figures in one line, as in "67 instructions, longest path
// 15, mean 9.3, 1 ABI".
func (s Stats) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d instructions, longest path %d, mean %.1f, ", s.Instructions, s.LongestPath, s.MeanPath)
	if s.WeightedPath > 0 {
		fmt.Fprintf(&b, "weighted %.1f, ", s.WeightedPath)
	}
	fmt.Fprintf(&b, "%d ABI", len(s.PerABI))
	if len(s.PerABI) != 1 {
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
