// Package install loads seccomp filters into the Linux kernel. A filter is a classic
// BPF program, given as raw instructions.
//
//	if err := install.Load(prog, install.Options{}); err != nil {
//		log.Fatal(err) // nothing has changed
//	}
//
// The package is a leaf: it knows no profiles, no system call tables and no
// compiler. A program that embeds a filter compiled ahead of time ([Decode]) links
// none of them.
//
// # Model
//
// A filter belongs to an OS thread (seccomp(2)). Threads and processes that the
// thread creates inherit it, and nothing removes it. Filters stack: all of them see
// each system call, and the strictest verdict wins. A goroutine moves between
// threads, so a filter on some threads only would apply to some of its system calls
// only. [Load] therefore adds a filter to every thread of the process at once,
// unless [Options] say otherwise.
//
// # What is guaranteed
//
//   - If Load returns nil, the filter is in force, with everything that was asked
//     for, on every thread of the process; or with [Options.Thread] on the calling
//     thread.
//   - If Load returns an error, no thread has the filter; [SyncError] names the
//     thread that stood in the way. Without [Options.Thread]
//     nothing else has changed either: the attempt is made on a thread of its own,
//     which ends if it fails.
//   - If the kernel lacks a flag, an action, the synchronisation of threads or
//     seccomp itself, that is an error; nothing is left out silently. The error is
//     [errors.ErrUnsupported] too, if Linux or the kernel's version is the cause.
//   - A program that the kernel would refuse is refused before, by the same rules,
//     with the instruction and the reason ([ProgramError]).
//   - Importing the package does no work, and it writes no log.
//
// # What is not guaranteed
//
//   - That the program decides what it should. It is taken as it is. A filter that
//     denies what the Go runtime needs (futex, mmap, rt_sigreturn, sigaltstack,
//     clone, exit, nanosleep, tgkill and more) breaks the process.
//   - That the program is for this machine. A filter for another ABI usually kills
//     the process at its next system call.
//   - That a process goes on after a verdict of kill_thread. The kernel kills one
//     OS thread, which usually hangs the Go runtime. Use kill_process.
//   - That an outer filter tells the truth. The guarantees above rest on what the
//     system calls return. A filter that is already in force can answer seccomp(2)
//     or prctl(2) itself: with success, so that Load returns nil without effect, or
//     with an errno that looks as if the kernel lacked something. [Status] reads
//     the number of filters from /proc.
//   - System calls that don't go through system call entry: io_uring and the vDSO
//     bypass every filter.
//   - User notification. A filter that returns user_notif needs a supervisor with
//     the filter's descriptor, which Load doesn't make. Load refuses a "ret #k" of
//     user_notif. A verdict that the program computes ("ret a") is not known in
//     advance; the call then fails with ENOSYS.
//
// [Supported], [HaveFlag], [HaveAction], [NotifSizes], [ActionsAvailable],
// [ActionsLogged] and [Status] report what the kernel supports and what is in force. A
// new question is a function in probe.go; one that needs a system call begins in
// internal/sys.
package install
