package compile

import (
	"strconv"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// CheckError reports a program that the kernel would refuse, by the kernel's own
// rules (net/core/filter.c bpf_check_classic, kernel/seccomp.c
// seccomp_check_filter).
type CheckError struct {
	PC     int    // the first instruction at fault; -1 is the program as a whole
	Reason string // what is wrong
}

// Error returns the place and the reason, as in "compile: instruction 12: ld
// [66]: load at offset 66; offsets are multiples of 4 below 64".
func (e *CheckError) Error() string {
	if e.PC < 0 {
		return "compile: the program is refused: " + e.Reason
	}
	return "compile: instruction " + strconv.Itoa(e.PC) + ": " + e.Reason
}

// check returns a *CheckError if the kernel would refuse a program.
func check(raw []bpf.RawInstruction) error {
	if err := cbpf.Check(raw); err != nil {
		bad := err.(*cbpf.Error)
		return &CheckError{PC: bad.PC, Reason: bad.Msg}
	}
	return nil
}
