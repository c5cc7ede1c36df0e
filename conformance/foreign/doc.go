// Package foreign compares whole programs of libseccomp with ours, over all inputs.
//
// The programs are made from Docker's default profile and from random documents, at
// libseccomp's two levels of optimisation: a list of comparisons and a binary tree.
// Each is lifted, as [compile.Diff] does, and compared with the program compiled from
// the same document. The verdicts must be the same on every input, except on calls
// that libseccomp's tables, which may be older, don't have. The profile that
// [compile.Program.Explain] reads from libseccomp's program must compile to an equal
// program.
//
//	go test .
//	go test -run '^$' -bench Prove .
//
// The benchmark measures how long it takes to prove our program and libseccomp's.
//
// The package is a module of its own, for development. It needs cgo, libseccomp with
// its headers, and Docker's profile.
package foreign
