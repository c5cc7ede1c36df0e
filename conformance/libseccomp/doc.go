// Package libseccomp compares package oci's reading of a container document with
// the C library libseccomp's.
//
// [Build] makes a program with the library's public functions, called in the order
// in which the container runtimes call them: every rule whose action is not the
// default is added in document order, once for each name. [RuntimeRules] makes that
// list of rules.
//
// The tests resolve documents, run the library's programs on boundary values, and
// compare their verdicts with those of the resolved profile: Docker's default
// profile on each ABI, and thousands of random documents. The rules of the profile
// are evaluated by the tests' own evaluator, which shares no code with the compiler.
// Documents whose rule order libseccomp does not specify are counted and left out.
//
//	go test -v .
//
// prints how many documents were compared and why others were not. Package foreign
// compares whole programs, over all inputs.
//
// The package is a module of its own, for development. It needs cgo and libseccomp
// with its headers (libseccomp-dev of Debian), neither of which the library needs.
package libseccomp
