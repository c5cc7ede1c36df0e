package compile

import (
	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// Cacheable reports whether the kernel, when the program is installed, sees that
// it allows the call with number nr on ABI a whatever the arguments. From Linux
// 5.11 on it then answers the call without running the program.
//
// It is the kernel's test (kernel/seccomp.c, seccomp_is_const_allow), and not
// quite the question: the kernel follows the program knowing the number and the
// audit architecture alone, understands loads of these two, comparisons of A
// with constants, jumps, AND with a constant and RET of a constant, and gives up
// at anything else. So false says that the program is run, not that the call may
// be refused. Only SECCOMP_RET_ALLOW itself counts, without data in its lower
// bits.
//
// That a call is answered from the cache takes more:
//
//   - The kernel has a cache for the ABI. The ABI has to be the kernel's own or,
//     in a kernel with CONFIG_COMPAT, the one that arch/*/include/asm/seccomp.h
//     calls SECCOMP_ARCH_COMPAT: X86 for X86_64, ARM for AArch64, PPC for PPC64,
//     S390 for S390X, PARISC for PARISC64. There is none for X32, whose numbers
//     are out of the range, and none for the MIPS ABIs, which don't define
//     SECCOMP_ARCH_NATIVE.
//   - The number is below the kernel's NR_syscalls for that ABI. Those that ARM
//     has for itself, like cacheflush's 0xf0002, are not.
//   - The same is true of every other filter of the thread: what one of them has
//     to look at is put to all (seccomp_cache_prepare_bitmap).
//
// Beside that, recent kernels let the calls uretprobe and uprobe of X86_64 through
// before any filter, whatever the program says of them.
func (p *Program) Cacheable(a arch.Arch, nr uint32) bool {
	if p == nil {
		return false
	}
	reg := uint32(0)
	for pc := 0; pc < len(p.raw); pc++ {
		ins := p.raw[pc]
		switch ins.Op {
		case cbpf.LdWAbs:
			switch ins.K {
			case cbpf.OffNr:
				reg = nr
			case cbpf.OffArch:
				reg = a.Audit()
			default:
				return false
			}
		case cbpf.AndK:
			reg &= ins.K
		case cbpf.Ja:
			pc += int(ins.K)
		case cbpf.JeqK, cbpf.JgeK, cbpf.JgtK, cbpf.JsetK:
			if cbpf.Holds(ins.Op, reg, ins.K) {
				pc += int(ins.Jt)
			} else {
				pc += int(ins.Jf)
			}
		case cbpf.RetK:
			return ins.K == retAllow
		default:
			return false
		}
	}
	return false // not in a program that was checked
}

// caches reports whether kernels have a cache in which number nr of ABI a can be.
func caches(a arch.Arch, nr uint32) bool {
	switch a {
	case arch.X32, arch.MIPS, arch.MIPSEL, arch.MIPS64, arch.MIPSEL64, arch.MIPS64N32, arch.MIPSEL64N32:
		return false
	}
	return nr < privateNumbers
}

// privateNumbers is where the numbers begin that an architecture keeps to itself
// (__ARM_NR_BASE, arch/arm/include/uapi/asm/unistd.h). No other ABI comes near.
const privateNumbers = 0xf0000

const retAllow = 0x7fff0000 // SECCOMP_RET_ALLOW (include/uapi/linux/seccomp.h)
