// Package longtest holds the one switch between the tests of the inner loop and
// the long ones: proofs of the whole corpus, random campaigns, exhaustive searches.
//
//	go test ./...                      the inner loop, under a minute
//	PORTCULLIS_LONG=1 go test ./...    everything, as CI runs it
//
// It is an environment variable and not a flag, because a flag that some packages
// lack fails with ./... .
package longtest

import (
	"os"
	"testing"
)

// Variable is the environment variable that asks for the long tests.
const Variable = "PORTCULLIS_LONG"

// Enabled reports whether the long tests were asked for.
func Enabled() bool { return os.Getenv(Variable) != "" }

// Skip skips a test or benchmark as a whole unless the long ones were asked for.
// A test that has a short form asks [Enabled] instead and does less.
func Skip(t testing.TB) {
	t.Helper()
	if !Enabled() {
		t.Skip("takes long: set " + Variable + "=1 to run it")
	}
}
