// Package cbpf is classic BPF as seccomp runs it. One table of operations says
// what each does and what the kernel asks of it; everything else reads that table:
//
//   - [Check], the kernel's rules, and [Cost], its measure of length;
//   - [Run] and [Step], the simulator;
//   - [Format], the disassembler of bare instructions; the comments that name
//     arguments, calls and verdicts are package compile's (disasm.go);
//   - [Next], [SetsA], [UsesX], [Compute] and [Holds], which symbolic execution and
//     data-flow analyses are made of, and [Forward], which runs the latter.
//
// [Load], [And], [Jump], [JA] and [Ret] make instructions. All of it works on raw
// instructions, because other forms lose bits.
//
// # Machine
//
// The machine has two 32-bit registers, A and X, both 0 at the start, 16
// scratch words, and the 64 bytes of struct seccomp_data to read. Jumps go
// forward only, so that every program ends: with a RET, whose value is the
// verdict.
//
// # Guarantees
//
// [Check] accepts exactly what Linux accepts: the tests give both the same
// programs. [Run] does what the kernel's interpreter does.
//
// Not guaranteed is a shift by an X of 32 or more, on which the kernel's JIT
// compilers disagree. The interpreter and most compilers, x86-64's among them,
// take X modulo 32, and so does Run; those of arm, powerpc and s390 give 0 for
// some.
package cbpf

import (
	"strconv"

	"golang.org/x/net/bpf"
)

// Words is struct seccomp_data (include/uapi/linux/seccomp.h) as a filter sees
// it: word i is what LD W ABS loads from offset 4*i in the kernel's byte order.
type Words [16]uint32

// Offsets of the fields of struct seccomp_data, in bytes. Arguments and the
// instruction pointer are 64 bits in the kernel's byte order.
const (
	OffNr   = 0
	OffArch = 4
	OffIP   = 8
	OffArgs = 16
	SizeOf  = 64
)

// MaxInsns is the longest program that the kernel takes (BPF_MAXINSNS).
const MaxInsns = 4096

// ScratchWords is the number of scratch words, M[0] to M[15] (BPF_MEMWORDS).
const ScratchWords = 16

// Error reports an instruction that the kernel would refuse. PC is -1 where the
// program as a whole is at fault.
type Error struct {
	PC  int
	Msg string
}

// Error returns the place and the reason, as in "instruction 12: ld [66]: load
// at offset 66; offsets are multiples of 4 below 64".
func (e *Error) Error() string {
	if e.PC < 0 {
		return e.Msg
	}
	return "instruction " + strconv.Itoa(e.PC) + ": " + e.Msg
}

// Load returns LD W ABS: A = the word of seccomp_data at byte offset off.
func Load(off uint32) bpf.RawInstruction { return bpf.RawInstruction{Op: LdWAbs, K: off} }

// And returns AND K: A &= k.
func And(k uint32) bpf.RawInstruction { return bpf.RawInstruction{Op: AndK, K: k} }

// Jump returns a conditional jump: op is one of JeqK, JgtK, JgeK and JsetK (or
// their X forms, which ignore k), jt and jf are the numbers of instructions to
// skip where A meets the condition and where it doesn't.
func Jump(op uint16, k uint32, jt, jf uint8) bpf.RawInstruction {
	return bpf.RawInstruction{Op: op, Jt: jt, Jf: jf, K: k}
}

// JA returns the unconditional jump that skips k instructions.
func JA(k uint32) bpf.RawInstruction { return bpf.RawInstruction{Op: Ja, K: k} }

// Ret returns RET K: the program ends with the verdict k.
func Ret(k uint32) bpf.RawInstruction { return bpf.RawInstruction{Op: RetK, K: k} }
