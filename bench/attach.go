package bench

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
)

// A filter can't be removed, and every further one slows down a thread's calls. So
// each is installed on its own OS thread, which ends with the goroutine that is locked
// to it. Package install isn't used: it checks the program first, and only the system
// call is to be measured.

const (
	sysSeccomp      = 317 // arch/x86/entry/syscalls/syscall_64.tbl
	setModeFilter   = 1   // SECCOMP_SET_MODE_FILTER, include/uapi/linux/seccomp.h
	prSetNoNewPrivs = 38  // include/uapi/linux/prctl.h
)

// fprog is struct sock_fprog of include/uapi/linux/filter.h, on 64 bits.
type fprog struct {
	n      uint16
	filter *bpf.RawInstruction // which is laid out as struct sock_filter
}

// attach installs a program on the calling thread and returns how long seccomp(2)
// took. In it the kernel checks, converts and compiles the program and fills its
// cache of verdicts.
func attach(raw []bpf.RawInstruction) (time.Duration, error) {
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, prSetNoNewPrivs, 1, 0, 0, 0, 0); errno != 0 {
		return 0, fmt.Errorf("no_new_privs: %w", errno)
	}
	p := &fprog{uint16(len(raw)), &raw[0]}
	start := time.Now()
	_, _, errno := syscall.RawSyscall(sysSeccomp, setModeFilter, 0, uintptr(unsafe.Pointer(p)))
	took := time.Since(start)
	runtime.KeepAlive(p)
	if errno != 0 {
		return 0, fmt.Errorf("seccomp: %w", errno)
	}
	return took, nil
}

// onThread runs f on a new OS thread that ends when f returns. The main thread would
// not end, so it isn't used.
func onThread(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocks
		if syscall.Gettid() == os.Getpid() {
			onThread(f)
			runtime.UnlockOSThread()
			return
		}
		f()
	}()
	<-done
}

// installable reports whether the filter can be installed and is worth measuring.
func (f *Filter) installable() bool { return f.Err == nil && !f.exhaustive() && f.threadSurvives() }

// threadSurvives reports whether a Go thread can wait, be preempted and end under the
// filter. Where policies here compare arguments, those of the Go runtime are given.
func (f *Filter) threadSurvives() bool {
	for _, c := range []struct {
		name string
		args []uint64
	}{
		{"futex", []uint64{0, 0x80}}, {"futex", []uint64{0, 0x81}}, {"exit", nil}, {"munmap", nil}, {"madvise", []uint64{0, 0, 4}},
		{"rt_sigprocmask", nil}, {"rt_sigreturn", nil}, {"sigaltstack", nil}, {"nanosleep", nil}, {"write", nil}, {"read", nil},
		{"epoll_pwait", nil}, {"gettid", nil}, {"getpid", nil}, {"tgkill", []uint64{1000, 1000, 23}},
		{"mmap", []uint64{0, 0, 3, 0x22}}, {"clock_gettime", nil},
	} {
		d, err := compile.Call(arch.X86_64, c.name, c.args...)
		if err != nil || f.Verdict(d) != profile.Allow() {
			return false
		}
	}
	return true
}
