package install

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/internal/sys"
)

// Mode is the seccomp mode of a thread (include/uapi/linux/seccomp.h).
type Mode uint8

// The modes.
const (
	ModeDisabled Mode = iota // no filter
	ModeStrict               // read, write, _exit and sigreturn only
	ModeFilter               // at least one filter
)

// String returns "disabled", "strict" or "filter".
func (m Mode) String() string {
	switch m {
	case ModeDisabled:
		return "disabled"
	case ModeStrict:
		return "strict"
	case ModeFilter:
		return "filter"
	}
	return "mode " + strconv.Itoa(int(m))
}

// State is the seccomp state of a thread. The zero value is that of a thread
// without filters, of which no_new_privs is not known.
type State struct {
	// Mode says whether the thread has filters, or strict mode.
	Mode Mode
	// Filters is the number of filters, including inherited ones. It is -1 where
	// the kernel doesn't tell (before Linux 5.9).
	Filters int
	// NoNewPrivs says whether no_new_privs is set. It is CantTell where the kernel
	// doesn't tell (before Linux 4.10).
	NoNewPrivs Answer
}

// Status returns the state of a thread by its id (proc_pid_status(5)). A process's
// id is that of its main thread; the state of its other threads may differ. 0 is
// the main thread of the calling process. Reading another user's process may
// require privileges. The error is an [*Error], and fs.ErrNotExist if there is no
// such thread.
func Status(pid int) (State, error) {
	op := "status of " + strconv.Itoa(pid)
	if err := sys.Unsupported(); err != nil {
		return State{}, &Error{Op: op, Err: err}
	}
	who := strconv.Itoa(pid)
	if pid == 0 {
		who = "self"
	}
	text, err := os.ReadFile("/proc/" + who + "/status")
	if err != nil {
		return State{}, &Error{Op: op, Err: err}
	}
	s, err := parseStatus(string(text))
	if err != nil {
		return State{}, &Error{Op: op, Err: err}
	}
	return s, nil
}

// parseStatus reads the lines "Seccomp:", "Seccomp_filters:" and "NoNewPrivs:"
// (fs/proc/array.c, task_seccomp).
func parseStatus(text string) (State, error) {
	s := State{Filters: -1}
	seen := false
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		var err error
		switch key {
		case "Seccomp":
			var n uint64
			n, err = strconv.ParseUint(value, 10, 8)
			s.Mode, seen = Mode(n), true
		case "Seccomp_filters":
			s.Filters, err = strconv.Atoi(value)
		case "NoNewPrivs":
			s.NoNewPrivs = No
			if value == "1" {
				s.NoNewPrivs = Yes
			}
		}
		if err != nil {
			return State{}, fmt.Errorf("line %q: %w", strings.TrimSpace(line), err)
		}
	}
	if !seen {
		return State{}, fmt.Errorf("no line for seccomp: the kernel is built without CONFIG_SECCOMP: %w", errors.ErrUnsupported)
	}
	return s, nil
}
