package install

import (
	"errors"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/sys"
)

// Options say how [Load] installs a program. The zero value is the advice: no
// privileges needed, no privileges gained later, every thread.
type Options struct {
	// Thread installs the filter on the calling OS thread alone, and on what
	// that thread starts from then on. The caller has called
	// runtime.LockOSThread and never unlocks, so that the thread ends with its
	// goroutine; otherwise other goroutines would run under the filter by
	// chance. The process's main thread is the exception: it never ends, keeps
	// the filter, and is a SyncError for whoever calls Load for every thread
	// later. If Load fails late, no_new_privs stays set on the thread.
	//
	// The zero value is every thread of the process (SECCOMP_FILTER_FLAG_TSYNC,
	// Linux 3.17).
	Thread bool

	// KeepPrivs leaves no_new_privs as it is, so that set-user-ID programs keep
	// working under the filter. The kernel then demands that the thread has it
	// set already or has CAP_SYS_ADMIN in its user namespace; without Thread
	// that is the process's capability, not one that the calling thread alone
	// has raised.
	//
	// The zero value sets no_new_privs (PR_SET_NO_NEW_PRIVS(2const)) on every
	// thread that gets the filter.
	KeepPrivs bool

	// Flags are more flags for the kernel: FlagLog and FlagSpecAllow. Others
	// are an error: FlagTSync is what Thread says, and the listener's flags
	// have no use without the listener's descriptor.
	Flags Flags
}

// Flags are flags of seccomp(2)'s SECCOMP_SET_MODE_FILTER, with the kernel's
// values (include/uapi/linux/seccomp.h).
type Flags uint32

// The flags that have a name. The releases are those that introduced them.
const (
	// FlagTSync installs the filter on every thread of the process (Linux
	// 3.17). Load sets it by itself.
	FlagTSync Flags = sys.FlagTSync
	// FlagLog logs the filter's verdicts other than allow, so far as the system
	// administrator's list has them (Linux 4.14); see [ActionsLogged].
	FlagLog Flags = sys.FlagLog
	// FlagSpecAllow leaves the mitigation of Speculative Store Bypass off that
	// old kernels switch on for a thread with a filter (Linux 4.17).
	FlagSpecAllow Flags = sys.FlagSpecAllow
	// FlagNewListener makes a descriptor for user notification (Linux 5.0).
	FlagNewListener Flags = sys.FlagNewListener
	// FlagTSyncESRCH reports a thread that couldn't be synchronised as ESRCH,
	// for use with FlagNewListener (Linux 5.7).
	FlagTSyncESRCH Flags = sys.FlagTSyncESRCH
	// FlagWaitKillableRecv lets a notified thread be interrupted by fatal
	// signals only, for use with FlagNewListener (Linux 5.19).
	FlagWaitKillableRecv Flags = sys.FlagWaitKillableRecv

	loadable = FlagLog | FlagSpecAllow
)

// String returns the names of the flags as in the kernel's header, without
// their prefix, such as "TSYNC|LOG". Bits without a name follow in hexadecimal;
// no flags are "0".
func (f Flags) String() string {
	names := [...]string{"TSYNC", "LOG", "SPEC_ALLOW", "NEW_LISTENER", "TSYNC_ESRCH", "WAIT_KILLABLE_RECV"}
	s := ""
	for i, name := range names {
		if f&(1<<i) != 0 {
			s += "|" + name
		}
	}
	if rest := f >> len(names) << len(names); rest != 0 || f == 0 {
		s += "|0x" + strconv.FormatUint(uint64(rest), 16)
		if f == 0 {
			s = "|0"
		}
	}
	return s[1:]
}

// Load puts a program into force, for good. The zero Options set no_new_privs
// and cover every thread of the process, those being born included.
//
// It fails with
//   - a [*ProgramError] if the kernel would refuse the program, if the program
//     returns an action that the running kernel lacks, or if it asks for user
//     notification;
//   - a [*SyncError] if a thread has a filter that the others lack, and so can't
//     take part;
//   - an [*Error] for everything else. It is errors.ErrUnsupported if the system
//     lacks what is needed, and otherwise the kernel's syscall.Errno.
//
// The program is checked first, on every system, then the Options, then whether
// the system can do it.
func Load(prog []bpf.RawInstruction, o Options) error {
	if err := checkProgram(prog); err != nil {
		return err
	}
	if extra := o.Flags &^ loadable; extra != 0 {
		return failed("flags", errors.New(extra.String()), "Load takes LOG and SPEC_ALLOW only")
	}
	flags := o.Flags
	if !o.Thread {
		flags |= FlagTSync
	}
	// Asking first costs microseconds. Afterwards, no_new_privs would be set.
	if s := HaveFlag(flags); s.Answer != Yes {
		return failed("flags", s.Reason, "")
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

// load makes the calls that change something.
func load(prog []bpf.RawInstruction, flags Flags, o Options) error {
	if !o.KeepPrivs {
		if err := sys.SetNoNewPrivs(); err != nil {
			return failed("no_new_privs", err, explainPrivs(err))
		}
	}
	insns := make([]sys.Insn, len(prog))
	for i, ins := range prog {
		insns[i] = sys.Insn(ins)
	}
	tid, err := sys.SetFilter(uint32(flags), insns)
	if err != nil {
		return failed("filter", err, explain(err, prog))
	}
	if tid != 0 { // seccomp(2): the filter was not installed
		return &SyncError{TID: tid}
	}
	return nil
}

// onOwnThread calls f on an OS thread that nobody else uses. If f fails, the
// thread ends, and with it what f has changed about it.
func onOwnThread(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // a goroutine that exits locked takes its thread along
		var err error
		if sys.Gettid() == os.Getpid() {
			// The main thread can't end before the process does. It waits here,
			// and the next goroutine gets another one.
			err = onOwnThread(f)
			runtime.UnlockOSThread()
		} else if err = f(); err == nil {
			runtime.UnlockOSThread() // like all the others now
		}
		done <- err
	}()
	return <-done
}

// checkProgram applies what doesn't depend on the running kernel.
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

// checkActions asks the kernel for the actions that not every kernel has. An
// old one would take kill_process for kill_thread, which is less, and any kernel
// takes an action that it doesn't know for a kill.
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
