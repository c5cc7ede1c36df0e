// Package syscalls maps names of system calls to their numbers, and back, for
// every ABI of package arch.
package syscalls

import (
	"iter"

	"github.com/portcullis-go/portcullis/arch"
)

// LinuxVersion is the kernel release whose tables these are.
const LinuxVersion = "7.2"

// Lookup returns the number of the named call on ABI a, as it appears in
// seccomp_data.nr: with bit 30 for X32 and with the base of the MIPS ABIs.
func Lookup(a arch.Arch, name string) (nr uint32, ok bool) { panic("todo") }

// Name returns the name of the call with number nr on ABI a. Where several
// names share a number, it is the one in the kernel's own table.
func Name(a arch.Arch, nr uint32) (name string, ok bool) { panic("todo") }

// Known reports whether any ABI has a call of that name.
func Known(name string) bool { panic("todo") }

// Nearest returns the known name that is nearest to a misspelt one, or "".
func Nearest(name string) string { panic("todo") }

// All returns the calls of ABI a by ascending number.
func All(a arch.Arch) iter.Seq2[uint32, string] { panic("todo") }

// Since returns the kernel release that first had the call on ABI a ...
func Since(a arch.Arch, name string) (Release, bool) { panic("todo") }

// Release is a kernel release, such as 6.12.
type Release struct{ Major, Minor int }

// Param is one parameter of a system call.
type Param struct {
	Name    string // in the kernel's definition
	Pointer bool   // an address in the caller's memory
	// Bits is how many low bits of the argument register the kernel reads on a
	// 64-bit ABI: 8, 16, 32 or 64. On an ABI whose registers are 32 bits it
	// reads at most 32.
	Bits int
}

// Args returns the parameters of the named call, and whether they are known.
func Args(name string) (params []Param, ok bool) { panic("todo") }

// Multiplexed returns, for an ABI that has them, the call through which the
// named call can also be made (socketcall or ipc) and the value of that call's
// first argument which selects it.
func Multiplexed(a arch.Arch, name string) (via string, call uint32, ok bool) { panic("todo") }
