package syscalls

// Param is one parameter of a system call.
type Param struct {
	Name    string // in the kernel's definition
	Pointer bool   // an address in the caller's memory, by its declared type
	// Bits is how many low bits of the argument register the kernel reads on a
	// 64-bit ABI: 8, 16, 32 or 64. On an ABI whose registers are 32 bits it
	// reads at most 32.
	Bits int
}

// Args returns the parameters of the named call in the order of their
// registers, and whether they are known. They are not known for calls that no
// kernel at hand defines, such as the reserved ones; a call without parameters
// is known to have none. The slice is the caller's.
//
// They are those of the functions that serve the call on 64-bit ABIs
// (SYSCALL_DEFINEn lines and their like), or on 32-bit ABIs for a call that only
// these have. Where ABIs differ, a position has the widest type that any gives
// it and is an address only if all say so: clone's last two parameters are in
// either order, and s390x's mmap takes the address of a block as its only one.
//
// Two things are otherwise on 32-bit ABIs. A 64-bit number such as pread64's
// offset takes two registers there, after a gap on some ABIs, so that what
// follows it stands further back than Args says. And the calls that have a
// successor with 32 in its name, such as chown and setuid, read 16 bits of a
// user or group where x86, m68k, ARM, SH and S390 have them. Nothing
// with 8 or 16 Bits stands behind a 64-bit number. X32 and MIPS n32 have the
// 64-bit positions; where a 32-bit variant serves their call it reads 32 bits
// of a long.
func Args(name string) (params []Param, ok bool) {
	id, ok := nameID(name)
	if !ok || argStarts[id]&argsUnknown != 0 {
		return nil, false
	}
	list := args[argStarts[id] : argStarts[id+1]&^argsUnknown]
	params = make([]Param, len(list))
	for i, arg := range list {
		start := uint16(0)
		if arg>>3 > 0 {
			start = argNameEnds[arg>>3-1]
		}
		params[i] = Param{Name: argNames[start:argNameEnds[arg>>3]], Bits: 8 << (arg & 7)}
		if arg&7 == argPointer {
			params[i].Pointer, params[i].Bits = true, 64
		}
	}
	return params, true
}

// The encoding of zargs.go.
const (
	argsUnknown = 1 << 15
	argPointer  = 4
)
