package bench

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/conformance/libseccomp"
)

var update = flag.Bool("update", false, "write the files of testdata that tests compare with")

// libseccompVersion is the one whose figures testdata has.
const libseccompVersion = "2.5.4"

func isLibseccomp(tool string) bool { return strings.HasPrefix(tool, "libseccomp") }

// TestFigures holds the counts of all programs.
func TestFigures(t *testing.T) {
	golden(t, "figures.txt", figuresOf(t, func(tool string) bool { return !isLibseccomp(tool) }))
}

// TestFiguresLibseccomp does so for a library that comes with the system.
func TestFiguresLibseccomp(t *testing.T) {
	if v := libseccomp.Version(); v != libseccompVersion {
		t.Skipf("the system has libseccomp %s", v)
	}
	golden(t, "figures-libseccomp.txt", figuresOf(t, isLibseccomp))
}

func figuresOf(t *testing.T, tools func(string) bool) string {
	rs, err := Recordings()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i, c := range counted(t) {
		filters := c.Filters
		if i < Recorded {
			for _, tool := range WeightedTools() {
				filters = append(filters, Make(tool, c.Spec, HintsOf(rs)))
			}
		}
		for _, f := range filters {
			if f.Err != nil || !tools(f.Tool) {
				continue
			}
			fig := f.Figures()
			fmt.Fprintf(&b, "%-10s %-26s %4d insns, mean %6.2f, not cached %6.2f, checked %6.2f, worst %3d, cached %3d", c.Spec.Name, f.Tool,
				fig.Instructions, fig.Mean, fig.Uncached, fig.Checked, fig.Worst, fig.Cached)
			if i < Recorded {
				all, uncached := f.MeanRecorded(rs)
				fmt.Fprintf(&b, ", recorded %6.2f, not cached %6.2f", all, uncached)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// golden compares a text with a file of testdata, or writes it there.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(text), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(want) || want[i] != line {
			t.Errorf("%s differs; -update writes it. Now:\n%s", path, got)
			return
		}
	}
	if len(got) != len(text) {
		t.Errorf("%s has more lines; -update writes it", path)
	}
}
