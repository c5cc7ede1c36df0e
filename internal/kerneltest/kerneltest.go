// Package kerneltest says whether tests may install filters on the running kernel.
//
// A kernel that lacks seccomp says so, and the tests that need it skip by themselves.
// This package is for a kernel that has seccomp and doesn't come back from installing
// a filter: a thread that waits there can't be killed, so that every test that tries
// would hang for ever. Only a trial in a process of its own, which may be left behind,
// can find that out; .ci/run makes one first, and sets the variable if it fails.
package kerneltest

import (
	"os"
	"testing"
)

// Variable is the environment variable that says why filters can't be installed.
const Variable = "PORTCULLIS_NO_FILTERS"

// NoFilters returns why filters can't be installed, or "" if nothing is known to stand
// in the way.
func NoFilters() string { return os.Getenv(Variable) }

// NeedFilters skips a test that installs filters where the kernel can't.
func NeedFilters(t testing.TB) {
	t.Helper()
	if why := NoFilters(); why != "" {
		t.Skip("can't install filters: " + why)
	}
}
