package bench

import (
	"errors"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
)

// Figures are the counts of a filter.
type Figures struct {
	Instructions int
	Mean         float64 // steps over all known calls, with arguments that are zero
	Own          float64 // of these, over the calls of the machine's own ABI
	Uncached     float64 // of these, over those that the kernel has to run the program for
	Checked      float64 // steps over the calls that meet a rule with conditions; 0 without such rules
	Worst        int     // most steps of the calls tried
	Cached       int     // known calls that the kernel answers without running the program
}

// Figures counts.
func (f *Filter) Figures() Figures {
	fig := Figures{Instructions: len(f.Raw), Cached: f.Cached()}
	fig.Mean = f.mean(f.Spec.Known())
	fig.Own = f.mean(f.Spec.own())
	fig.Uncached = f.mean(f.Spec.uncached())
	fig.Checked = f.mean(f.Spec.Meeting())
	for _, d := range f.Spec.Tried() {
		fig.Worst = max(fig.Worst, f.Steps(d))
	}
	return fig
}

func (f *Filter) mean(calls []compile.Data) float64 {
	if len(calls) == 0 {
		return 0
	}
	sum := 0
	for _, d := range calls {
		sum += f.Steps(d)
	}
	return float64(sum) / float64(len(calls))
}

// Agreement is where two filters of one spec give the same verdicts.
type Agreement struct {
	Own      bool     // on calls of the ABIs that are covered, but for Younger and the number -1
	Younger  []string // calls that the other tool's tables lack, where that shows
	MinusOne bool     // on the number -1
	X32      bool     // on numbers of x32, where it isn't covered
	Foreign  bool     // on other ABIs
}

// Full reports whether nothing differs but calls that a table lacks.
func (a Agreement) Full() bool { return a.Own && a.MinusOne && a.X32 && a.Foreign }

// Agree compares a filter with ours for the same spec, over all inputs.
func Agree(ours, their *Filter) (Agreement, error) {
	a := Agreement{Own: true, MinusOne: true, X32: true, Foreign: true}
	changes, err := compile.Diff(their.prog, ours.prog)
	if errors.Is(err, compile.ErrTooComplex) {
		return a.probed(ours, their), nil
	}
	if err != nil {
		return a, err
	}
	for _, c := range changes {
		switch {
		case c.Arch == 0:
			a.Foreign = false
		case c.Arch == arch.X32 && !slices.Contains(ours.Spec.Arches, arch.X32):
			a.X32 = false
		case len(c.Syscalls) == 0 && len(c.Numbers) == 1 && c.Numbers[0].First == 1<<32-1:
			a.MinusOne = false
		default:
			var rest bool
			for _, name := range c.Syscalls {
				if slices.Contains(their.Missing, name) {
					a.Younger = append(a.Younger, name)
				} else {
					rest = true
				}
			}
			a.Own = a.Own && !rest && len(c.Numbers) == 0
		}
	}
	slices.Sort(a.Younger)
	a.Younger = slices.Compact(a.Younger)
	return a, nil
}

// probed tells the agreement by trying calls, where a program has too many ways
// to compare it exactly.
func (a Agreement) probed(ours, their *Filter) Agreement {
	for _, d := range ours.Spec.Tried() {
		if ours.Verdict(d) != their.Verdict(d) {
			a.Own = false
		}
	}
	probe := func(audit, nr uint32) bool {
		d := compile.Data{Nr: int32(nr), Audit: audit}
		return ours.Verdict(d) == their.Verdict(d)
	}
	x86_64 := arch.X86_64.Audit()
	a.MinusOne = probe(x86_64, 1<<32-1)
	a.X32 = probe(x86_64, 1<<30) && probe(x86_64, 1<<30+39)
	a.Foreign = probe(arch.X86.Audit(), 39) && probe(arch.AArch64.Audit(), 39)
	return a
}
