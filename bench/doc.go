// Package bench compares this library's filters with those of other tools: their
// length, how many instructions a call runs, how long compiling takes, and what
// the kernel does with them.
//
//	go run ./cmd/peers
//
// prints everything, and docs/performance.md explains one such run.
//
// It is a module of its own, for development on Linux on x86_64. It needs cgo and
// the C library libseccomp with its headers (libseccomp-dev of Debian), which the
// library itself never does.
//
// # What is compared
//
// A Spec describes a profile in terms that all tools have. A Tool writes it in its
// own terms and makes a program of it. All programs are run by one emulator, that
// of package compile, on the same calls, and installed in the same kernel in turns.
// What a tool can't express, or refuses, is said in its place.
//
// A program is only as good as its verdicts. Two programs are compared exactly,
// over all inputs, and where they differ the table says on what: calls that a
// tool's tables don't know yet, the numbers of x32 on x86_64, other ABIs. A
// program that doesn't look at these does less, and is shorter for it.
//
// # What is counted
//
// Counts are exact and the same on every machine, and the tests hold them.
// An instruction that runs counts as one step, the return included. Times are
// medians of interleaved runs on whatever machine this is; no test judges them.
package bench
