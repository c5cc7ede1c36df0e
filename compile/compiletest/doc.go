// Package compiletest provides utilities for testing policies: that a filter
// gives chosen calls the verdicts that its author had in mind, and that it
// decides like its profile where the two are most likely to differ.
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
// Programs are simulated. The tests need no kernel and no privileges, and run on
// any operating system, whatever the target.
package compiletest
