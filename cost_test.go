package portcullis_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// What a stripped program may grow by, in bytes.
const (
	// maxSize is for a program that compiles a profile and installs it. Most of it
	// is the tables of all ABIs.
	maxSize = 360_000
	// maxLeafSize is for a program that installs a filter compiled ahead of time.
	// Such programs are often small, in initial file systems and embedded devices.
	maxLeafSize = 45_000
)

// TestCost builds a program twice, with and without a filter, and compares:
// nothing of this module may run before main, and the tables must stay small.
func TestCost(t *testing.T) {
	bare, filter := buildCost(t, "bare"), buildCost(t, "filter")
	size := fileSize(t, filter) - fileSize(t, bare)
	t.Logf("a filter adds %d bytes to a stripped program of %d (%s/%s)", size, fileSize(t, bare), runtime.GOOS, runtime.GOARCH)
	if size > maxSize {
		t.Errorf("a filter adds %d bytes to a stripped program, want at most %d", size, maxSize)
	}

	cmd := exec.Command(filter)
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), "init runtime @") {
		t.Fatalf("no trace of initialisation in:\n%s", out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, module) {
			t.Errorf("work before main: %s", line)
		}
	}
}

// TestLeafCost does the same for a program that imports package install only.
func TestLeafCost(t *testing.T) {
	size := fileSize(t, buildCost(t, "leaf")) - fileSize(t, buildCost(t, "bare"))
	t.Logf("package install adds %d bytes to a stripped program (%s/%s)", size, runtime.GOOS, runtime.GOARCH)
	if size > maxLeafSize {
		t.Errorf("package install adds %d bytes to a stripped program, want at most %d", size, maxLeafSize)
	}
}

// buildCost builds one of the programs of testdata/cost, stripped and without
// cgo, so that the figure is the same everywhere.
func buildCost(t *testing.T, name string) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), name+".exe")
	cmd := exec.Command(goTool(t), "build", "-trimpath", "-ldflags=-s -w", "-o", bin, "./testdata/cost/"+name)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return bin
}

func fileSize(t *testing.T, name string) int64 {
	t.Helper()
	fi, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return fi.Size()
}
