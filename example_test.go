package portcullis_test

import (
	"fmt"
	"log"
	"os/exec"

	"github.com/portcullis-go/portcullis"
	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// A program gives up what it never needs: to start other programs, to look into
// other processes, to change the file system or the kernel.
func ExampleConfine() {
	p := profile.New(profile.Allow()).Deny(errno.EPERM,
		"execve", "execveat",
		"ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd",
		"mount", "umount2", "pivot_root", "fsopen", "open_tree", "move_mount",
		"bpf", "init_module", "finit_module", "kexec_load", "kexec_file_load",
		"io_uring_setup",
	)
	if err := portcullis.Confine(p); err != nil {
		log.Fatal(err)
	}
	fmt.Println("still running")
	fmt.Println(exec.Command("/bin/sh", "-c", "id").Run())
	// It prints:
	//	still running
	//	fork/exec /bin/sh: operation not permitted
}

// The same in steps, for a program that wants to read the compiler's notes and
// the figures of the filter before it is in force.
func Example_steps() {
	p := profile.New(profile.Allow()).
		Deny(errno.EPERM, "execve", "execveat", "ptrace", "mount")

	prog, err := compile.Compile(p, compile.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, note := range prog.Notes() {
		log.Print(note)
	}
	fmt.Print(prog)
	if err := install.Load(prog.Raw(), install.Options{}); err != nil {
		log.Fatal(err)
	}
}

// A policy is tested on any system: compile it for a machine that you name, and
// ask the program for its verdicts.
func Example_test() {
	const afUnix, afInet, afVsock = 1, 2, 40
	p := profile.New(profile.Errno(errno.EPERM)).
		Allow("read", "write", "exit_group").
		Allow("socket").If(profile.Arg(0).In(afUnix, afInet)).
		Deny(errno.ENOSYS, "clone3")

	for _, a := range []arch.Arch{arch.X86_64, arch.MIPS} {
		prog, err := compile.Compile(p, compile.Options{Target: compile.Target{Arch: a}})
		if err != nil {
			log.Fatal(err)
		}
		verdict := func(via arch.Arch, name string, args ...uint64) {
			d, err := compile.Call(via, name, args...)
			if err != nil {
				log.Fatal(err)
			}
			fmt.Printf("%v: %v\n", d, prog.Run(d))
		}
		verdict(a, "read")
		verdict(a, "socket", afInet)
		verdict(a, "socket", afVsock)
		verdict(a, "clone3")
		verdict(arch.X86, "read")
	}
	// Output:
	// x86_64 read(): Allow
	// x86_64 socket(0x2): Allow
	// x86_64 socket(0x28): Errno(1)
	// x86_64 clone3(): Errno(38)
	// x86 read(): KillProcess
	// mips read(): Allow
	// mips socket(0x2): Allow
	// mips socket(0x28): Errno(1)
	// mips clone3(): Errno(89)
	// x86 read(): KillProcess
}

// A Docker profile, resolved for an arm64 machine with Linux 6.12 and without
// capabilities, and which of its rules decides.
func Example_docker() {
	doc, err := oci.Parse([]byte(`{
		"defaultAction": "SCMP_ACT_ERRNO",
		"archMap": [{"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]}],
		"syscalls": [
			{"names": ["read", "openat", "openat2", "exit_group"], "action": "SCMP_ACT_ALLOW"},
			{"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}}
		]
	}`), oci.ParseOptions{})
	if err != nil {
		log.Fatal(err)
	}
	target := compile.Target{Arch: arch.AArch64}
	target.Kernel.UnmarshalText([]byte("6.12"))
	p, findings, err := doc.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: target.Arch, Kernel: target.Kernel}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(findings), "findings")
	prog, err := compile.Compile(p, compile.Options{Target: target})
	if err != nil {
		log.Fatal(err)
	}
	for _, call := range []struct {
		via  arch.Arch
		name string
	}{{arch.AArch64, "openat"}, {arch.AArch64, "mount"}, {arch.ARM, "read"}} {
		d, err := compile.Call(call.via, call.name)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%v: %v\n", d, prog.Run(d))
	}
	// Output:
	// 0 findings
	// aarch64 openat(): Allow
	// aarch64 mount(): Errno(1)
	// arm read(): Allow
}
