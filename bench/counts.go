package bench

import "github.com/portcullis-go/portcullis/compile"

// Counts are the length of a filter and of its paths, in instructions.
type Counts struct {
	Instructions int
	Mean         float64 // mean path of the known calls
	Own          float64 // mean path of those of the machine's own ABI
	Uncached     float64 // mean path of those that the kernel can't answer from its cache
	Checked      float64 // mean path of the calls that match a rule with conditions; 0 without such rules
	Worst        int     // longest path found among the probe calls
	Cached       int     // known calls that the kernel answers without running the program
}

// Counts counts.
func (f *Filter) Counts() Counts {
	c := Counts{
		Instructions: len(f.Raw),
		Mean:         f.meanPath(f.Policy.KnownCalls()),
		Own:          f.meanPath(f.Policy.ownCalls()),
		Uncached:     f.meanPath(f.Policy.uncachedCalls()),
		Checked:      f.meanPath(f.Policy.MatchingCalls()),
		Cached:       f.Cached(),
	}
	for _, d := range f.Policy.ProbeCalls() {
		c.Worst = max(c.Worst, f.Steps(d))
	}
	return c
}

// meanPath returns the mean number of instructions that the calls run, or 0 if there
// are none.
func (f *Filter) meanPath(calls []compile.Data) float64 {
	if len(calls) == 0 {
		return 0
	}
	sum := 0
	for _, d := range calls {
		sum += f.Steps(d)
	}
	return float64(sum) / float64(len(calls))
}
