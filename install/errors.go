package install

import (
	"strconv"

	"github.com/portcullis-go/portcullis/internal/spell"
)

// ProgramError is a program that [Load] didn't give to the kernel, or bytes that
// [Decode] refused.
type ProgramError struct {
	// PC is the index of the first instruction at fault. It is -1 where the
	// program as a whole is at fault, for example because of its length.
	PC int
	// Reason says what is wrong with it.
	Reason string

	err error // errors.ErrUnsupported if the kernel lacks the action
}

// Error returns the place and the reason, as in "install: instruction 12: ld
// [66]: load at offset 66; offsets are multiples of 4 below 64".
func (e *ProgramError) Error() string {
	if e.PC < 0 {
		return "install: " + e.Reason
	}
	return "install: instruction " + strconv.Itoa(e.PC) + ": " + e.Reason
}

// Unwrap returns the kernel's answer where it was asked about an action, and
// otherwise nil.
func (e *ProgramError) Unwrap() error { return e.err }

// SyncError is a thread that prevented the installation of a filter on every
// thread. No thread has the new filter. The thread has a filter that the others
// lack, most often because something installed one on that thread alone
// (kernel/seccomp.c, seccomp_can_sync_threads).
type SyncError struct {
	TID int // the thread's id, as in /proc/self/task
}

// Error names the thread.
func (e *SyncError) Error() string {
	return "install: thread " + strconv.Itoa(e.TID) + " has a filter that the other threads lack; no thread has the new one"
}

// Error is a step of [Load] or of a probe that failed.
type Error struct {
	// Op is the step: "flags" (the Options, or whether the kernel has the flags),
	// "no_new_privs", "filter", or the name of what was read.
	Op string
	// Err is the cause: the kernel's syscall.Errno, an error that is
	// errors.ErrUnsupported, or the name of the flags that Load refuses.
	Err error
	// Reason says what the cause means here. It may be empty.
	Reason string
}

// opFlags is the Op of an Error about flags.
const opFlags = "flags"

// Error returns the step, the cause and its meaning.
func (e *Error) Error() string {
	s := "install: " + e.Op
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ParseError is a name that no flag has.
type ParseError struct {
	Name string // what was asked for
	// Nearest is the nearest name of a flag, with the kernel's prefix if Name has
	// it, or "" if none is near.
	Nearest string
}

// Error returns what was asked for, and what was probably meant.
func (e *ParseError) Error() string {
	return "install: " + spell.Unknown("flag", e.Name, e.Nearest)
}

func failed(op string, err error, reason string) error {
	return &Error{Op: op, Err: err, Reason: reason}
}
