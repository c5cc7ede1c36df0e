package compile_test

import (
	"fmt"
	"log"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
)

// web is a profile for the examples.
func web() profile.Profile {
	return profile.New(profile.Errno(errno.EPERM)).
		Allow("read", "write", "exit_group").
		Allow("socket").If(profile.Arg(0).In(1, 2)). // AF_UNIX, AF_INET
		Deny(errno.ENOSYS, "clone3")
}

func mustBuild(p profile.Profile, a arch.Arch) *compile.Program {
	prog, err := compile.Compile(p, compile.Options{Target: compile.Target{Arch: a}})
	if err != nil {
		log.Fatal(err)
	}
	return prog
}

func ExampleCompile() {
	prog, err := compile.Compile(web(), compile.Options{Target: compile.Target{Arch: arch.AArch64}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(prog.Stats(nil))
	fmt.Print(prog)
	// Output:
	// 17 instructions, longest path 10, mean 6.8, 1 ABI
	//    0: ld [4]                         ; arch
	//    1: jeq #0xc00000b7, 3, 2          ; aarch64
	//    2: ret #0x80000000                ; KillProcess
	//    3: ld [0]                         ; nr
	//    4: jge #0xc7, 5, 7                ; socketpair
	//    5: jeq #0x1b3, 6, 16              ; clone3
	//    6: ret #0x50026                   ; Errno(ENOSYS)
	//    7: jge #0x5f, 11, 8               ; waitid
	//    8: jge #0x3f, 9, 16               ; read
	//    9: jge #0x41, 10, 15              ; readv
	//   10: jeq #0x5e, 15, 16              ; exit_group
	//   11: jeq #0xc6, 12, 16              ; socket
	//   12: ld [16]                        ; arg0 (low)
	//   13: jeq #0x0, 16, 14
	//   14: jge #0x3, 16, 15
	//   15: ret #0x7fff0000                ; Allow
	//   16: ret #0x50001                   ; Errno(EPERM)
}

func ExampleCompile_errors() {
	p := profile.New(profile.Errno(errno.EPERM)).
		Allow("raed").
		Allow("fchmod").If(profile.Arg(1).Equal(0o1000000))
	_, err := compile.Compile(p, compile.Options{Target: compile.Target{Arch: arch.X86_64}})
	fmt.Println(err)
	// Output:
	// profile: rule 0: unknown system call "raed" (did you mean "read"?)
	// profile: rule 1: arg1 == 0x40000: 0x40000 doesn't fit the 16 bits that are compared (fchmod on x86_64); Register compares all, Low32 truncates
}

func ExampleProgram_Run() {
	prog := mustBuild(web(), arch.X86_64)
	for _, domain := range []uint64{2, 40} {
		call, err := compile.Call(arch.X86_64, "socket", domain)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(call, prog.Run(call))
	}
	// Output:
	// x86_64 socket(0x2) Allow
	// x86_64 socket(0x28) Errno(1)
}

func ExampleProgram_Trace() {
	prog := mustBuild(web(), arch.S390X)
	call, err := compile.Call(arch.S390X, "clone3")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(prog.Trace(call))
	// Output:
	// s390x clone3()
	//    0: ld [4]                         ; arch
	//    1: jeq #0x80000016, 3, 2          ; s390x
	//    3: ld [0]                         ; nr
	//    4: jge #0xf8, 7, 5                ; exit_group
	//    7: jge #0x167, 9, 8               ; socket
	//    9: jeq #0x167, 12, 10             ; socket
	//   10: jeq #0x1b3, 11, 16             ; clone3
	//   11: ret #0x50026                   ; Errno(ENOSYS)
	// => Errno(ENOSYS)
}

func ExampleEvaluate() {
	call, err := compile.Call(arch.X86_64, "clone3")
	if err != nil {
		log.Fatal(err)
	}
	v, err := compile.Evaluate(web(), compile.Target{Arch: arch.X86_64}, call)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(v.Action, "by rule", v.Rule)
	// Output:
	// Errno(38) by rule 2
}

func ExampleDiff() {
	a := mustBuild(web(), arch.X86_64)
	b := mustBuild(web().Allow("socket").If(profile.Arg(0).Equal(38)).Allow("ptrace"), arch.X86_64)
	changes, err := compile.Diff(a, b)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(changes)
	laxer, err := compile.AtLeastAsStrict(b, a)
	fmt.Println(laxer, err)
	// Output:
	// x86_64: socket: low32(arg0) == 38: Errno(EPERM) → Allow
	// x86_64: ptrace: Errno(EPERM) → Allow
	// x86_64 socket(0x26): Allow → Errno(EPERM) <nil>
}

func ExampleProgram_Explain() {
	x, err := mustBuild(web(), arch.X86_64).Explain()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(x)
	// Output:
	// x86_64:
	// 	read, write, exit_group: Allow
	// 	socket: low32(arg0) >= 1 && low32(arg0) <= 2: Allow
	// 	clone3: Errno(ENOSYS)
	// 	else: Errno(EPERM)
	// other ABIs: KillProcess
}

func ExampleFlatten() {
	older := mustBuild(web(), arch.X86_64)
	newer := mustBuild(profile.New(profile.Allow()).Do(profile.Trap(1), "write"), arch.X86_64)
	flat, err := compile.Flatten(older, newer)
	if err != nil {
		log.Fatal(err)
	}
	changes, err := compile.Diff(older, flat)
	fmt.Print(changes, err)
	// Output:
	// x86_64: write: Allow → Trap(1)
	//  <nil>
}

func ExampleVerify() {
	err := compile.Verify(mustBuild(web(), arch.X86_64), web().Allow("ptrace"), compile.Target{Arch: arch.X86_64})
	fmt.Println(err)
	// Output:
	// compile: on x86_64 ptrace() the profile says Allow and the program Errno(EPERM)
}

// A program that makes one call more often than others gets a filter that comes
// to it sooner.
func ExampleWeights() {
	p := profile.New(profile.Errno(errno.EPERM)).
		Allow("read", "write", "close", "mmap", "futex", "exit_group").
		Allow("ioctl").If(profile.Arg(1).In(0x5401, 0x5413))
	call, err := compile.Call(arch.X86_64, "ioctl", 1, 0x5413)
	if err != nil {
		fmt.Println(err)
		return
	}
	target := compile.Target{Arch: arch.X86_64}
	for _, w := range []compile.Weights{nil, {{Syscall: "ioctl", Calls: 900}, {Syscall: "read", Calls: 100}}} {
		prog, err := compile.Compile(p, compile.Options{Target: target, Weights: w})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(len(prog.Trace(call).PCs), "instructions to", prog.Run(call))
	}
	// Output:
	// 11 instructions to Allow
	// 8 instructions to Allow
}

// Without one of its passes the compiler makes a program that is longer, and
// decides the same.
func ExampleParsePasses() {
	p := profile.New(profile.Allow()).Deny(errno.EPERM, "mount", "ptrace", "bpf")
	without, err := compile.ParsePasses("equalities")
	if err != nil {
		fmt.Println(err)
		return
	}
	target := compile.Target{Arch: arch.AArch64}
	short, err := compile.Compile(p, compile.Options{Target: target, Effort: compile.Exhaustive()})
	if err != nil {
		fmt.Println(err)
		return
	}
	long, err := compile.Compile(p, compile.Options{Target: target, Without: without})
	if err != nil {
		fmt.Println(err)
		return
	}
	differ, err := compile.Equal(short, long)
	fmt.Println(short.Stats(nil).Instructions, long.Stats(nil).Instructions, differ, err)
	// Output:
	// 11 12 <nil> <nil>
}
