package bench

import (
	"fmt"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
)

// Counted are the filters of a spec and their counts.
type Counted struct {
	Spec    *Spec
	Filters []*Filter // of Tools, and of our compiler used in other ways
	Figures []Figures // of those without Err
	Agrees  []Agreement
}

// exhaustive reports whether a filter is of our compiler with a longer search,
// which isn't worth measurements of its own.
func (f *Filter) exhaustive() bool { return strings.HasSuffix(f.Tool, ", exhaustive") }

// Count makes and counts the filters of a spec.
func Count(s *Spec) (*Counted, error) {
	c := &Counted{Spec: s}
	tools := Tools()
	if s.conditional() && s.Document == nil && s.fitsKernelWidths() {
		tools = append(tools, Tool{"portcullis, kernel widths", Ours{KernelWidths: true}.Job},
			Tool{"portcullis, kernel widths, exhaustive", Ours{KernelWidths: true, Exhaustive: true}.Job})
	}
	if len(s.Rules) > 0 {
		tools = append(tools, Tool{"portcullis, exhaustive", Ours{Exhaustive: true}.Job})
	}
	c.Filters = MakeAll(tools, s)
	for _, f := range c.Filters {
		var fig Figures
		var agrees Agreement
		if f.Err == nil {
			fig = f.Figures()
			var err error
			if agrees, err = Agree(c.Filters[0], f); err != nil {
				return nil, err
			}
		}
		c.Figures = append(c.Figures, fig)
		c.Agrees = append(c.Agrees, agrees)
	}
	return c, c.Filters[0].Err
}

func (s *Spec) conditional() bool { return len(s.Meeting()) > 0 }

// fitsKernelWidths reports whether every constant fits the bits that the kernel
// reads, without which there is no such profile.
func (s *Spec) fitsKernelWidths() bool {
	_, err := compile.Compile(s.Profile(true), compile.Options{Target: compile.Target{Arch: s.Arches[0]}, SkipProof: true})
	return err == nil
}

// Table returns the counts as a table.
func (c *Counted) Table() *Table {
	t := &Table{
		Title: c.Spec.Name,
		Notes: []string{c.Spec.About + "."},
		Head:  []string{"tool", "instructions", "mean path", "own ABI", "not cached", "checked", "worst", "cached", "own calls", "x32 numbers", "other ABIs"},
	}
	for i, f := range c.Filters {
		fig := c.Figures[i]
		if f.Err != nil {
			t.Row(f.Tool, "–", "–", "–", "–", "–", "–", "–", strings.ReplaceAll(f.Err.Error(), "\n", "; "), "–", "–")
			continue
		}
		checked := "–"
		if fig.Checked > 0 {
			checked = fmt.Sprintf("%.1f", fig.Checked)
		}
		t.Row(f.Tool, fig.Instructions, fig.Mean, fig.Own, fig.Uncached, checked, fig.Worst, fig.Cached, c.own(i), f.x32(), f.foreign())
	}
	return t
}

// own says how a filter's verdicts on the calls of the covered ABIs compare.
func (c *Counted) own(i int) string {
	a, f := c.Agrees[i], c.Filters[i]
	switch {
	case i == 0:
		return "–"
	case strings.Contains(f.Tool, "widths"):
		return "as the kernel reads them"
	case f.exhaustive():
		return "the same"
	case !a.Own:
		return "unspecified there"
	}
	text := "the same"
	if n := len(f.Missing); n > 0 {
		text += fmt.Sprintf(", %d unknown", n)
	}
	return text
}

// x32 says what happens to numbers of x32 that aren't covered.
func (f *Filter) x32() string {
	for _, a := range f.Spec.Arches {
		if a == arch.X32 {
			return "covered"
		}
	}
	return f.fate(compile.Data{Nr: 1<<30 + 39, Audit: arch.X86_64.Audit()}, f.Verdict(compile.Data{Nr: 39, Audit: arch.AArch64.Audit()}))
}

// foreign says what happens to calls through other ABIs.
func (f *Filter) foreign() string {
	return f.fate(compile.Data{Nr: 39, Audit: arch.AArch64.Audit()}, f.Spec.Foreign)
}

// fate names a verdict, foreign being that on other ABIs.
func (f *Filter) fate(d compile.Data, foreign profile.Action) string {
	v := f.Verdict(d)
	switch v {
	case f.Verdict(compile.Data{Nr: 1000, Audit: arch.X86_64.Audit()}):
		return "default: " + v.Named(arch.X86_64).String()
	case foreign:
		return v.String()
	}
	return v.Named(arch.X86_64).String()
}

// Constants returns how long our filters are that have one verdict for all calls,
// and what they check.
func Constants() (*Table, error) {
	t := &Table{
		Title: "One verdict for all calls",
		Notes: []string{"The ABI is checked in each. On x86_64 alone that takes a look at the number, too, because x32 has the same audit architecture."},
		Head:  []string{"filter", "covered", "instructions", "path"},
	}
	for _, a := range []profile.Action{profile.Errno(errno.EPERM), profile.Log(), profile.KillProcess()} {
		for _, arches := range [][]arch.Arch{{arch.X86_64}, {arch.X86_64, arch.X32}, {arch.AArch64}} {
			s := constant(a.String(), a)
			s.Arches = arches
			f := Make(Tools()[0], s, Hints{})
			if f.Err != nil {
				return nil, f.Err
			}
			d := compile.Data{Nr: 39, Audit: arches[0].Audit()}
			t.Row(s.Name, strings.Trim(fmt.Sprint(arches), "[]"), len(f.Raw), f.Steps(d))
		}
	}
	return t, nil
}
