package install

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/internal/sys"
)

// Answer is the answer to a question about the kernel. The zero value is
// CantTell.
type Answer uint8

// The answers.
const (
	CantTell Answer = iota // the kernel could not be asked
	No
	Yes
)

// String returns "can't tell", "no" or "yes".
func (a Answer) String() string {
	switch a {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "can't tell"
}

// Support is an answer and, unless it is Yes, its reason. The reason of a No is
// errors.ErrUnsupported. The zero value is a CantTell without a reason, which no
// function returns.
type Support struct {
	Answer Answer
	Reason error // nil if Answer is Yes
}

// String returns the answer, and the reason in parentheses.
func (s Support) String() string {
	if s.Reason == nil {
		return s.Answer.String()
	}
	return s.Answer.String() + " (" + s.Reason.Error() + ")"
}

// lack is an answer No. It and cantTell aren't inlined, to keep programs small.
//
//go:noinline
func lack(what string) Support {
	return Support{No, &cause{before: what + ": ", err: errors.ErrUnsupported}}
}

//go:noinline
func cantTell(question string, err error) Support {
	reason := explainCall(err)
	if reason != "" {
		reason = ": " + reason
	}
	return Support{CantTell, &cause{question + ": ", err, reason}}
}

// cause is an error with something around its text. It is there because of
// fmt.Errorf's size, which is a good part of that of a small program.
type cause struct {
	before string
	err    error
	after  string
}

func (c *cause) Error() string { return c.before + c.err.Error() + c.after }
func (c *cause) Unwrap() error { return c.err }

// Action is what a filter's verdict asks for: its upper 16 bits
// (include/uapi/linux/seccomp.h, SECCOMP_RET_ACTION_FULL). The zero value is
// ActionKillThread, as in the kernel.
type Action uint32

// The actions that have a name. Those without a release are as old as filters
// (Linux 3.5).
const (
	ActionKillProcess Action = 0x80000000 // Linux 4.14
	ActionKillThread  Action = 0x00000000
	ActionTrap        Action = 0x00030000
	ActionErrno       Action = 0x00050000
	ActionUserNotif   Action = 0x7fc00000 // Linux 5.0
	ActionTrace       Action = 0x7ff00000
	ActionLog         Action = 0x7ffc0000 // Linux 4.14
	ActionAllow       Action = 0x7fff0000
)

func actionOf(verdict uint32) Action { return Action(verdict &^ 0xffff) }

// isBasic reports whether every kernel with filters has the action.
func (a Action) isBasic() bool {
	switch a {
	case ActionKillThread, ActionTrap, ActionErrno, ActionTrace, ActionAllow:
		return true
	}
	return false
}

// String returns the kernel's name of the action, such as "kill_process", as
// [ActionsAvailable] does, or its number.
func (a Action) String() string {
	switch a {
	case ActionKillProcess:
		return "kill_process"
	case ActionKillThread:
		return "kill_thread"
	case ActionTrap:
		return "trap"
	case ActionErrno:
		return "errno"
	case ActionUserNotif:
		return "user_notif"
	case ActionTrace:
		return "trace"
	case ActionLog:
		return "log"
	case ActionAllow:
		return "allow"
	}
	const digits = 8
	s := strconv.FormatUint(1<<(4*digits)|uint64(a), 16) // with a 1 before them
	return "0x" + s[1:]
}

// HaveAction asks the kernel whether it has an action (SECCOMP_GET_ACTION_AVAIL
// of seccomp(2), Linux 4.14). Data bits are ignored. An older kernel can't be
// asked; nor can one whose seccomp(2) a filter in force forbids.
func HaveAction(a Action) Support {
	if err := sys.Unsupported(); err != nil {
		return Support{No, err}
	}
	a = actionOf(uint32(a))
	if known, err := sys.ActionAvail(uint32(a)); err != nil {
		return cantTell("action "+a.String(), err)
	} else if !known {
		return lack("the kernel lacks the action " + a.String())
	}
	return Support{Answer: Yes}
}

// HaveFlag asks the kernel whether it has all of these flags, without changing
// anything: it passes them with a null pointer for a program. No flags ask for
// seccomp filters as such, as [Supported] does.
func HaveFlag(flags Flags) Support {
	if err := sys.Unsupported(); err != nil {
		return Support{No, err}
	}
	// The empty set first: a kernel without filters has the call, and refuses
	// everything with the errno that also means an unknown flag.
	if known, err := sys.FlagsKnown(0); err != nil {
		return cantTell("seccomp filters", err)
	} else if !known {
		return lack("the kernel is built without CONFIG_SECCOMP_FILTER")
	}
	for bit := Flags(1); bit != 0; bit <<= 1 {
		if flags&bit == 0 {
			continue
		}
		asked := bit
		if bit == FlagWaitKillableRecv { // refused without the other
			asked |= FlagNewListener
		}
		if known, err := sys.FlagsKnown(uint32(asked)); err != nil {
			return cantTell("flag "+bit.String(), err)
		} else if !known {
			return lack("the kernel lacks the flag " + bit.String())
		}
	}
	return Support{Answer: Yes}
}

// Supported returns nil if the system has seccomp filters and seccomp(2)
// (Linux 3.17). The error is an [*Error]; if the system lacks them it is
// errors.ErrUnsupported.
func Supported() error {
	if s := HaveFlag(0); s.Answer != Yes {
		return &Error{Op: "seccomp", Err: s.Reason}
	}
	return nil
}

// Sizes are the sizes in bytes of what goes through a listener's descriptor
// (struct seccomp_notif_sizes). They may grow with the kernel.
type Sizes struct {
	Notif uint16 // struct seccomp_notif
	Resp  uint16 // struct seccomp_notif_resp
	Data  uint16 // struct seccomp_data
}

// NotifSizes asks the kernel for the sizes (SECCOMP_GET_NOTIF_SIZES of
// seccomp(2), Linux 5.0). The error is an [*Error].
func NotifSizes() (Sizes, error) {
	notif, resp, data, err := sys.NotifSizes()
	if err == nil {
		return Sizes{notif, resp, data}, nil
	}
	return Sizes{}, explainSizes(err)
}

const opSizes = "notification sizes"

// ActionsAvailable returns the names of the kernel's actions, strictest first
// (/proc/sys/kernel/seccomp/actions_avail, Linux 4.14). They are names, not
// Actions, because a newer kernel may have more. The error is an [*Error].
func ActionsAvailable() ([]string, error) { return sysctl("actions_avail") }

// ActionsLogged returns the names of the actions that the system administrator
// lets be logged (/proc/sys/kernel/seccomp/actions_logged, Linux 4.14). Of them
// log, kill_process and kill_thread always are, the others for a filter with
// FlagLog; allow never is. The error is an [*Error].
func ActionsLogged() ([]string, error) { return sysctl("actions_logged") }

func sysctl(name string) ([]string, error) {
	if err := sys.Unsupported(); err != nil {
		return nil, &Error{Op: name, Err: err}
	}
	text, err := os.ReadFile("/proc/sys/kernel/seccomp/" + name)
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("%w: %w", err, errors.ErrUnsupported)
		return nil, &Error{Op: name, Err: err, Reason: "needs Linux 4.14 and a mounted /proc"}
	}
	if err != nil {
		return nil, &Error{Op: name, Err: err}
	}
	return strings.Fields(string(text)), nil
}
