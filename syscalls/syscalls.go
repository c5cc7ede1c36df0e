// Package syscalls has the names, numbers and parameters of the system calls of
// every ABI of package arch.
//
// The tables are the kernel's ([LinuxVersion]). A name is the one in the kernel's
// table for the ABI (scripts/syscall.tbl and arch/*/**/syscall*.tbl). A number is
// the value of seccomp_data.nr. A number that the kernel reserves for a name without
// serving it, such as x86_64's tuxcall, counts as a call: a rule about it is
// harmless, and profiles have such rules. Recent kernels no longer serve the 31-bit
// S390; its table is that of the last kernel that did. SOURCES.md in the package's
// directory says where each fact comes from, and where other tables differ.
//
// On some ABIs a call has no number of its own, or can also be made through
// socketcall or ipc. [Lookup] knows numbers only; see [Multiplexed].
//
// The package does no work before main. Only [Nearest] allocates, and [Args] if its
// result escapes. An invalid ABI has no calls.
package syscalls

import (
	"iter"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/spell"
)

// LinuxVersion is the kernel release whose tables these are.
const LinuxVersion = "7.2"

// Lookup returns the number of the named call on ABI a, as it appears in
// seccomp_data.nr: including bit 30 of X32 and the base of the MIPS ABIs. It reports
// false if the ABI lacks the call or has it only through socketcall or ipc.
func Lookup(a arch.Arch, name string) (nr uint32, ok bool) {
	_, n, ok := find(a, name)
	if !ok {
		return 0, false
	}
	return unpack(a, n), true
}

// Name returns the kernel's name of the call with number nr on ABI a. It reports
// false if no call has the number.
func Name(a arch.Arch, nr uint32) (name string, ok bool) {
	col, ok := column(a)
	if !ok {
		return "", false
	}
	n, ok := pack(a, nr)
	if !ok || n >= maxNumber {
		return "", false
	}
	if id, ok := numbered(col, uint16(n)); ok {
		return nameAt(id), true
	}
	return "", false
}

// Known reports whether any ABI has a call of that name.
func Known(name string) bool {
	_, ok := nameID(name)
	return ok
}

// Nearest returns the known name that is nearest to a misspelt one, by the number of
// letters to add, remove, replace or exchange. It returns "" if that would be more
// than a third of the letters.
func Nearest(name string) string { return spell.Nearest(name, allNames) }

func allNames(yield func(string) bool) {
	for id := range uint16(numNames) {
		if !yield(nameAt(id)) {
			return
		}
	}
}

// All returns the numbers and names of the calls of ABI a, by ascending number.
func All(a arch.Arch) iter.Seq2[uint32, string] {
	return func(yield func(uint32, string) bool) {
		col, ok := column(a)
		if !ok {
			return
		}
		for n, id := range numbersOf(col) {
			if id == 0 {
				continue
			}
			if !yield(unpack(a, uint16(n)), nameAt(id-1)) {
				return
			}
		}
	}
}
