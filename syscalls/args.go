package syscalls

import "github.com/portcullis-go/portcullis/arch"

// Param is one parameter of a system call.
type Param struct {
	Name    string // in the kernel's definition
	Pointer bool   // an address in the caller's memory, by its declared type
	// Bits is how many low bits of the argument register the kernel reads: 8,
	// 16, 32 or 64, and at most as many as the ABI's registers have.
	Bits int
}

// Args returns the parameters of the named call on ABI a, and whether they are
// known. Parameter i is that of seccomp_data.args[i]. They are not known where
// the ABI has no such call of its own ([Multiplexed]), and of calls that no
// kernel at hand defines, such as the reserved ones; a call without parameters
// is known to have none. The slice is the caller's.
//
// They are those of the function that the kernel's table has for the call on
// that ABI, for the registers that the function gets, by the types that it
// declares:
//
//   - The ABIs that have both chown and chown32 read 16 bits of a user or group
//     in chown, setuid and their like.
//   - X32 and the MIPS n32 ABIs have 64-bit registers, all of which the kernel
//     reads of a long or an address, but for calls of which the table has the
//     variant for 32-bit processes: ioctl reads 32 bits of its arg there.
//   - On 32-bit ABIs a number of 64 bits, such as an offset, takes two
//     registers, the halves in the ABI's order. A register that is skipped for
//     them to begin at an even one is a parameter "pad", which nobody reads. On
//     MIPS this leaves no place in seccomp_data for the last parameter of
//     fadvise64 and sync_file_range, and it isn't in the list.
//   - Old variants with a block of parameters, such as mmap on X86 and S390X,
//     have its address as their only one.
//
// The 32-bit ABIs that kernels of 32 and of 64 bits serve read the same bits on
// both; the tables' generator sees to it. What a function does with its
// parameters isn't seen, except that of some it uses 32 bits of a long at once:
// clone's flags, ptrace's process and the file descriptors of mmap and of
// readv, writev and their variants. S390 ignores bit 31 of addresses besides.
func Args(a arch.Arch, name string) (params []Param, ok bool) {
	// Inlined in a caller that keeps the parameters to itself, this costs no
	// allocation.
	return appendArgs(make([]Param, 0, maxParams), a, name)
}

// maxParams is the number of arguments in seccomp_data.
const maxParams = 6

func appendArgs(params []Param, a arch.Arch, name string) ([]Param, bool) {
	col, ok := column(a)
	if !ok {
		return nil, false
	}
	id, ok := nameID(name)
	if !ok || numberOf[col][id] == none {
		return nil, false
	}
	variant := startOf(variantEnds[:], id)
	for variantABIs[variant]>>a&1 == 0 {
		variant++ // the last one of a call has all ABIs
	}
	list := variantArgs[variant]
	if list == none {
		return nil, false
	}
	register := a.RegisterBits()
	for _, arg := range args[startOf(listEnds[:], list):listEnds[list]] {
		name := argNames[startOf(argNameEnds[:], arg>>3):argNameEnds[arg>>3]]
		p := Param{Name: name, Bits: 8 << (arg & 7)}
		switch arg & 7 {
		case argPointer:
			p.Pointer, p.Bits = true, 64
		case argPointer32:
			p.Pointer, p.Bits = true, 32
		}
		p.Bits = min(p.Bits, register)
		params = append(params, p)
	}
	return params, true
}

// startOf returns where element i starts in what ends divides.
func startOf(ends []uint16, i uint16) uint16 {
	if i == 0 {
		return 0
	}
	return ends[i-1]
}

// The kinds of parameters in zargs.go that are not 8<<kind bits of a number: an
// address in a whole register, and one of 32 bits in any.
const (
	argPointer   = 4
	argPointer32 = 5
)
