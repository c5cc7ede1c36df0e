// Package cbpf is classic BPF as seccomp runs it: one table of operations and
// its four readers, the kernel's checker, a simulator, a disassembler and an
// encoder. It works on raw instructions, because others lose bits.
package cbpf

import "golang.org/x/net/bpf"

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

// Check applies the kernel's rules for seccomp filters (net/core/filter.c
// bpf_check_classic, kernel/seccomp.c seccomp_check_filter). The error is an
// [*Error] that names the first instruction at fault.
func Check(prog []bpf.RawInstruction) error { panic("todo") }

// Error reports an instruction that the kernel would refuse. PC is -1 where the
// program as a whole is at fault.
type Error struct {
	PC  int
	Msg string
}

func (e *Error) Error() string { panic("todo") }

// Run executes a program that passed [Check] and returns its value. It ends on
// any input: jumps go forward only. For a program that was not checked the
// error is an [*Error].
func Run(prog []bpf.RawInstruction, w *Words) (uint32, error) { panic("todo") }

// Step executes like [Run] and calls visit with each pc before its instruction.
func Step(prog []bpf.RawInstruction, w *Words, visit func(pc int)) (uint32, error) { panic("todo") }

// Format returns instruction pc in the notation of the kernel's bpf_asm, with
// jump targets as absolute instruction numbers. It never fails: what is no
// instruction is shown as its raw fields.
func Format(prog []bpf.RawInstruction, pc int) string { panic("todo") }
