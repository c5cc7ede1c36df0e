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
	kinds, at, ok := findArgs(a, name)
	if !ok {
		return nil, false
	}
	for _, arg := range args[argsOf[at]:] {
		if kinds == 0 {
			break
		}
		params = append(params, Param{
			Name:    argNames[startOf(argNameEnds[:], arg):argNameEnds[arg]],
			Pointer: kinds&7 == argPointer || kinds&7 == argPointer32,
			Bits:    bitsOf(kinds&7, a),
		})
		kinds >>= 3
	}
	return params, true
}

// ArgBits returns how many low bits of seccomp_data.args[i] the kernel reads in
// the named call on ABI a: the Bits of parameter i of [Args]. It reports false
// where that isn't known, and where the call has no such parameter. A program
// that asks for nothing else doesn't link the parameters' names.
func ArgBits(a arch.Arch, name string, i int) (bits int, ok bool) {
	kinds, _, ok := findArgs(a, name)
	if !ok || uint(i) >= maxParams {
		return 0, false
	}
	if kinds = kinds >> (3 * i) & 7; kinds == 0 {
		return 0, false
	}
	return bitsOf(kinds, a), true
}

// variant is the parameters of a call on some ABIs.
type variant struct {
	name  uint16
	abis  uint8 // index of variantABIs
	kinds uint8 // index of kindLists
}

// findArgs returns the kinds of a call's parameters, the first one's lowest, and
// the index of argsOf. It reports false where they are not known.
func findArgs(a arch.Arch, name string) (kinds uint32, at int, ok bool) {
	col, ok := column(a)
	if !ok {
		return 0, 0, false
	}
	id, ok := nameID(name)
	if !ok || number(col, id) == none {
		return 0, 0, false
	}
	list, at := kindsOf[id], int(id)
	lo, hi := 0, len(variants) // finds the first variant of the name
	for lo < hi {
		if mid := (lo + hi) / 2; variants[mid].name < id {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for ; lo < len(variants) && variants[lo].name == id; lo++ {
		if v := &variants[lo]; variantABIs[v.abis]>>a&1 != 0 {
			list, at = v.kinds, numNames+lo
			break
		}
	}
	kinds = kindLists[list]
	return kinds, at, kinds != unknownKinds
}

// startOf returns where element i starts in what ends divides.
func startOf(ends []uint16, i uint16) uint16 {
	if i == 0 {
		return 0
	}
	return ends[i-1]
}

// The kinds of parameters in zargs.go that are not 4<<kind bits of a number: an
// address in a whole register, and one of 32 bits in any. Kind 0 is no parameter.
const (
	argPointer   = 5
	argPointer32 = 6

	unknownKinds = 1 << 31 // in kindLists
)

// bitsOf returns how many bits the kernel reads of a parameter of this kind.
func bitsOf(kind uint32, a arch.Arch) int {
	bits := 4 << kind
	switch kind {
	case argPointer:
		bits = 64
	case argPointer32:
		bits = 32
	}
	return min(bits, a.RegisterBits())
}
