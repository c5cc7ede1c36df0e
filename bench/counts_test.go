package bench

import (
	"fmt"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/conformance/libseccomp"
	"github.com/portcullis-go/portcullis/internal/golden"
)

// libseccompVersion is the version that testdata/figures-libseccomp.txt is for.
const libseccompVersion = "2.5.4"

func isLibseccomp(tool string) bool { return strings.HasPrefix(tool, "libseccomp") }

// TestFigures compares the counts of all programs with those recorded.
func TestFigures(t *testing.T) {
	golden.Compare(t, "figures.txt", figures(t, func(tool string) bool { return !isLibseccomp(tool) }))
}

// TestFiguresLibseccomp is TestFigures for libseccomp, whose version is the system's.
func TestFiguresLibseccomp(t *testing.T) {
	if v := libseccomp.Version(); v != libseccompVersion {
		t.Skipf("the system has libseccomp %s; the recorded counts are for %s", v, libseccompVersion)
	}
	golden.Compare(t, "figures-libseccomp.txt", figures(t, isLibseccomp))
}

func figures(t *testing.T, include func(tool string) bool) string {
	rs := recordings(t)
	var b strings.Builder
	for i, c := range comparisons(t) {
		filters := c.Filters
		if i < Runnable {
			for _, tool := range WeightedTools() {
				filters = append(filters, Make(tool, c.Policy, HintsOf(rs)))
			}
		}
		for _, f := range filters {
			if f.Err != nil || !include(f.Tool) {
				continue
			}
			b.WriteString(f.figures())
			if i < Runnable {
				paths := f.RecordedPaths(rs)
				fmt.Fprintf(&b, ", recorded %6.2f, not cached %6.2f", paths.All, paths.Uncached)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// figures returns the counts of a filter as text.
func (f *Filter) figures() string {
	c := f.Counts()
	return fmt.Sprintf("%-10s %-26s %4d insns, mean %6.2f, not cached %6.2f, checked %6.2f, worst %3d, cached %3d",
		f.Policy.Name, f.Tool, c.Instructions, c.Mean, c.Uncached, c.Checked, c.Worst, c.Cached)
}

// count is one of the counts of a filter.
type count struct {
	name string
	of   func(Counts) float64
}

func length() count {
	return count{"instructions", func(c Counts) float64 { return float64(c.Instructions) }}
}
func mean() count { return count{"mean path", func(c Counts) float64 { return c.Mean }} }
func own() count  { return count{"mean path of the own ABI", func(c Counts) float64 { return c.Own }} }
func uncached() count {
	return count{"mean path of calls not cached", func(c Counts) float64 { return c.Uncached }}
}
func checked() count {
	return count{"mean path of checked calls", func(c Counts) float64 { return c.Checked }}
}
func worst() count { return count{"longest path", func(c Counts) float64 { return float64(c.Worst) }} }

// TestUpperBounds checks that no change of the compiler loses what was achieved.
func TestUpperBounds(t *testing.T) {
	for _, tt := range []struct {
		policy string
		count  count
		bound  float64
	}{
		{"docker", length(), 74}, {"docker", mean(), 9.2}, {"docker", worst(), 18},
		{"docker3", length(), 240}, {"docker3", own(), 9.2}, {"docker3", mean(), 12},
		{"denylist", length(), 28}, {"denylist", mean(), 7.7},
		{"denylist2", length(), 32}, {"denylist2", mean(), 7.7},
		{"errno380", length(), 2300}, {"errno380", mean(), 17.2}, {"errno380", worst(), 20},
	} {
		if got := tt.count.of(find(t, tt.policy, "portcullis").Counts()); got > tt.bound {
			t.Errorf("%s: %s is %.2f, want at most %v", tt.policy, tt.count.name, got, tt.bound)
		}
	}
}

// TestRatios checks that our counts are no more than a fraction of the best other
// tool's.
func TestRatios(t *testing.T) {
	const ours, kernelWidths = "portcullis", "portcullis, kernel widths"
	for _, tt := range []struct {
		policy, tool string
		count        count
		bound        float64
	}{
		{"docker", ours, length(), 0.42}, {"docker", ours, mean(), 0.61},
		{"docker3", ours, length(), 0.24}, {"docker3", ours, mean(), 0.78}, {"docker3", ours, own(), 0.6},
		{"denylist", ours, mean(), 0.8},
		{"argheavy", ours, length(), 0.75}, {"argheavy", ours, uncached(), 0.7}, {"argheavy", ours, checked(), 0.9},
		{"argheavy", kernelWidths, length(), 0.65}, {"argheavy", kernelWidths, uncached(), 0.65}, {"argheavy", kernelWidths, checked(), 0.76},
	} {
		best := bestOther(t, tt.policy, tt.count)
		if got := tt.count.of(find(t, tt.policy, tt.tool).Counts()); got > tt.bound*best {
			t.Errorf("%s, %s: %s is %.2f, %.2f of the best other tool's %.2f, want at most %v", tt.policy, tt.tool, tt.count.name, got, got/best, best, tt.bound)
		}
	}
}

// bestOther returns the least count of the other tools.
func bestOther(t *testing.T, policy string, c count) float64 {
	t.Helper()
	best := 0.0
	for _, tool := range Tools()[1:] {
		if f := find(t, policy, tool.Name); f.Err == nil {
			if v := c.of(f.Counts()); best == 0 || v < best {
				best = v
			}
		}
	}
	return best
}
