// Package arch names the Linux ABIs that a seccomp filter can meet.
//
// An [Arch] is an ABI, not a machine and not a GOARCH: an x86_64 kernel serves
// x86_64, x86 and x32, each with its own system call numbers. For each ABI the
// package has the audit architecture that the kernel puts into seccomp_data, the
// width of its words and registers, its byte order and every usual spelling of its
// name. Error numbers, which differ between ABIs, are in package errno below it.
//
// The ABIs are those of include/uapi/linux/audit.h for which libseccomp and the OCI
// runtime specification have a name. All of it is constant data: the package does no
// work before main. Only [Native] depends on the machine.
//
// A new ABI begins with a constant in arch.go and a row in each table of info.go;
// CONTRIBUTING.md has the other places.
package arch

import (
	"encoding/binary"
	"runtime"
	"slices"
)

//lint:file-ignore ST1003 X86_64 has the underscore of the ABI's name.

// Arch is one Linux ABI. The zero value is no ABI: its String is "none", and its
// other methods return zero values or an error.
type Arch uint8

// The ABIs, named as libseccomp names them.
const (
	_           Arch = iota
	X86_64           // 64-bit x86, GOARCH amd64
	X86              // 32-bit x86 (i386), GOARCH 386
	X32              // x86_64 with 32-bit pointers; numbers have bit 30 set
	ARM              // 32-bit ARM EABI, little-endian
	AArch64          // 64-bit ARM, little-endian
	LoongArch64      // 64-bit LoongArch
	M68K             // Motorola 68000
	MIPS             // MIPS o32, big-endian
	MIPSEL           // MIPS o32, little-endian
	MIPS64           // MIPS n64, big-endian
	MIPSEL64         // MIPS n64, little-endian
	MIPS64N32        // MIPS n32, big-endian
	MIPSEL64N32      // MIPS n32, little-endian
	PARISC           // 32-bit PA-RISC
	PARISC64         // 64-bit PA-RISC
	PPC              // 32-bit PowerPC, big-endian
	PPC64            // 64-bit PowerPC, big-endian
	PPC64LE          // 64-bit PowerPC, little-endian
	RISCV64          // 64-bit RISC-V
	S390             // 31-bit z/Architecture
	S390X            // 64-bit z/Architecture
	SH               // SuperH, little-endian
	SHEB             // SuperH, big-endian

	last = SHEB
)

// All returns the 23 ABIs in the order of the constants. The slice is the caller's.
func All() []Arch {
	all := make([]Arch, 0, last)
	for a := X86_64; a <= last; a++ {
		all = append(all, a)
	}
	return all
}

// Valid reports whether a is one of the ABIs of [All].
func (a Arch) Valid() bool { return a >= X86_64 && a <= last }

// String returns libseccomp's name of the ABI, such as "x86_64".
func (a Arch) String() string {
	if !a.Valid() {
		return "none"
	}
	return infos[a].name
}

// OCI returns the ABI's token in OCI documents, such as "SCMP_ARCH_X86_64".
func (a Arch) OCI() string { return ociNames[a.known()] }

// Audit returns the AUDIT_ARCH_* value (include/uapi/linux/audit.h) that the
// kernel puts into seccomp_data.arch. X86_64 and X32 share one.
func (a Arch) Audit() uint32 { return a.info().audit }

// Bits returns the width of the ABI's long and of its pointers: 32 or 64.
// It is 32 for X32 and the MIPS n32 ABIs, whose registers are wider.
func (a Arch) Bits() int { return int(a.info().bits) }

// RegisterBits returns how many bits of an argument register the kernel may read: 64
// for the 64-bit ABIs and for X32, MIPS64N32 and MIPSEL64N32, most of whose system
// calls are the 64-bit ones, and 32 otherwise.
func (a Arch) RegisterBits() int { return int(a.info().regBits) }

// ByteOrder returns the byte order of the ABI, or nil for an invalid Arch. A kernel and
// all ABIs that it serves have the same order; so have seccomp_data and the filters.
func (a Arch) ByteOrder() binary.ByteOrder {
	if !a.Valid() {
		return nil
	}
	if infos[a].big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// Base returns the number at which the ABI's system calls start: 0x40000000
// for X32, 4000, 5000 and 6000 for MIPS o32, n64 and n32, and 0 otherwise.
func (a Arch) Base() uint32 { return a.info().base }

// GOARCH returns the GOARCH that compiles for the ABI, or "" if there is none. A name
// that Go only reserves, such as "ppc", doesn't count.
func (a Arch) GOARCH() string { return goarchNames[a.known()] }

// Uname returns the machine names that uname(2) reports on a kernel whose own ABI
// this is, the usual one first. ABIs that share a kernel share its names. The slice is
// the caller's.
func (a Arch) Uname() []string { return slices.Clone(unames[a.known()]) }

// Native returns the ABI of the running program by its GOARCH, or zero if Linux has no
// such ABI. The operating system doesn't matter: on a Mac it is AArch64 or X86_64.
func Native() Arch { return byGOARCH(runtime.GOARCH) }

func byGOARCH(goarch string) Arch {
	for a := X86_64; a <= last; a++ {
		if goarch != "" && goarchNames[a] == goarch {
			return a
		}
	}
	return 0
}

// Companions returns the other ABIs that a process may use on a kernel whose own ABI is
// a, in the order of libseccomp's defaults: X86 and X32 for X86_64. Whether a kernel
// serves them depends on its configuration and age; recent s390x kernels, for example,
// no longer serve S390. X32, MIPS64N32 and MIPSEL64N32 are no kernel's own ABI: their
// companions are the other ABIs of the kernel that serves them. The result is nil for
// most ABIs. The slice is the caller's.
func (a Arch) Companions() []Arch { return slices.Clone(companions[a.known()]) }

// Numbers returns the range of seccomp_data.nr that belongs to the ABI, both ends
// included. X86_64 and X32 share an audit architecture and divide its numbers at bit
// 30 (arch/x86/include/uapi/asm/unistd.h, __X32_SYSCALL_BIT); 0xffffffff (-1), with
// which a tracer skips a call, is neither's. Every other ABI has all numbers. The
// range of an invalid Arch is that of one without calls: 1 to 0.
func (a Arch) Numbers() (first, last uint32) {
	switch a.known() {
	case 0:
		return 1, 0
	case X86_64:
		return 0, infos[X32].base - 1
	case X32:
		return infos[X32].base, 1<<32 - 2
	}
	return 0, 1<<32 - 1
}

// ByAudit returns the ABI of a system call with this audit architecture and
// number. The number tells X32 from X86_64: it is X32's from 0x40000000 on,
// except 0xffffffff (-1), with which a tracer skips a call. It reports false for
// an audit architecture that none of the ABIs has.
func ByAudit(audit, nr uint32) (Arch, bool) {
	if audit == infos[X86_64].audit { // the one that two ABIs share
		if nr >= infos[X32].base && nr != 1<<32-1 {
			return X32, true
		}
		return X86_64, true
	}
	for a := X86; audit != 0 && a <= last; a++ {
		if infos[a].audit == audit {
			return a, true
		}
	}
	return 0, false
}
