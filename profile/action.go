package profile

import (
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
)

// Kind is what happens to the call, apart from the data of an [Action]. Kinds are
// in the kernel's order of precedence (kernel/seccomp.c, seccomp_run_filters): of
// several installed filters the lowest kind wins.
type Kind uint8

// The kinds, strictest first. The names are those of the SECCOMP_RET_*
// constants of include/uapi/linux/seccomp.h.
const (
	KindKillProcess Kind = iota // the process dies of SIGSYS
	KindKillThread              // the calling thread dies of SIGSYS
	KindTrap                    // the thread receives SIGSYS; the data is si_errno
	KindErrno                   // the call fails with an error number
	KindNotify                  // a supervisor decides (user notification)
	KindTrace                   // a ptrace tracer decides; the data is its message
	KindLog                     // the call is made, and logged
	KindAllow                   // the call is made
	kindCount
)

// Action is a verdict: a kind, and for some kinds 16 bits of data. The zero
// value is KillProcess. Actions are comparable.
type Action struct {
	kind  Kind
	data  uint16
	errno errno.Errno
}

// KillProcess kills the whole process with SIGSYS. It is the zero Action.
func KillProcess() Action { return Action{} }

// KillThread kills the calling thread alone. In a Go program this usually hangs the
// process: prefer KillProcess.
func KillThread() Action { return Action{kind: KindKillThread} }

// Trap sends the thread a SIGSYS with data in si_errno.
func Trap(data uint16) Action { return Action{kind: KindTrap, data: data} }

// Errno makes the call fail with e without being made. On an ABI where e has no
// number, and for numbers above 4095 (the kernel's MAX_ERRNO), compile fails.
// The number 0 makes the call return 0 without being made.
func Errno(e errno.Errno) Action { return Action{kind: KindErrno, errno: e} }

// Notify lets a supervisor decide, which holds the filter's listener
// (seccomp_unotify(2)).
func Notify() Action { return Action{kind: KindNotify} }

// Trace lets the ptrace tracer decide, which reads data with PTRACE_GETEVENTMSG.
// Without a tracer the call fails with ENOSYS.
func Trace(data uint16) Action { return Action{kind: KindTrace, data: data} }

// Log makes the call and logs it.
func Log() Action { return Action{kind: KindLog} }

// Allow makes the call.
func Allow() Action { return Action{kind: KindAllow} }

// Kind returns what happens to the call.
func (a Action) Kind() Kind { return a.kind }

// Errno returns the error of an Errno action, and zero for others.
func (a Action) Errno() errno.Errno { return a.errno }

// Data returns the data of a Trap or Trace action, and zero for others.
func (a Action) Data() uint16 { return a.data }

// String returns the text that [Action.UnmarshalText] reads, such as "Allow",
// "Errno(EPERM)" or "Trace(7)".
func (a Action) String() string {
	switch a.kind {
	case KindErrno:
		return "Errno(" + a.errno.String() + ")"
	case KindTrap, KindTrace:
		return a.kind.String() + "(" + strconv.Itoa(int(a.data)) + ")"
	}
	return a.kind.String()
}

// String returns the kind's name without "Kind".
func (k Kind) String() string {
	if k >= kindCount {
		return "Kind(" + strconv.Itoa(int(k)) + ")"
	}
	return kindNames[k]
}

var kindNames = [kindCount]string{
	KindKillProcess: "KillProcess",
	KindKillThread:  "KillThread",
	KindTrap:        "Trap",
	KindErrno:       "Errno",
	KindNotify:      "Notify",
	KindTrace:       "Trace",
	KindLog:         "Log",
	KindAllow:       "Allow",
}

// MarshalText returns the action's String. It fails for an error number that
// errno.Errno has no text for.
func (a Action) MarshalText() ([]byte, error) {
	if a.kind == KindErrno {
		if _, err := a.errno.MarshalText(); err != nil {
			return nil, wrap("profile: ", err)
		}
	}
	return []byte(a.String()), nil
}

// UnmarshalText reads what MarshalText writes; Trap and Trace may go without
// their data, which is then 0. On failure a is left as it was.
func (a *Action) UnmarshalText(text []byte) error {
	name, data, hasData := strings.Cut(string(text), "(")
	if hasData {
		var closed bool
		if data, closed = strings.CutSuffix(data, ")"); !closed {
			return actionError(text, ": missing )")
		}
	}
	for k := range kindCount {
		if kindNames[k] != name {
			continue
		}
		v := Action{kind: k}
		switch k {
		case KindErrno:
			e, err := errno.Parse(data)
			if err != nil {
				return wrap("profile: action "+quote(string(text))+": ", err)
			}
			v.errno = e
		case KindTrap, KindTrace:
			if hasData {
				n, err := strconv.ParseUint(data, 10, 16)
				if err != nil {
					return wrap("profile: action "+quote(string(text))+": ", err)
				}
				v.data = uint16(n)
			}
		default:
			if hasData {
				return actionError(text, ": "+name+" has no data")
			}
		}
		*a = v
		return nil
	}
	return actionError(text, " is unknown")
}

func actionError(text []byte, what string) error {
	return newError("profile: action " + quote(string(text)) + what)
}

// Word bits of a filter's return value (include/uapi/linux/seccomp.h).
var kindWords = [kindCount]uint32{
	KindKillProcess: 0x80000000,
	KindKillThread:  0x00000000,
	KindTrap:        0x00030000,
	KindErrno:       0x00050000,
	KindNotify:      0x7fc00000,
	KindTrace:       0x7ff00000,
	KindLog:         0x7ffc0000,
	KindAllow:       0x7fff0000,
}

// maxErrno is the largest error number that a call can return
// (include/linux/err.h); the kernel lowers larger ones to it.
const maxErrno = 4095

// Return returns the value with which a filter gives this verdict
// (SECCOMP_RET_* and 16 bits of data) to a call of ABI on. It fails where on
// has no such errno, or its number is above 4095.
func (a Action) Return(on arch.Arch) (uint32, error) {
	w := kindWords[a.kind] | uint32(a.data)
	if a.kind != KindErrno {
		return w, nil
	}
	n, ok := a.errno.Number(on)
	if !ok {
		return 0, newError("profile: " + a.String() + ": " + on.String() + " has no " + a.errno.String())
	}
	if n > maxErrno {
		return 0, newError("profile: " + a.String() + ": error numbers end at " + decimal(maxErrno))
	}
	return w | uint32(n), nil
}

// Named returns a with its error number replaced by the name that the number has on
// an ABI, if it has one, for people to read.
func (a Action) Named(on arch.Arch) Action {
	a.errno = a.errno.Named(on)
	return a
}

// ActionOf returns the verdict that a filter's return value means to the
// kernel: a value whose action part is unknown kills the process, data that the
// kernel doesn't look at is dropped, and error numbers end at 4095.
func ActionOf(ret uint32) Action {
	for k := range kindCount {
		if ret&0xffff0000 != kindWords[k] {
			continue
		}
		switch k {
		case KindErrno:
			return Errno(errno.Errno(min(ret&0xffff, maxErrno)))
		case KindTrap, KindTrace:
			return Action{kind: k, data: uint16(ret)}
		}
		return Action{kind: k}
	}
	return KillProcess()
}
