// Package compiletest tests policies: that a filter gives chosen calls the verdicts
// that its author had in mind ([Check]), and that it decides like its profile where
// the two are most likely to differ ([Equivalent]).
//
//	func TestPolicy(t *testing.T) {
//		p := policy()
//		prog, err := compile.Compile(p, compile.Options{Target: target})
//		if err != nil {
//			t.Fatal(err)
//		}
//		compiletest.Check(t, prog, []compiletest.Case{
//			{Call: "socket(1, 1)", Want: profile.Allow()},
//			{Call: "socket(38, 5)", Want: profile.Errno(errno.EPERM)}, // AF_ALG
//			{Arch: arch.X86, Call: "vm86", Want: profile.KillProcess()},
//		})
//		compiletest.Equivalent(t, p, target, prog)
//	}
//
// Programs are simulated, so that tests need no kernel and no privileges and run on
// any operating system, for any target. Failures are reported through testing.TB.
// Not tested is what the kernel does with the filter.
package compiletest
