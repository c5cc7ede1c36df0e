package golden_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/internal/golden"
)

func TestDiff(t *testing.T) {
	for _, tt := range []struct{ name, want, got, diff string }{
		{"equal", "a\nb\n", "a\nb\n", ""},
		{"changed", "a\nb\nc\n", "a\nx\nc\n", "-    2: b\n+    2: x\n"},
		{"added", "a\nc\n", "a\nb\nc\n", "+    2: b\n"},
		{"removed", "a\nb\nc\n", "a\nc\n", "-    2: b\n"},
		{"repeated", "a\na\n", "a\n", "-    2: a\n"},
		{"last line without its end", "a\n", "a", "-    1: a\n-    2: \n+    1: a\n"},
		{"empty", "", "a\n", "+    1: a\n"},
	} {
		if got := golden.Diff(tt.want, tt.got); got != tt.diff {
			t.Errorf("%s: got\n%swant\n%s", tt.name, got, tt.diff)
		}
	}
	long := golden.Diff("", strings.Repeat("x\n", 1000))
	if n := strings.Count(long, "\n"); n > 50 || !strings.Contains(long, "more lines") {
		t.Errorf("a long difference has %d lines:\n%s", n, long)
	}
}

// recorder is a T that notes what was reported.
type recorder struct{ errors, fatals []string }

func (*recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatal(args ...any) { r.fatals = append(r.fatals, fmt.Sprint(args...)) }

func TestCompare(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "testdata"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "testdata", "x.txt"), []byte("a\r\nb\r\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	var same, differs, missing recorder
	golden.Compare(&same, "x.txt", "a\nb\n")
	golden.Compare(&differs, "x.txt", "a\nc\n")
	golden.Compare(&missing, "y.txt", "")
	if len(same.errors)+len(same.fatals) > 0 {
		t.Errorf("equal texts: %q, %q", same.errors, same.fatals)
	}
	if len(differs.errors) != 1 || !strings.Contains(differs.errors[0], "+    2: c") {
		t.Errorf("a difference is reported as %q", differs.errors)
	}
	if len(missing.fatals) != 1 {
		t.Errorf("a missing file is reported as %q", missing.fatals)
	}
}
