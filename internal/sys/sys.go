// Package sys makes the system calls that have to do with seccomp: one function for
// each call, with the kernel's errno as its error. It checks an argument only where
// the kernel can't. Elsewhere than on Linux each function returns an error that is
// [errors.ErrUnsupported].
//
// A new flag of seccomp(2) begins here and gets its name in install/flags.go.
//
// Each function acts on the calling OS thread. A caller that makes two calls on one
// thread must lock it.
package sys

// Insn is struct sock_filter (include/uapi/linux/filter.h). It has the fields of
// golang.org/x/net/bpf.RawInstruction, so that one converts to the other.
type Insn struct {
	Op     uint16
	Jt, Jf uint8
	K      uint32
}

// Flags of SECCOMP_SET_MODE_FILTER (include/uapi/linux/seccomp.h).
const (
	FlagTSync            = 1 << 0
	FlagLog              = 1 << 1
	FlagSpecAllow        = 1 << 2
	FlagNewListener      = 1 << 3
	FlagTSyncESRCH       = 1 << 4
	FlagWaitKillableRecv = 1 << 5
)

// Nr is the number of seccomp(2) in the ABI of the program, or 0 where there is
// none.
const Nr = nr

// Unsupported returns nil on Linux, and elsewhere the error that all functions
// return.
func Unsupported() error { return unsupported() }

// SetFilter calls seccomp(SECCOMP_SET_MODE_FILTER, flags, prog). It returns what
// the call returned: 0, the id of a thread that FlagTSync couldn't synchronise, or
// the descriptor of FlagNewListener.
func SetFilter(flags uint32, prog []Insn) (int, error) { return setFilter(flags, prog) }

// FlagsKnown reports whether the kernel takes these flags together. It changes
// nothing, because it passes a null pointer instead of a program: the kernel checks
// the flags before it reads the program (kernel/seccomp.c, seccomp_set_mode_filter).
// A kernel without CONFIG_SECCOMP_FILTER takes no flags, not even 0. The error is an
// errno that means neither yes nor no.
func FlagsKnown(flags uint32) (bool, error) { return flagsKnown(flags) }

// ActionAvail calls seccomp(SECCOMP_GET_ACTION_AVAIL): it reports whether the
// kernel has the action, which is a verdict with zero data. The error is an
// errno that means neither yes nor no.
func ActionAvail(action uint32) (bool, error) { return actionAvail(action) }

// NotifSizes calls seccomp(SECCOMP_GET_NOTIF_SIZES): the sizes in bytes of
// struct seccomp_notif, seccomp_notif_resp and seccomp_data.
func NotifSizes() (notif, resp, data uint16, err error) { return notifSizes() }

// SetNoNewPrivs calls prctl(PR_SET_NO_NEW_PRIVS, 1): the thread, and the threads and
// processes that it creates, can no longer gain privileges by execve(2). It can't be
// undone.
func SetNoNewPrivs() error { return setNoNewPrivs() }

// NoNewPrivs calls prctl(PR_GET_NO_NEW_PRIVS).
func NoNewPrivs() (bool, error) { return noNewPrivs() }

// Mode calls prctl(PR_GET_SECCOMP): 0 without seccomp, 2 with a filter.
func Mode() (int, error) { return mode() }

// Gettid returns the id of the calling thread, or 0 where there is none.
func Gettid() int { return gettid() }
