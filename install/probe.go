package install

import (
	"errors"
	"fmt"
	"os"
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
// errors.ErrUnsupported. The zero value is CantTell without a reason; no function
// returns it.
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

func lack(what string) Support {
	return Support{No, &cause{before: what + ": ", err: errors.ErrUnsupported}}
}

func cantTell(question string, err error) Support {
	reason := callReason(err)
	if reason != "" {
		reason = ": " + reason
	}
	return Support{CantTell, &cause{question + ": ", err, reason}}
}

// cause is an error with text before and after it, as by fmt.Errorf, which would
// make a small program much larger.
type cause struct {
	before string
	err    error
	after  string
}

func (c *cause) Error() string { return c.before + c.err.Error() + c.after }
func (c *cause) Unwrap() error { return c.err }

// HaveAction asks the kernel whether it has an action (SECCOMP_GET_ACTION_AVAIL
// of seccomp(2), Linux 4.14). The lower 16 bits, a verdict's data, are ignored. An
// older kernel can't be asked, nor can one whose seccomp(2) a filter forbids.
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

// HaveFlag asks the kernel whether it has all of these flags. It changes nothing,
// because it passes a null pointer instead of a program. Without flags it asks
// whether the kernel has seccomp filters at all, as [Supported] does.
func HaveFlag(flags Flags) Support {
	if err := sys.Unsupported(); err != nil {
		return Support{No, err}
	}
	// The empty set comes first: a kernel without filters has the call, but refuses
	// everything with EINVAL, which otherwise means an unknown flag.
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
		if bit == FlagWaitKillableRecv { // the kernel takes it only with the other
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

// Supported returns nil if the system has seccomp filters and seccomp(2) (Linux
// 3.17). The error is an [*Error], and errors.ErrUnsupported if the system lacks
// them.
func Supported() error {
	if s := HaveFlag(0); s.Answer != Yes {
		return &Error{Op: "seccomp", Err: s.Reason}
	}
	return nil
}

// Sizes are the sizes in bytes of the structs that are exchanged through a
// listener's descriptor (struct seccomp_notif_sizes). Newer kernels may have larger
// ones. The zero value is no kernel's.
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
	return Sizes{}, sizesError(err)
}

const opSizes = "notification sizes"

// ActionsAvailable returns the names of the kernel's actions, strictest first
// (/proc/sys/kernel/seccomp/actions_avail, Linux 4.14). They are names, not
// Actions, because a newer kernel may have more. The error is an [*Error].
func ActionsAvailable() ([]string, error) { return sysctl("actions_avail") }

// ActionsLogged returns the names of the actions that the system administrator
// permits to be logged (/proc/sys/kernel/seccomp/actions_logged, Linux 4.14). Of
// these, the kernel logs log, kill_process and kill_thread for every filter, and the
// others for a filter with FlagLog. It never logs allow. The error is an [*Error].
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
