package syscalls

import "github.com/portcullis-go/portcullis/arch"

// Param is one parameter of a system call. No call has the zero value.
type Param struct {
	Name    string // as in the kernel's definition
	Pointer bool   // whether its declared type is an address in the caller's memory
	// Bits is how many low bits of the argument register the kernel reads: 8, 16,
	// 32 or 64, and at most the width of the ABI's registers.
	Bits int
}

// Args returns the parameters of the named call on ABI a, and whether they are
// known. Parameter i is in seccomp_data.args[i]. Parameters are unknown if the ABI
// has no such call of its own (see [Multiplexed]), or if no kernel of the sources
// defines it, as with reserved numbers. A call without parameters is known and has
// none. The slice is the caller's.
//
// The parameters are those of the function that the kernel's table names for the
// call on that ABI, by register, with the widths of their declared types:
//
//   - ABIs that have both chown and chown32 read 16 bits of a user or group in
//     chown, setuid and similar calls.
//   - X32 and the MIPS n32 ABIs have 64-bit registers. The kernel reads all bits of
//     a long or an address, except in calls for which the table names the function
//     for 32-bit processes: there ioctl, for example, reads 32 bits of its arg.
//   - On 32-bit ABIs a 64-bit number, such as an offset, takes two registers, its
//     halves in the ABI's order. A register that is skipped so that the pair begins
//     at an even one is a parameter "pad", which nobody reads. On MIPS this leaves
//     no argument of seccomp_data for the last parameter of fadvise64 and
//     sync_file_range, which is omitted.
//   - Old variants that take a block of parameters, such as mmap on X86 and S390X,
//     have its address as their only parameter.
//
// On a 32-bit ABI, kernels of 32 and of 64 bits read the same bits; the generator of
// the tables checks that. What the function does with a parameter is not considered,
// except where it uses only 32 bits of a long from the start: clone's flags, ptrace's
// process, and the file descriptors of mmap, readv, writev and their variants. S390
// also ignores bit 31 of addresses.
func Args(a arch.Arch, name string) (params []Param, ok bool) {
	// Inlined into a caller that doesn't let the parameters escape, this allocates
	// nothing.
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

// ArgBits returns how many low bits of seccomp_data.args[i] the kernel reads in the
// named call on ABI a: the Bits of parameter i of [Args]. It reports false if that
// isn't known or the call has no such parameter. A program that uses ArgBits but not
// Args doesn't link the names of parameters.
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

// findArgs returns the kinds of a call's parameters, the first one's in the lowest
// bits, and the index of their names in argsOf. It reports false if they are unknown.
func findArgs(a arch.Arch, name string) (kinds uint32, at int, ok bool) {
	id, _, ok := find(a, name)
	if !ok {
		return 0, 0, false
	}
	list, at := kindsOf[id], int(id)
	for i := firstVariant(id); i < len(variants) && variants[i].name == id; i++ {
		if v := &variants[i]; variantABIs[v.abis]>>a&1 != 0 {
			list, at = v.kinds, numNames+i
			break
		}
	}
	kinds = kindLists[list]
	return kinds, at, kinds != unknownKinds
}

// firstVariant returns the index of the first variant of a name or a later one.
func firstVariant(id uint16) int {
	lo, hi := 0, len(variants)
	for lo < hi {
		if mid := (lo + hi) / 2; variants[mid].name < id {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// startOf returns the start of element i, where ends holds the ends of elements.
func startOf(ends []uint16, i uint16) uint16 {
	if i == 0 {
		return 0
	}
	return ends[i-1]
}

// The kinds of parameters in kindLists that are not numbers of 4<<kind bits: an
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
