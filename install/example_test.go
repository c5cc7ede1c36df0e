package install_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/syscalls"
)

// denyPtrace makes ptrace(2) fail with EPERM. Everything else goes on, so that the
// Go runtime has what it needs.
func denyPtrace() []bpf.RawInstruction {
	native := arch.Native()
	ptrace, _ := syscalls.Lookup(native, "ptrace")
	return []bpf.RawInstruction{
		{Op: 0x20, K: 4},                     // 0: ld [4], the architecture
		{Op: 0x15, K: native.Audit(), Jf: 4}, // 1: jeq this machine's, 2, 6
		{Op: 0x20, K: 0},                     // 2: ld [0], the number
		{Op: 0x35, K: 0x40000000, Jt: 2},     // 3: jge where x32's numbers begin, 6, 4
		{Op: 0x15, K: ptrace, Jt: 1},         // 4: jeq ptrace, 6, 5
		{Op: 0x06, K: 0x7fff0000},            // 5: ret allow
		{Op: 0x06, K: 0x50001},               // 6: ret errno 1, EPERM
	}
}

// After Load returns nil, ptrace fails on every thread of the process, and so does
// every call through another ABI.
func ExampleLoad() {
	err := install.Load(denyPtrace(), install.Options{})
	if errors.Is(err, errors.ErrUnsupported) {
		// No seccomp, or no Linux. Going on without a filter is this program's choice.
	} else if err != nil {
		log.Fatal(err)
	}
	fmt.Println("still running")
	// Output: still running
}

// The kernel's rules are checked on every system, before the kernel is asked.
func ExampleLoad_programError() {
	err := install.Load([]bpf.RawInstruction{
		{Op: 0x20, K: 66},         // ld [66]
		{Op: 0x06, K: 0x7fff0000}, // ret allow
	}, install.Options{})
	fmt.Println(err)
	if bad := (*install.ProgramError)(nil); errors.As(err, &bad) {
		fmt.Println("instruction", bad.PC)
	}
	// Output:
	// install: instruction 0: ld [66]: load at offset 66; offsets are multiples of 4 below 64
	// instruction 0
}

// A build step compiles a profile and writes the program's MarshalBinary to a file
// for each GOARCH; the service embeds the file and needs neither profile nor
// compiler:
//
//	//go:embed filter_amd64.bpf
//	var filter []byte
func ExampleDecode() {
	filter, err := binary.Append(nil, binary.NativeEndian, denyPtrace())
	if err != nil {
		log.Fatal(err)
	}
	prog, err := install.Decode(filter)
	fmt.Println(len(prog), "instructions,", err)

	_, err = install.Decode(filter[:len(filter)-1])
	fmt.Println(err)
	// Output:
	// 7 instructions, <nil>
	// install: the program has 55 bytes, which is no multiple of 8
}

func ExampleParseFlags() {
	flags, err := install.ParseFlags([]string{"LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"})
	fmt.Println(flags, err)
	_, err = install.ParseFlags([]string{"TSINC"})
	fmt.Println(err)
	// Output:
	// LOG|SPEC_ALLOW <nil>
	// install: unknown flag "TSINC"; did you mean "TSYNC"?
}

// The kernel is asked without changing anything.
func ExampleHaveFlag() {
	switch s := install.HaveFlag(install.FlagTSync | install.FlagLog); s.Answer {
	case install.Yes:
		fmt.Println("all threads at once, with logging")
	case install.No:
		fmt.Println("lacking: ", s.Reason)
	case install.CantTell:
		fmt.Println("hidden: ", s.Reason)
	}
}
