package syscalls

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
)

// socketcalls are the calls behind socketcall, in the order of their numbers
// from 1 on: SYS_* of the kernel's include/uapi/linux/net.h.
var socketcalls = [...]string{
	"socket", "bind", "connect", "listen", "accept", "getsockname", "getpeername", "socketpair", "send", "recv",
	"sendto", "recvfrom", "shutdown", "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg",
}

// ipcs are the calls behind ipc by number: include/uapi/linux/ipc.h.
var ipcs = [...]string{
	1: "semop", 2: "semget", 3: "semctl", 4: "semtimedop",
	11: "msgsnd", 12: "msgrcv", 13: "msgget", 14: "msgctl",
	21: "shmat", 22: "shmdt", 23: "shmget", 24: "shmctl",
}

// Multiplexed returns the call through which the named call can also be made on ABI
// a, "socketcall" or "ipc", and the value of that call's first argument that selects
// the named one. The ABIs that have these two are X86, M68K, MIPS and MIPSEL, PPC,
// PPC64 and PPC64LE, S390 and S390X, SH and SHEB. It reports false on others and for
// other names. [Lookup] says whether the call has a number as well.
//
// The arguments of the named call are elsewhere. socketcall's second argument is the
// address of a block of them, which a filter can't read. ipc has them from its second
// argument on, in an order of its own. The upper 16 bits of ipc's first argument are
// a version, which is 0 for today's callers.
func Multiplexed(a arch.Arch, name string) (via string, call uint32, ok bool) {
	switch a {
	case arch.X86, arch.M68K, arch.MIPS, arch.MIPSEL, arch.PPC, arch.PPC64, arch.PPC64LE, arch.S390, arch.S390X, arch.SH, arch.SHEB:
	default:
		return "", 0, false
	}
	if i := slices.Index(socketcalls[:], name); i >= 0 {
		return "socketcall", uint32(i) + 1, true
	}
	if i := slices.Index(ipcs[:], name); i >= 0 && name != "" { // "" is a gap
		return "ipc", uint32(i), true
	}
	return "", 0, false
}
