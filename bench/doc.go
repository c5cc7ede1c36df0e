// Package bench compares the filters that this library compiles with those of other
// libraries ("tools"): libseccomp, Elastic's go-seccomp-bpf and gVisor's pkg/seccomp.
//
//	go run ./cmd/peers    prints every table; docs/performance.md explains one run
//	go test .             checks the counts and the verdicts
//	go test -bench .      measures compiling
//
// The package is a module of its own, for development on Linux on x86_64. It needs
// cgo and libseccomp with its headers (libseccomp-dev of Debian), neither of which
// the library needs.
//
// # What is compared
//
// A [Policy] is a profile in terms that all tools have. A [Tool] writes it in its own
// terms and makes a program. All programs run in one interpreter, that of package
// compile, on the same calls; and all are installed in the same kernel, in turns.
// Where a tool can't express a policy, or refuses it, the table gives the reason.
//
// A program is only as good as its verdicts. Each is compared with ours over all
// inputs, and the table says where they differ: on calls that the tool's tables
// lack, on x32 numbers, on other ABIs. A program that doesn't look at these is
// shorter for that reason.
//
// # What a figure means
//
// Counts are exact and the same on every machine; tests compare them with
// testdata/figures.txt. The length is in instructions. A path is the number of
// instructions that one call runs, the return included.
//
// Times are medians of interleaved runs, with quartiles, on the machine at hand. No
// test judges them.
package bench
