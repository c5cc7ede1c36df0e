package bench

import (
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/compile/compiletest"
	"github.com/portcullis-go/portcullis/profile"
)

// TestVerdicts runs the programs on boundary values. Each must return the verdict of
// ours, which is proved, where the tool can express the policy.
func TestVerdicts(t *testing.T) {
	for _, c := range comparisons(t) {
		t.Run(c.Policy.Name, func(t *testing.T) {
			p := c.Policy
			calls := slices.Collect(compiletest.Boundaries(p.Profile(false), compile.Target{Arch: p.Arches[0]}))
			calls = append(calls, p.ProbeCalls()...)
			for _, f := range c.Filters[1:len(Tools())] {
				if f.Err == nil {
					compareVerdicts(t, c.Filters[0], f, calls)
				}
			}
		})
	}
}

func compareVerdicts(t *testing.T, ours, theirs *Filter, calls []compile.Data) {
	t.Helper()
	must := expected(theirs.Tool, theirs.Policy)
	for _, d := range calls {
		if !must.includes(theirs, d) {
			continue
		}
		if got, want := theirs.Verdict(d), ours.Verdict(d); got != want {
			t.Fatalf("%s: %v is %v, want %v", theirs.Tool, d, got, want)
		}
	}
}

// TestRules compares our filters with the policies' rules, which are what the other
// tools get. For Docker's profile they are a second reading of the document.
func TestRules(t *testing.T) {
	for _, c := range comparisons(t) {
		for _, d := range c.Policy.ProbeCalls() {
			if got, want := c.Filters[0].Verdict(d), c.Policy.verdict(d); ret(got) != ret(want) {
				t.Fatalf("%s: %v is %v, want %v", c.Policy.Name, d, got, want)
			}
		}
	}
}

// verdict returns the verdict of the policy's rules. Documents compare a long, which
// has 32 bits on an ABI of 32 bits.
func (p *Policy) verdict(d compile.Data) profile.Action {
	a, _ := arch.ByAudit(d.Audit, uint32(d.Nr))
	args := d.Args
	for i := range args {
		args[i] &= 1<<(a.Bits()-1)<<1 - 1
	}
	name := nameOf(d)
	for _, r := range p.Rules {
		if slices.Contains(r.Calls, name) && r.holds(&args) {
			return r.Action
		}
	}
	return p.Default
}

// TestCacheable checks that the kernel can answer exactly those calls from its cache
// that the policy always allows.
func TestCacheable(t *testing.T) {
	for _, c := range comparisons(t) {
		always := c.Policy.alwaysAllowed()
		for _, d := range c.Policy.KnownCalls() {
			a, _ := arch.ByAudit(d.Audit, uint32(d.Nr))
			if got := c.Filters[0].prog.Cacheable(a, uint32(d.Nr)); got != always(nameOf(d)) {
				t.Errorf("%s: %v %s: cacheable is %v", c.Policy.Name, a, nameOf(d), got)
			}
		}
	}
}
