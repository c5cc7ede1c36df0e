package bench

import (
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/compile/compiletest"
	"github.com/portcullis-go/portcullis/syscalls"
)

// expected is where a tool's verdicts are those of our filter.
func expected(tool string, s *Spec) Agreement {
	switch {
	case strings.HasPrefix(tool, "libseccomp"):
		return Agreement{Own: true, MinusOne: true, X32: true, Foreign: true}
	case tool == "gvisor":
		return Agreement{Own: true, MinusOne: true, Foreign: true}
	}
	return Agreement{Own: !s.conditional()}
}

// TestAgree compares the programs of all tools with ours, over all inputs.
func TestAgree(t *testing.T) {
	for _, c := range counted(t) {
		for i, f := range c.Filters[:len(Tools())] {
			if i == 0 || f.Err != nil {
				continue
			}
			got := c.Agrees[i]
			for _, name := range got.Younger {
				if !slices.Contains(f.Missing, name) {
					t.Errorf("%s, %s: %s differs, and isn't missing", c.Spec.Name, f.Tool, name)
				}
			}
			got.Younger = nil
			if want := expected(f.Tool, c.Spec); !sameAgreement(got, want) {
				t.Errorf("%s, %s: %+v, want %+v", c.Spec.Name, f.Tool, got, want)
			}
		}
	}
}

func sameAgreement(a, b Agreement) bool {
	return a.Own == b.Own && a.MinusOne == b.MinusOne && a.X32 == b.X32 && a.Foreign == b.Foreign
}

// TestVerdicts runs the programs on boundary calls: all must give the verdict of
// the spec's rules where the tool can express it.
func TestVerdicts(t *testing.T) {
	for _, c := range counted(t) {
		t.Run(c.Spec.Name, func(t *testing.T) {
			s := c.Spec
			p, target := s.Profile(false), compile.Target{Arch: s.Arches[0]}
			calls := slices.Collect(compiletest.Boundaries(p, target))
			calls = append(calls, s.Tried()...)
			n := 0
			for _, f := range c.Filters[:len(Tools())] {
				if f.Err == nil {
					n += compareVerdicts(t, c.Filters[0], f, calls)
				}
			}
			t.Logf("%d verdicts", n)
		})
	}
}

// compareVerdicts compares with our filter, which is proved, where the tool
// promises anything. It returns the number of calls compared.
func compareVerdicts(t *testing.T, ours, their *Filter, calls []compile.Data) (n int) {
	t.Helper()
	want := expected(their.Tool, their.Spec)
	if their == ours {
		want = Agreement{Own: true, MinusOne: true, X32: true, Foreign: true}
	}
	for _, d := range calls {
		if !want.covers(their, d) {
			continue
		}
		n++
		if got, want := their.Verdict(d), ours.Verdict(d); got != want {
			t.Fatalf("%s: %v is %v, want %v", their.Tool, d, got, want)
		}
	}
	return n
}

// covers reports whether verdicts on a call should agree.
func (a Agreement) covers(f *Filter, d compile.Data) bool {
	on, ok := arch.ByAudit(d.Audit, uint32(d.Nr))
	x86_64 := d.Audit == arch.X86_64.Audit()
	switch {
	case x86_64 && d.Nr == -1:
		return a.MinusOne
	case ok && slices.Contains(f.Spec.Arches, on):
		name, _ := syscalls.Name(on, uint32(d.Nr))
		return a.Own && !slices.Contains(f.Missing, name)
	case x86_64:
		return a.X32
	}
	return a.Foreign
}

// TestRules holds our filters against the rules of the specs, which are what the
// peers are given: for docker they are another reading of the document.
func TestRules(t *testing.T) {
	for _, c := range counted(t) {
		for _, d := range c.Spec.Tried() {
			a, _ := arch.ByAudit(d.Audit, uint32(d.Nr))
			name, _ := syscalls.Name(a, uint32(d.Nr))
			args := d.Args
			for i := range args {
				args[i] &= 1<<(a.Bits()-1)<<1 - 1 // documents mean a long of the ABI
			}
			want := c.Spec.Default
			for _, r := range c.Spec.Rules {
				if slices.Contains(r.Calls, name) && r.holds(&args) {
					want = r.Action
				}
			}
			if got := c.Filters[0].Verdict(d); ret(got) != ret(want) {
				t.Fatalf("%s: %v is %v, want %v", c.Spec.Name, d, got, want)
			}
		}
	}
}
