package install_test

import (
	"errors"
	"fmt"
	"log"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/install"
)

// A program is checked by the kernel's rules on every system, so that a mistake
// reads as what it is and shows before a kernel is there to find it.
func ExampleLoad() {
	prog := []bpf.RawInstruction{
		{Op: 0x20, K: 0},          // ld [0]: the system call's number
		{Op: 0x15, K: 59, Jf: 2},  // jeq #59, 2, 4
		{Op: 0x20, K: 66},         // ld [66]
		{Op: 0x06, K: 0x50001},    // ret: errno 1
		{Op: 0x06, K: 0x7fff0000}, // ret: allow
	}
	err := install.Load(prog, install.Options{})
	fmt.Println(err)

	var bad *install.ProgramError
	if errors.As(err, &bad) {
		fmt.Println("at", bad.PC)
	}
	// Output:
	// install: instruction 2: ld [66]: load at offset 66; offsets are multiples of 4 below 64
	// at 2
}

// A program that wants to go on where there is no seccomp says so.
func ExampleLoad_optional() {
	prog := []bpf.RawInstruction{{Op: 0x06, K: 0x7fff0000}}
	err := install.Load(prog, install.Options{Flags: install.FlagLog})
	if errors.Is(err, errors.ErrUnsupported) {
		log.Print("running without a filter: ", err)
	} else if err != nil {
		log.Fatal(err)
	}
}

// What a system has is asked without changing anything.
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
