package install

import "strconv"

// ProgramError is a program that [Load] did not give to the kernel.
type ProgramError struct {
	// PC is the number of the first instruction at fault, counted from 0; it is
	// -1 where the program as a whole is at fault, as by its length.
	PC int
	// Reason is what the kernel has against it.
	Reason string

	err error // errors.ErrUnsupported where the kernel is what lacks
}

// Error returns the place and the reason, as in "install: instruction 12: ld
// [66]: load at offset 66; offsets are multiples of 4 below 64".
func (e *ProgramError) Error() string {
	if e.PC < 0 {
		return "install: " + e.Reason
	}
	return "install: instruction " + strconv.Itoa(e.PC) + ": " + e.Reason
}

// Unwrap returns what the kernel said where it was asked, as about an action,
// and otherwise nil.
func (e *ProgramError) Unwrap() error { return e.err }

// SyncError is a thread that kept the filter from being installed on all. No
// thread has got it. The thread has a filter that the others lack, most often
// because something installed one on that thread alone (kernel/seccomp.c,
// seccomp_can_sync_threads).
type SyncError struct {
	TID int // the thread's id, as in /proc/self/task
}

// Error names the thread.
func (e *SyncError) Error() string {
	return "install: thread " + strconv.Itoa(e.TID) + " has a filter that the other threads lack; no thread has got the new one"
}

// Error is a step of [Load] or of a probe that failed.
type Error struct {
	// Op is what was tried: "flags" (the Options, or whether the kernel has the
	// flags), "no_new_privs", "filter", or a name of what was read.
	Op string
	// Err is the cause: the kernel's syscall.Errno, or an error that is
	// errors.ErrUnsupported.
	Err error
	// Reason says what the cause means here. It may be empty.
	Reason string
}

// Error returns the step, the cause and its meaning.
func (e *Error) Error() string {
	s := "install: " + e.Op + ": " + e.Err.Error()
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// failed isn't inlined, to keep programs small.
//
//go:noinline
func failed(op string, err error, reason string) error {
	return &Error{Op: op, Err: err, Reason: reason}
}
