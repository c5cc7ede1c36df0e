package install

import (
	"errors"
	"fmt"
	"strconv"
	"syscall"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// maxTotal is the kernel's MAX_INSNS_PER_PATH.
const maxTotal = 1 << 18 / 8

// filterReason says what an errno of SECCOMP_SET_MODE_FILTER means.
func filterReason(err error, prog []bpf.RawInstruction) string {
	switch err {
	case syscall.EACCES:
		return "without no_new_privs the kernel requires CAP_SYS_ADMIN; leave KeepPrivs unset"
	case syscall.ENOMEM:
		return "out of memory, or all filters of a thread together exceed " + strconv.Itoa(maxTotal) + " instructions after conversion; " +
			"this one has " + strconv.Itoa(cbpf.Cost(prog)) + ", and each earlier one counts 4 more than it has"
	case syscall.EINVAL:
		return "the kernel has the flags but refuses the program, although it keeps the rules; " +
			"or the thread is in strict mode, or a filter already in force forbids the call"
	}
	return callReason(err)
}

// noNewPrivsReason says what an errno of PR_SET_NO_NEW_PRIVS means.
func noNewPrivsReason(err error) string {
	if err == syscall.EINVAL {
		return "the kernel is older than Linux 3.5"
	}
	return callReason(err)
}

// callReason says what an errno means that every system call may fail with.
func callReason(err error) string {
	switch err {
	case syscall.ENOSYS:
		return "the kernel has no such call (seccomp(2) needs Linux 3.17 and CONFIG_SECCOMP), or a filter already in force hides it"
	case syscall.EPERM:
		return "a filter already in force forbids the call"
	}
	return ""
}

// sizesError returns the error for an errno of SECCOMP_GET_NOTIF_SIZES.
func sizesError(err error) *Error {
	if err == syscall.EINVAL { // an unknown operation
		err = fmt.Errorf("%w: %w", err, errors.ErrUnsupported)
		return &Error{Op: opSizes, Err: err, Reason: "user notification needs Linux 5.0"}
	}
	return &Error{Op: opSizes, Err: err, Reason: callReason(err)}
}
