// Package golden compares what a test made with a file that is checked in.
//
// Golden files hold what a person can review: listings, lengths, the exported API.
// Run the tests of one package with -update to write its files anew:
//
//	go test ./compile -run TestListings -update
//
// The package is for tests only. It declares the interface that it needs of
// *testing.T, so that it doesn't import testing.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
)

// T is the part of *testing.T that the package uses.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// The flag belongs to the test binary that links this package; no other does.
var update = flag.Bool("update", false, "write the golden files anew instead of comparing with them")

// Compare reports the lines in which got differs from the file name below the
// package's testdata directory. With -update it writes the file instead.
func Compare(t T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// A checkout on Windows may have other line ends.
	want := strings.ReplaceAll(string(b), "\r\n", "\n")
	if diff := Diff(want, got); diff != "" {
		t.Errorf("%s differs from what the test made (- file, + test); -update writes it anew:\n%s", file, diff)
	}
}
