package bench

import (
	"strings"
	"testing"
)

// TestAttach installs every filter under which a thread can live: the kernel takes
// the programs of all tools. How long that takes isn't judged.
func TestAttach(t *testing.T) {
	n := 0
	for _, c := range counted(t)[:Compared] {
		samples, err := attachAll(c, 2)
		if err != nil {
			t.Fatalf("%s: %v", c.Spec.Name, err)
		}
		for _, s := range samples {
			n += len(s)
		}
	}
	if n < 20 {
		t.Errorf("%d filters were installed", n)
	}
}

// TestCallTimes makes the calls that are measured under the filters of all tools.
// Their verdicts are checked on the way.
func TestCallTimes(t *testing.T) {
	table, err := CallTimes(counted(t)[0], 2)
	if err != nil {
		t.Fatal(err)
	}
	if want := len(Outcomes()) * (len(Tools()) + 1); len(table.Rows) != want {
		t.Errorf("%d rows, want %d:\n%v", len(table.Rows), want, table)
	}
}

// TestLivable: filters that refuse what a thread needs aren't installed.
func TestLivable(t *testing.T) {
	for _, c := range counted(t) {
		for _, f := range c.Filters {
			all := strings.HasSuffix(c.Spec.Name, " all")
			if f.Err == nil && f.livable() == all {
				t.Errorf("%s, %s: livable is %v", c.Spec.Name, f.Tool, !all)
			}
		}
	}
}
