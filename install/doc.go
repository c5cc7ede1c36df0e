// Package install puts a seccomp filter into force: it takes a classic BPF
// program, as raw instructions, and gives it to the Linux kernel.
//
// It is a leaf. It knows no profile, no system call table and no compiler, so
// that a program which carries a precompiled filter links none of them.
//
//	if err := install.Load(prog, install.Options{}); err != nil {
//		log.Fatal(err) // nothing has changed
//	}
//
// # Model
//
// A filter belongs to an OS thread (seccomp(2)). Threads and processes that the
// thread starts inherit it; nothing removes it. Filters stack: every one of them
// sees each system call, and the strictest verdict wins. [Load] therefore adds a
// filter to every thread of the process at once, unless [Options] say otherwise.
// A goroutine moves between threads, so a filter on some threads only would be a
// filter for some system calls only.
//
// # What is guaranteed
//
//   - A nil error means that the filter is in force, with all that was asked
//     for, on every thread of the process; or with [Options.Thread] on the
//     calling thread.
//   - An error means that no thread has the filter. Without [Options.Thread]
//     it means that nothing has changed at all: the attempt is made on a thread
//     of its own, which ends with it.
//   - What the kernel lacks is an error, never left out: a flag, an action, the
//     synchronisation of threads, seccomp itself. Where Linux itself is what
//     lacks, the error is [errors.ErrUnsupported] too.
//   - A program that the kernel would refuse is refused before, by the same
//     rules, with the instruction and the reason ([ProgramError]).
//   - Importing the package does no work; it writes no log.
//
// # What is not
//
//   - Whether the program decides what it should: it is taken as it is. A filter
//     that forbids what the Go runtime needs (futex, mmap, rt_sigreturn,
//     sigaltstack, clone, exit, nanosleep, tgkill and more) breaks it.
//   - Whether a process keeps running that meets a verdict of kill_thread: the
//     kernel ends one thread, and the Go runtime waits for it for ever. Use
//     kill_process.
//   - System calls that don't enter the kernel through its front door: io_uring
//     and the vDSO go past every filter.
//   - User notification. A program that returns user_notif needs a supervisor
//     that holds the filter's descriptor, which Load doesn't make; it is
//     refused. So far as the verdict is computed (ret a) nobody can see that
//     beforehand; such a call then fails with ENOSYS.
//
// [Supported], [HaveFlag], [HaveAction], [NotifSizes], [ActionsAvailable],
// [ActionsLogged] and [Status] say what the kernel offers and what is in force.
package install
