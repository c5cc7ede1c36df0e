package bench

import (
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/syscalls"
)

func needSeccomp(t *testing.T) {
	t.Helper()
	if err := install.Supported(); err != nil {
		t.Skip(err)
	}
}

// TestCached: the kernel can answer exactly those calls from its cache that the
// profile always allows.
func TestCached(t *testing.T) {
	for _, c := range counted(t) {
		always := c.Spec.alwaysAllowed()
		for _, d := range c.Spec.Known() {
			a, _ := arch.ByAudit(d.Audit, uint32(d.Nr))
			name, _ := syscalls.Name(a, uint32(d.Nr))
			if got := c.Filters[0].prog.Cacheable(a, uint32(d.Nr)); got != always(name) {
				t.Errorf("%s: %v %s: cacheable is %v", c.Spec.Name, a, name, got)
			}
		}
	}
}

// TestAttach installs every filter under which a thread can live: the kernel takes
// the programs of all tools. How long that takes isn't judged.
func TestAttach(t *testing.T) {
	needSeccomp(t)
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
	needSeccomp(t)
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
