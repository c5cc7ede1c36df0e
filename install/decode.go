package install

import (
	"encoding/binary"
	"math/bits"
	"strconv"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

const insnSize = 8 // struct sock_filter

// Decode returns the instructions of a filter that was compiled ahead of time: an
// array of struct sock_filter (include/uapi/linux/filter.h) in the byte order of
// the running machine, as compile's Program.MarshalBinary writes it for that
// machine.
//
// The error is a [*ProgramError]. Decode refuses bytes that are no array of 1 to
// 4096 instructions, and bytes in the other byte order: every filter ends with a
// ret, whose operation code shows the order. Which ABI a filter is for can't be told
// from its bytes, so embed a file for each GOARCH. [Load] checks the instructions.
func Decode(b []byte) ([]bpf.RawInstruction, error) {
	n := len(b) / insnSize
	reason := ""
	switch {
	case len(b) == 0:
		reason = "the program is empty"
	case len(b)%insnSize != 0:
		reason = "the program has " + strconv.Itoa(len(b)) + " bytes, which is no multiple of " + strconv.Itoa(insnSize)
	case n > cbpf.MaxInsns:
		reason = "the program has " + strconv.Itoa(n) + " instructions; the limit is " + strconv.Itoa(cbpf.MaxInsns)
	}
	if reason != "" {
		return nil, &ProgramError{PC: -1, Reason: reason}
	}
	prog := make([]bpf.RawInstruction, n)
	for pc := range prog {
		ins := b[insnSize*pc:][:insnSize]
		prog[pc] = bpf.RawInstruction{
			Op: binary.NativeEndian.Uint16(ins),
			Jt: ins[2],
			Jf: ins[3],
			K:  binary.NativeEndian.Uint32(ins[4:]),
		}
	}
	if op := bits.ReverseBytes16(prog[n-1].Op); op == cbpf.RetK || op == cbpf.RetA {
		return nil, &ProgramError{PC: -1, Reason: "the program is in the other byte order, for another machine"}
	}
	return prog, nil
}
