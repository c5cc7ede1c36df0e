package portcullis_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// What a stripped program may grow by, in bytes. Every program that imports the
// library carries this, whatever part of it runs.
const (
	// Of a program that compiles its filter, half are tables: the system calls of
	// 23 ABIs with their parameters, and the error numbers. The rest is the
	// compiler and the proof. The budget leaves room for a feature, not for a
	// second copy of the tables or for a package such as encoding/json.
	maxFilterSize = 360_000
	// A program that embeds its filter has no tables and no compiler: the check
	// of a program by the kernel's rules, the system calls of seccomp, and
	// reading /proc for good errors. The linker must not find a path from
	// install to anything else.
	maxLeafSize = 45_000
)

// TestCost builds the programs of testdata/cost and compares their sizes, and it
// holds that nothing of this module runs before main.
func TestCost(t *testing.T) {
	dir := buildCost(t)
	bare := fileSize(t, filepath.Join(dir, "bare"))
	for _, tt := range []struct {
		name string
		max  int64
	}{{"filter", maxFilterSize}, {"leaf", maxLeafSize}} {
		file := filepath.Join(dir, tt.name)
		size := fileSize(t, file) - bare
		t.Logf("%s adds %d bytes to a stripped program of %d (%s/%s)", tt.name, size, bare, runtime.GOOS, runtime.GOARCH)
		if size > tt.max {
			t.Errorf("%s adds %d bytes to a stripped program, want at most %d", tt.name, size, tt.max)
		}
		noInit(t, file)
	}
}

// noInit runs a program and fails if a package of this module does work before
// main.
func noInit(t *testing.T, file string) {
	t.Helper()
	cmd := exec.Command(file)
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
			t.Errorf("%s: work before main: %s", filepath.Base(file), line)
		}
	}
}

// buildCost builds the programs of testdata/cost, stripped and without cgo. The
// figures include the paths of source files, a few kilobytes; -trimpath would make
// them the same everywhere, but compile the standard library anew.
func buildCost(t *testing.T) (dir string) {
	t.Helper()
	dir = tempDir(t)
	args := []string{"build", "-buildvcs=false", "-ldflags=-s -w", "-o", dir + string(filepath.Separator)}
	for _, name := range []string{"bare", "filter", "leaf"} {
		args = append(args, "./testdata/cost/"+name)
	}
	cmd := exec.Command(goTool(t), args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return dir
}

// tempDir returns a directory for programs that a test builds and runs. GOTMPDIR
// says where programs may be run if the usual temporary directory is mounted
// noexec.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(os.Getenv("GOTMPDIR"), "portcullis")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// fileSize returns the size of a program, which has its suffix on Windows only.
func fileSize(t *testing.T, name string) int64 {
	t.Helper()
	fi, err := os.Stat(name)
	if err != nil && runtime.GOOS == "windows" {
		fi, err = os.Stat(name + ".exe")
	}
	if err != nil {
		t.Fatal(err)
	}
	return fi.Size()
}
