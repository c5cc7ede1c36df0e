package bench

import (
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
)

// expected returns where a tool's verdicts must be ours.
func expected(tool string, p *Policy) Agreement {
	switch {
	case tool == "portcullis", strings.HasPrefix(tool, "libseccomp"):
		return Agreement{Covered: true, MinusOne: true, X32: true, Foreign: true}
	case tool == "gvisor":
		return Agreement{Covered: true, MinusOne: true, Foreign: true}
	}
	return Agreement{Covered: len(p.MatchingCalls()) == 0}
}

// TestAgree compares the programs of all tools with ours, over all inputs.
func TestAgree(t *testing.T) {
	for _, c := range comparisons(t) {
		for i, f := range c.Filters[:len(Tools())] {
			if f.Err != nil {
				continue
			}
			got, want := c.Agreements[i], expected(f.Tool, c.Policy)
			for _, name := range got.Unknown {
				if !slices.Contains(f.Unknown, name) {
					t.Errorf("%s, %s: %s differs, but the tool knows it", c.Policy.Name, f.Tool, name)
				}
			}
			if got.Covered != want.Covered || got.MinusOne != want.MinusOne || got.X32 != want.X32 || got.Foreign != want.Foreign {
				t.Errorf("%s, %s: %+v, want %+v", c.Policy.Name, f.Tool, got, want)
			}
		}
	}
}

// includes reports whether two filters with this agreement must give a call the same
// verdict.
func (a Agreement) includes(f *Filter, d compile.Data) bool {
	on, ok := arch.ByAudit(d.Audit, uint32(d.Nr))
	x86_64 := d.Audit == arch.X86_64.Audit()
	switch {
	case x86_64 && d.Nr == -1:
		return a.MinusOne
	case ok && slices.Contains(f.Policy.Arches, on):
		return a.Covered && !slices.Contains(f.Unknown, nameOf(d))
	case x86_64:
		return a.X32
	}
	return a.Foreign
}
