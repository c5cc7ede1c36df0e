package compile

import (
	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// Cacheable reports whether the kernel sees, when the program is installed, that
// it allows call number nr of ABI a whatever the arguments. Since Linux 5.11 the
// kernel then answers the call without running the program.
//
// This is the kernel's own test (kernel/seccomp.c, seccomp_is_const_allow). It
// follows the program knowing only number and audit architecture. It understands
// loads of these two, comparisons of A with constants, jumps, AND with a constant
// and RET of a constant, and gives up at anything else. So false means that the
// program runs, not that the call may be refused. Only SECCOMP_RET_ALLOW itself
// counts, without data in its lower bits.
//
// For the kernel to use its cache, three more conditions must be met:
//
//   - The kernel has a cache for the ABI. That is its own ABI and, with
//     CONFIG_COMPAT, the one that arch/*/include/asm/seccomp.h calls
//     SECCOMP_ARCH_COMPAT: X86 for X86_64, ARM for AArch64, PPC for PPC64, S390 for
//     S390X, PARISC for PARISC64. There is none for X32, whose numbers are out of
//     range, nor for the MIPS ABIs, which don't define SECCOMP_ARCH_NATIVE.
//   - The number is below the kernel's NR_syscalls for that ABI. ARM's private
//     numbers, such as cacheflush's 0xf0002, aren't.
//   - Every other filter of the thread allows the call in the same sense
//     (seccomp_cache_prepare_bitmap).
//
// Besides, recent kernels let the calls uretprobe and uprobe of X86_64 through
// before any filter.
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
