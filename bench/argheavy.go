package bench

import (
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
)

// argheavy is the policy of a server that looks at arguments wherever that tells
// something: an allow-list of 60 calls, 26 of them with conditions. Ranges are
// aligned blocks and one-sided bounds, because libseccomp has one comparison of an
// argument in a rule.
func argheavy() *Spec {
	s := spec("argheavy", "60 calls allowed, 26 of them with conditions", profile.Errno(errno.EPERM))
	for _, name := range []string{
		"read", "write", "close", "fstat", "lseek", "munmap", "brk", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
		"pread64", "pwrite64", "readv", "writev", "dup", "nanosleep", "getpid", "exit", "exit_group",
		"getdents64", "gettid", "epoll_wait", "epoll_pwait", "epoll_ctl", "openat", "newfstatat", "readlinkat", "sigaltstack",
		"sched_getaffinity", "set_robust_list", "getrandom", "clock_gettime", "connect", "bind",
	} {
		s.on(profile.Allow(), name)
	}
	s.sets()
	s.sockets()
	s.flags()
	s.bounds()
	return s
}

// sets are conditions that an argument is one of some values.
func (s *Spec) sets() {
	s.in(profile.Allow(), "ioctl", 1, // TCGETS … and of sockets and files
		0x5401, 0x5402, 0x5403, 0x540b, 0x540f, 0x5410, 0x5413, 0x5414, 0x541b, 0x5421,
		0x5450, 0x5451, 0x5452, 0x8905, 0x8912, 0x8913, 0x8927, 0x8933, 0x8946, 0x80045430)
	s.in(profile.Allow(), "fcntl", 1, 0, 1, 2, 3, 4, 5, 6, 7, 1030, 1031, 1032, 1033)
	s.in(profile.Allow(), "prctl", 0, 1, 3, 4, 15, 16, 22, 38, 39)
	s.in(profile.Allow(), "madvise", 2, 0, 3, 4, 8, 14, 15)
	s.in(profile.Allow(), "futex", 1, 0, 1, 0x80, 0x81, 0x89, 0x189)
	s.in(profile.Allow(), "arch_prctl", 0, 0x1002, 0x1003)
	s.in(profile.Allow(), "setsockopt", 1, 1, 6, 41)
}

// sockets are conditions on domain, type and protocol together.
func (s *Spec) sockets() {
	const stream, dgram, cloexec, nonblock = 1, 2, 0x80000, 0x800
	for _, typ := range []uint64{stream, stream | cloexec, stream | cloexec | nonblock} {
		s.on(profile.Allow(), "socket", equal(0, 1), equal(1, typ), equal(2, 0))
		s.on(profile.Allow(), "socket", equal(0, 2), equal(1, typ), equal(2, 6))
		s.on(profile.Allow(), "socket", equal(0, 10), equal(1, typ), equal(2, 6))
		s.on(profile.Allow(), "socketpair", equal(0, 1), equal(1, typ), equal(2, 0))
	}
	s.on(profile.Allow(), "socket", equal(0, 2), equal(1, dgram|cloexec), equal(2, 17))
	s.on(profile.Allow(), "socket", equal(0, 10), equal(1, dgram|cloexec), equal(2, 17))
	s.on(profile.Allow(), "socket", equal(0, 16), equal(1, 3|cloexec), equal(2, 0))
}

// flags are conditions on some bits of an argument.
func (s *Spec) flags() {
	const exec, newNamespaces = 4, 0x7e020000
	s.on(profile.Allow(), "mmap", masked(2, exec, 0), masked(3, 0x40, 0))
	s.on(profile.Allow(), "mprotect", masked(2, exec, 0))
	s.on(profile.Allow(), "clone", masked(0, newNamespaces, 0))
	s.on(profile.Allow(), "accept4", masked(3, ^uint64(0x80800), 0))
	s.on(profile.Allow(), "pipe2", masked(1, ^uint64(0x80800), 0))
	s.on(profile.Allow(), "eventfd2", masked(1, ^uint64(0x80801), 0))
	s.on(profile.Allow(), "epoll_create1", masked(0, ^uint64(0x80000), 0))
	s.on(profile.Allow(), "shutdown", masked(1, ^uint64(3), 0))
	s.on(profile.Allow(), "dup3", masked(2, ^uint64(0x80000), 0))
	s.on(profile.Allow(), "kill", equal(0, 0), masked(1, ^uint64(31), 0))
}

// bounds are limits of sizes and counts.
func (s *Spec) bounds() {
	s.on(profile.Allow(), "mremap", atMost(1, 1<<36), atMost(2, 1<<36))
	s.on(profile.Allow(), "ftruncate", atMost(1, 1<<40))
	s.on(profile.Allow(), "fallocate", atMost(1, 3), atMost(2, 1<<40), atMost(3, 1<<33))
	s.on(profile.Allow(), "sendto", atMost(2, 1<<32+1<<20))
	s.on(profile.Allow(), "recvfrom", atMost(2, 1<<32+1<<20))
	s.on(profile.Allow(), "tgkill", atLeast(0, 2), atMost(2, 64))
	s.on(profile.Allow(), "prlimit64", equal(0, 0), atMost(1, 15))
}
