package main

import (
	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
)

// Constants of Linux that the policy compares with. They are spelt out because
// package unix has them only on Linux, and the policy is tested on every system.
const (
	protExec    = 0x4        // PROT_EXEC, include/uapi/asm-generic/mman-common.h
	cloneThread = 0x10000    // CLONE_THREAD, include/uapi/linux/sched.h
	prSetVMA    = 0x53564d41 // PR_SET_VMA, include/uapi/linux/prctl.h
	ipprotoTCP  = 6          // IPPROTO_TCP, include/uapi/linux/in.h
	solSocket   = 1          // SOL_SOCKET, include/uapi/asm-generic/socket.h
	solSocketM  = 0xffff     // SOL_SOCKET of MIPS, arch/mips/include/uapi/asm/socket.h
)

// policy is what the server may do once it listens: answer on connections that
// others open, and keep the Go runtime alive. It can't open a file, connect to
// anything, start a program or make memory executable. Every other call fails
// with EPERM. A call through a foreign ABI, such as a 32-bit call on x86_64, kills
// the process.
//
// The list serves every ABI that Go has. On an ABI that lacks a name the name has
// no effect: some have accept4 only through socketcall, futex_time64 is for 32 bits.
func policy(a arch.Arch, pid int) profile.Profile {
	p := profile.New(profile.Errno(errno.EPERM)).
		// Connections. The listener and the runtime's epoll descriptor are open
		// already.
		Allow("accept4", "getsockname", "read", "write", "writev", "shutdown", "close").
		Allow("epoll_ctl", "epoll_pwait").
		// TCP_NODELAY and keep-alive, but not the levels that configure packet
		// filters and the like.
		Allow("setsockopt").If(profile.Arg(1).In(solSocket, solSocketM, ipprotoTCP)).

		// Memory: none of it executable.
		Allow("munmap", "madvise", "brk").
		Allow("mprotect", "mmap2").If(profile.Arg(2).NoBits(protExec)).

		// Threads. A C library makes a few more calls to start one.
		Allow("exit", "gettid", "sched_yield", "sched_getaffinity", "set_robust_list", "rseq", "set_thread_area", "set_tls").
		Allow("clone").If(cloneFlags(a).AllBits(cloneThread)).
		// The flags of clone3 are in memory, where a filter can't see them. On
		// ENOSYS, C libraries assume an old kernel and use clone; any other error
		// they return to their caller.
		Deny(errno.ENOSYS, "clone3").
		// Names for the runtime's memory in /proc/self/maps.
		Allow("prctl").If(profile.Arg(0).Equal(prSetVMA)).

		// Signals: the runtime preempts its own threads with them.
		Allow("getpid", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "sigaltstack").
		Allow("tgkill").If(profile.Arg(0).Equal(uint64(pid))).

		// Time and sleep. After a signal has interrupted a sleep, the kernel
		// continues it with restart_syscall.
		Allow("futex", "futex_time64", "nanosleep", "clock_nanosleep", "clock_nanosleep_time64", "restart_syscall").
		Allow("clock_gettime", "clock_gettime64", "gettimeofday").

		// The rest: random numbers, the CPU quota (the runtime opens its file at
		// the start and reads it from time to time), and exit.
		Allow("getrandom", "pread64", "exit_group")

	// On s390x mmap takes one argument, the address of the real ones.
	if a == arch.S390X {
		return p.Allow("mmap")
	}
	// The old mmap of 32-bit x86 and others is the same, but Go uses mmap2.
	if a.Bits() == 64 || a == arch.MIPS || a == arch.MIPSEL {
		p = p.Allow("mmap").If(profile.Arg(2).NoBits(protExec))
	}
	return p
}

// cloneFlags is the parameter of clone that holds the flags: the first, but the
// second on s390x.
func cloneFlags(a arch.Arch) profile.Operand {
	if a == arch.S390X {
		return profile.Arg(1)
	}
	return profile.Arg(0)
}
