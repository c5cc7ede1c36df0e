package install

import (
	"os"
	"runtime"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/sys"
)

// Options say how [Load] installs a program. The zero value is recommended: no
// privileges needed, no privileges gained later, every thread.
type Options struct {
	// Thread installs the filter on the calling OS thread alone, and on the
	// threads and processes that it starts later. The caller must have called
	// runtime.LockOSThread and must never unlock the thread, so that it ends with
	// its goroutine. Load doesn't check that: without the lock, other goroutines
	// run under the filter by chance.
	//
	// A locked goroutine may be on the process's main thread, which never ends.
	// The main thread then keeps the filter, and a later Load for every thread
	// fails with a SyncError. Where that matters, compare the id of the thread
	// with that of the process first. If Load fails after its checks,
	// no_new_privs stays set on the thread.
	//
	// The zero value is every thread of the process (SECCOMP_FILTER_FLAG_TSYNC,
	// Linux 3.17).
	Thread bool

	// KeepPrivs leaves no_new_privs as it is, so that set-user-ID programs keep
	// working under the filter. The kernel then requires that the thread has
	// no_new_privs already or CAP_SYS_ADMIN in its user namespace. Without
	// Thread, another thread of the process makes the call: a capability that
	// only the calling thread has raised doesn't count.
	//
	// The zero value sets no_new_privs (PR_SET_NO_NEW_PRIVS(2const)) on every
	// thread that gets the filter.
	KeepPrivs bool

	// Flags are more flags for the kernel: FlagLog and FlagSpecAllow. FlagTSync
	// is accepted as what Load does anyway; together with Thread it is an error.
	// So are the flags for user notification, which need a listener's
	// descriptor, and unknown ones.
	Flags Flags
}

// Load installs a filter for good: nothing removes it. With zero Options it sets
// no_new_privs and covers every thread of the process, including those that are
// just being created.
//
// It fails with
//   - a [*ProgramError] if the kernel would refuse the program (an empty one, for
//     example), or if one of its "ret #k" instructions returns an action that the
//     running kernel lacks, or user notification. Verdicts that the program computes
//     ("ret a") are not known before it runs;
//   - a [*SyncError] if a thread can't be synchronised because it has a filter that
//     the others lack;
//   - an [*Error] for everything else. It is errors.ErrUnsupported if the system
//     lacks what is needed, and otherwise wraps the kernel's syscall.Errno.
//
// The program is checked first, on every system, then the Options, then whether
// the system supports them. Load can't tell for which ABI a program was made: one
// for another ABI usually kills the process at its next system call.
func Load(prog []bpf.RawInstruction, o Options) error {
	if err := checkProgram(prog); err != nil {
		return err
	}
	if err := o.checkFlags(); err != nil {
		return err
	}
	flags := o.Flags
	if !o.Thread {
		flags |= FlagTSync
	}
	// Asking before no_new_privs is set lets a failure change nothing.
	if s := HaveFlag(flags); s.Answer != Yes {
		return failed(opFlags, s.Reason, "")
	}
	if err := checkActions(prog); err != nil {
		return err
	}
	if !o.Thread {
		return onOwnThread(func() error { return load(prog, flags, o) })
	}
	runtime.LockOSThread() // the calls below belong on one thread
	defer runtime.UnlockOSThread()
	return load(prog, flags, o)
}

// load makes the two system calls that change something.
func load(prog []bpf.RawInstruction, flags Flags, o Options) error {
	if !o.KeepPrivs {
		if err := sys.SetNoNewPrivs(); err != nil {
			return failed("no_new_privs", err, noNewPrivsReason(err))
		}
	}
	insns := make([]sys.Insn, len(prog))
	for i, ins := range prog {
		insns[i] = sys.Insn(ins)
	}
	tid, err := sys.SetFilter(uint32(flags), insns)
	if err != nil {
		return failed("filter", err, filterReason(err, prog))
	}
	if tid != 0 { // seccomp(2): the filter was not installed
		return &SyncError{TID: tid}
	}
	return nil
}

// onOwnThread calls f on an OS thread of its own. If f fails, the thread ends, and
// with it whatever f changed about the thread.
func onOwnThread(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // a goroutine that exits while locked ends its thread
		var err error
		if sys.Gettid() == os.Getpid() {
			// The main thread can't end before the process does. While it waits
			// here, the next goroutine runs on another thread.
			err = onOwnThread(f)
			runtime.UnlockOSThread()
		} else if err = f(); err == nil {
			runtime.UnlockOSThread() // it is like all other threads now
		}
		done <- err
	}()
	return <-done
}

// checkProgram makes the checks that don't depend on the running kernel.
func checkProgram(prog []bpf.RawInstruction) error {
	if err := cbpf.Check(prog); err != nil {
		bad := err.(*cbpf.Error)
		return &ProgramError{PC: bad.PC, Reason: bad.Msg}
	}
	for pc, ins := range prog {
		if ins.Op == cbpf.RetK && actionOf(ins.K) == ActionUserNotif {
			return &ProgramError{PC: pc, Reason: cbpf.Format(prog, pc) +
				": user notification needs a supervisor with the filter's descriptor, and Load makes none"}
		}
	}
	return nil
}

// checkActions asks the kernel whether it has the actions that are not as old as
// filters. An old kernel takes kill_process for kill_thread, which is weaker, and
// every kernel takes an action that it doesn't know for a kill.
func checkActions(prog []bpf.RawInstruction) error {
	var asked []Action
next:
	for pc, ins := range prog {
		a := actionOf(ins.K)
		if ins.Op != cbpf.RetK || a.isBasic() {
			continue
		}
		for _, b := range asked {
			if a == b {
				continue next
			}
		}
		asked = append(asked, a)
		if s := HaveAction(a); s.Answer != Yes {
			return &ProgramError{PC: pc, Reason: cbpf.Format(prog, pc) + ": " + s.Reason.Error(), err: s.Reason}
		}
	}
	return nil
}
