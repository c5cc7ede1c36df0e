package sys

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

const nr = unix.SYS_SECCOMP

func unsupported() error { return nil }

func setFilter(flags uint32, prog []Insn) (int, error) {
	if len(prog) == 0 || len(prog) > 0xffff { // sock_fprog.len is 16 bits wide
		return 0, unix.EINVAL
	}
	filter := make([]unix.SockFilter, len(prog))
	for i, ins := range prog {
		filter[i] = unix.SockFilter{Code: ins.Op, Jt: ins.Jt, Jf: ins.Jf, K: ins.K}
	}
	fprog := &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	n, err := seccomp(unix.SECCOMP_SET_MODE_FILTER, flags, unsafe.Pointer(fprog))
	runtime.KeepAlive(filter)
	return n, err
}

func flagsKnown(flags uint32) (bool, error) {
	switch _, err := seccomp(unix.SECCOMP_SET_MODE_FILTER, flags, nil); err {
	case unix.EFAULT:
		return true, nil
	case unix.EINVAL:
		return false, nil
	default:
		return false, err
	}
}

func actionAvail(action uint32) (bool, error) {
	switch _, err := seccomp(unix.SECCOMP_GET_ACTION_AVAIL, 0, unsafe.Pointer(&action)); err {
	case nil:
		return true, nil
	case unix.EOPNOTSUPP:
		return false, nil
	default:
		return false, err
	}
}

func notifSizes() (notif, resp, data uint16, err error) {
	var sizes [3]uint16 // struct seccomp_notif_sizes
	_, err = seccomp(unix.SECCOMP_GET_NOTIF_SIZES, 0, unsafe.Pointer(&sizes))
	return sizes[0], sizes[1], sizes[2], err
}

func setNoNewPrivs() error { return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }

func noNewPrivs() (bool, error) {
	n, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	return n == 1, err
}

func mode() (int, error) { return unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0) }

func gettid() int { return unix.Gettid() }

// seccomp is seccomp(2). It isn't RawSyscall: the kernel checks, converts and
// compiles a filter and runs it for each system call number to fill its cache
// (seccomp_cache_prepare), which can take milliseconds.
func seccomp(op, flags uint32, args unsafe.Pointer) (int, error) {
	n, _, errno := unix.Syscall(nr, uintptr(op), uintptr(flags), uintptr(args))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
