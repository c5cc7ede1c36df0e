package bench

import (
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
)

// argheavy is the policy of a server that checks arguments wherever they matter: 60
// allowed calls, 26 of them with conditions. Its ranges are aligned blocks and
// one-sided bounds, because a libseccomp rule compares an argument only once.
func argheavy() *Policy {
	p := newPolicy("argheavy", "60 calls allowed, 26 of them with conditions", profile.Errno(errno.EPERM))
	for _, name := range []string{
		"read", "write", "close", "fstat", "lseek", "munmap", "brk", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
		"pread64", "pwrite64", "readv", "writev", "dup", "nanosleep", "getpid", "exit", "exit_group",
		"getdents64", "gettid", "epoll_wait", "epoll_pwait", "epoll_ctl", "openat", "newfstatat", "readlinkat", "sigaltstack",
		"sched_getaffinity", "set_robust_list", "getrandom", "clock_gettime", "connect", "bind",
	} {
		p.add(profile.Allow(), name)
	}
	p.sets()
	p.sockets()
	p.flags()
	p.bounds()
	return p
}

// sets adds arguments that must be one of several values.
func (p *Policy) sets() {
	p.addEach(profile.Allow(), "ioctl", 1, // TCGETS … and of sockets and files
		0x5401, 0x5402, 0x5403, 0x540b, 0x540f, 0x5410, 0x5413, 0x5414, 0x541b, 0x5421,
		0x5450, 0x5451, 0x5452, 0x8905, 0x8912, 0x8913, 0x8927, 0x8933, 0x8946, 0x80045430)
	p.addEach(profile.Allow(), "fcntl", 1, 0, 1, 2, 3, 4, 5, 6, 7, 1030, 1031, 1032, 1033)
	p.addEach(profile.Allow(), "prctl", 0, 1, 3, 4, 15, 16, 22, 38, 39)
	p.addEach(profile.Allow(), "madvise", 2, 0, 3, 4, 8, 14, 15)
	p.addEach(profile.Allow(), "futex", 1, 0, 1, 0x80, 0x81, 0x89, 0x189)
	p.addEach(profile.Allow(), "arch_prctl", 0, 0x1002, 0x1003)
	p.addEach(profile.Allow(), "setsockopt", 1, 1, 6, 41)
}

// sockets adds combinations of domain, type and protocol.
func (p *Policy) sockets() {
	const stream, dgram, cloexec, nonblock = 1, 2, 0x80000, 0x800
	for _, typ := range []uint64{stream, stream | cloexec, stream | cloexec | nonblock} {
		p.add(profile.Allow(), "socket", equal(0, 1), equal(1, typ), equal(2, 0))
		p.add(profile.Allow(), "socket", equal(0, 2), equal(1, typ), equal(2, 6))
		p.add(profile.Allow(), "socket", equal(0, 10), equal(1, typ), equal(2, 6))
		p.add(profile.Allow(), "socketpair", equal(0, 1), equal(1, typ), equal(2, 0))
	}
	p.add(profile.Allow(), "socket", equal(0, 2), equal(1, dgram|cloexec), equal(2, 17))
	p.add(profile.Allow(), "socket", equal(0, 10), equal(1, dgram|cloexec), equal(2, 17))
	p.add(profile.Allow(), "socket", equal(0, 16), equal(1, 3|cloexec), equal(2, 0))
}

// flags adds conditions on some bits of an argument.
func (p *Policy) flags() {
	const exec, newNamespaces = 4, 0x7e020000
	p.add(profile.Allow(), "mmap", masked(2, exec, 0), masked(3, 0x40, 0))
	p.add(profile.Allow(), "mprotect", masked(2, exec, 0))
	p.add(profile.Allow(), "clone", masked(0, newNamespaces, 0))
	p.add(profile.Allow(), "accept4", masked(3, ^uint64(0x80800), 0))
	p.add(profile.Allow(), "pipe2", masked(1, ^uint64(0x80800), 0))
	p.add(profile.Allow(), "eventfd2", masked(1, ^uint64(0x80801), 0))
	p.add(profile.Allow(), "epoll_create1", masked(0, ^uint64(0x80000), 0))
	p.add(profile.Allow(), "shutdown", masked(1, ^uint64(3), 0))
	p.add(profile.Allow(), "dup3", masked(2, ^uint64(0x80000), 0))
	p.add(profile.Allow(), "kill", equal(0, 0), masked(1, ^uint64(31), 0))
}

// bounds adds limits of sizes and counts.
func (p *Policy) bounds() {
	p.add(profile.Allow(), "mremap", atMost(1, 1<<36), atMost(2, 1<<36))
	p.add(profile.Allow(), "ftruncate", atMost(1, 1<<40))
	p.add(profile.Allow(), "fallocate", atMost(1, 3), atMost(2, 1<<40), atMost(3, 1<<33))
	p.add(profile.Allow(), "sendto", atMost(2, 1<<32+1<<20))
	p.add(profile.Allow(), "recvfrom", atMost(2, 1<<32+1<<20))
	p.add(profile.Allow(), "tgkill", atLeast(0, 2), atMost(2, 64))
	p.add(profile.Allow(), "prlimit64", equal(0, 0), atMost(1, 15))
}
