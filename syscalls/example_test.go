package syscalls_test

import (
	"fmt"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

func ExampleLookup() {
	for _, a := range []arch.Arch{arch.X86_64, arch.X32, arch.MIPS, arch.AArch64} {
		nr, ok := syscalls.Lookup(a, "open")
		fmt.Println(a, nr, ok)
	}
	// Output:
	// x86_64 2 true
	// x32 1073741826 true
	// mips 4005 true
	// aarch64 0 false
}

func ExampleName() {
	fmt.Println(syscalls.Name(arch.X86_64, 257))
	fmt.Println(syscalls.Name(arch.ARM, 0xf0005))
	// Output:
	// openat true
	// set_tls true
}

func ExampleNearest() {
	fmt.Println(syscalls.Known("ckock_adjtime"), syscalls.Nearest("ckock_adjtime"))
	// Output:
	// false clock_adjtime
}

func ExampleAll() {
	for nr, name := range syscalls.All(arch.RISCV64) {
		if nr > 2 {
			break
		}
		fmt.Println(nr, name)
	}
	// Output:
	// 0 io_setup
	// 1 io_destroy
	// 2 io_submit
}

func ExampleArgs() {
	for _, a := range []arch.Arch{arch.X86_64, arch.X86} {
		params, ok := syscalls.Args(a, "chown")
		fmt.Println(a, ok)
		for _, p := range params {
			fmt.Println(p.Name, p.Bits, p.Pointer)
		}
	}
	// Output:
	// x86_64 true
	// filename 64 true
	// user 32 false
	// group 32 false
	// x86 true
	// filename 32 true
	// user 16 false
	// group 16 false
}

func ExampleSince() {
	for _, a := range []arch.Arch{arch.X86_64, arch.X86} {
		release, ok := syscalls.Since(a, "socket")
		fmt.Println(a, release, ok)
	}
	// Output:
	// x86_64 2.0 true
	// x86 4.3 true
}

func ExampleMultiplexed() {
	_, direct := syscalls.Lookup(arch.X86, "accept")
	via, call, ok := syscalls.Multiplexed(arch.X86, "accept")
	fmt.Println(direct, via, call, ok)
	// Output:
	// false socketcall 5 true
}

func ExampleParseRelease() {
	running, err := syscalls.ParseRelease("6.12.48+deb13-amd64")
	if err != nil {
		panic(err)
	}
	since, _ := syscalls.Since(arch.X86_64, "mseal")
	fmt.Println(running, since, running.Compare(since) >= 0)
	// Output:
	// 6.12 6.10 true
}
