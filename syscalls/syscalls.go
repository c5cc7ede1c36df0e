// Package syscalls maps names of system calls to their numbers, and back, for
// every ABI of package arch.
//
// The tables are those of the kernel ([LinuxVersion]): a name is the one in the
// kernel's table for the ABI (scripts/syscall.tbl and arch/*/**/syscall*.tbl), a
// number the one that seccomp_data.nr has. A number that the kernel reserves for
// a name without serving it, such as x86_64's tuxcall, counts as a call: rules
// about it are harmless, and profiles have them. The 31-bit S390, which recent
// kernels don't serve any more, has what its last kernel had. SOURCES.md in the
// directory of the package says where each fact comes from, and where other
// tables differ.
//
// On some ABIs a name has no number of its own, or one beside the older way:
// its calls go through socketcall or ipc. [Lookup] knows numbers only; ask
// [Multiplexed] for the rest.
//
// Nothing is computed before main and nothing allocates but [Nearest], and
// [Args] where its result is kept. An invalid ABI has no calls.
package syscalls

import (
	"iter"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/spell"
)

// LinuxVersion is the kernel release whose tables these are.
const LinuxVersion = "7.2"

// Lookup returns the number of the named call on ABI a, as it appears in
// seccomp_data.nr: with bit 30 for X32 and with the base of the MIPS ABIs. It
// reports false where the ABI has no such call, or has it through socketcall or
// ipc only.
func Lookup(a arch.Arch, name string) (nr uint32, ok bool) {
	col, ok := column(a)
	if !ok {
		return 0, false
	}
	id, ok := nameID(name)
	if !ok {
		return 0, false
	}
	return unpack(a, number(col, id))
}

// Name returns the name of the call with number nr on ABI a, which is the
// kernel's own for it. It reports false for a number that is no call's.
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

// Nearest returns the known name that is nearest to a misspelt one: fewest
// letters to add, remove, replace or exchange, and no more than a third of
// them. It returns "" where none is that near.
func Nearest(name string) string { return spell.Nearest(name, allNames) }

func allNames(yield func(string) bool) {
	for id := range uint16(numNames) {
		if !yield(nameAt(id)) {
			return
		}
	}
}

// All returns the calls of ABI a by ascending number: what [Lookup] and [Name]
// know of it.
func All(a arch.Arch) iter.Seq2[uint32, string] {
	return func(yield func(uint32, string) bool) {
		col, ok := column(a)
		if !ok {
			return
		}
		ids := numbersOf(col)
		for n, id := range ids {
			if id == 0 {
				continue
			}
			id--
			if nr, ok := unpack(a, uint16(n)); ok && !yield(nr, nameAt(id)) {
				return
			}
		}
	}
}
