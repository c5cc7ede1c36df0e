package bench

import (
	"fmt"
	"slices"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
)

// Comparison is what all tools make of a policy.
type Comparison struct {
	Policy     *Policy
	Filters    []*Filter   // of Tools, then of this library's compiler with other options
	Counts     []Counts    // of each filter; zero if it has an Err
	Agreements []Agreement // of each filter with the first
}

// Compare makes the filters of a policy, counts them and compares their verdicts.
func Compare(p *Policy) (*Comparison, error) {
	c := &Comparison{Policy: p}
	for _, t := range append(Tools(), otherOptions(p)...) {
		f := Make(t, p, Hints{})
		c.Filters = append(c.Filters, f)
		var counts Counts
		var agreement Agreement
		if f.Err == nil {
			counts = f.Counts()
			var err error
			if agreement, err = Agree(c.Filters[0], f); err != nil {
				return nil, err
			}
		}
		c.Counts = append(c.Counts, counts)
		c.Agreements = append(c.Agreements, agreement)
	}
	return c, c.Filters[0].Err
}

// otherOptions returns this library's compiler with the options that matter for a
// policy.
func otherOptions(p *Policy) (tools []Tool) {
	conditional := len(p.MatchingCalls()) > 0
	if conditional && p.Resolved == nil && p.fitsKernelWidths() {
		tools = append(tools, Tool{"portcullis, kernel widths", Portcullis{KernelWidths: true}.Job},
			Tool{"portcullis, kernel widths, exhaustive", Portcullis{KernelWidths: true, Exhaustive: true}.Job})
	}
	if len(p.Rules) > 0 {
		tools = append(tools, Tool{"portcullis, exhaustive", Portcullis{Exhaustive: true}.Job})
	}
	return tools
}

// fitsKernelWidths reports whether every constant fits the bits that the kernel
// reads. If one doesn't, Compile refuses the profile.
func (p *Policy) fitsKernelWidths() bool {
	_, err := compile.Compile(p.Profile(true), compile.Options{Target: compile.Target{Arch: p.Arches[0]}, SkipProof: true})
	return err == nil
}

// Table returns the comparison as a table. docs/performance.md explains its columns.
func (c *Comparison) Table() *Table {
	t := &Table{
		Title: c.Policy.Name,
		Notes: []string{c.Policy.About + "."},
		Head:  []string{"tool", "instructions", "mean path", "own ABI", "not cached", "checked", "worst", "cached", "own calls", "x32 numbers", "other ABIs"},
	}
	for i, f := range c.Filters {
		n := c.Counts[i]
		if f.Err != nil {
			t.Row(f.Tool, "–", "–", "–", "–", "–", "–", "–", strings.ReplaceAll(f.Err.Error(), "\n", "; "), "–", "–")
			continue
		}
		t.Row(f.Tool, n.Instructions, n.Mean, n.Own, n.Uncached, positive(n.Checked), n.Worst, n.Cached, c.ownCalls(i), f.onX32(), f.onForeign())
	}
	return t
}

// ownCalls compares a filter's verdicts on the calls of the covered ABIs with ours.
func (c *Comparison) ownCalls(i int) string {
	f := c.Filters[i]
	switch {
	case i == 0:
		return "–"
	case strings.Contains(f.Tool, "widths"):
		return "as the kernel reads them"
	case f.exhaustive():
		return "the same"
	case !c.Agreements[i].Covered:
		return "unspecified there"
	case len(f.Unknown) > 0:
		return fmt.Sprintf("the same, %d unknown", len(f.Unknown))
	}
	return "the same"
}

// onX32 names the verdict on x32 numbers.
func (f *Filter) onX32() string {
	if slices.Contains(f.Policy.Arches, arch.X32) {
		return "covered"
	}
	return f.verdictName(compile.Data{Nr: 1<<30 + 39, Audit: arch.X86_64.Audit()})
}

// onForeign names the verdict on calls through other ABIs.
func (f *Filter) onForeign() string {
	return f.verdictName(compile.Data{Nr: 39, Audit: arch.AArch64.Audit()})
}

// verdictName names the verdict on a call, and says if it is the verdict on unknown
// numbers.
func (f *Filter) verdictName(d compile.Data) string {
	v := f.Verdict(d)
	name := v.Named(arch.X86_64).String()
	if v == f.Verdict(compile.Data{Nr: 1000, Audit: arch.X86_64.Audit()}) {
		return "default: " + name
	}
	return name
}
