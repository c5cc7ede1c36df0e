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

// A filter can't be taken back, and each one more makes the calls of a thread
// slower. So each is installed on an OS thread of its own, which ends with the
// goroutine that is locked to it.

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
// took, which converts, compiles and caches it.
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

// onThread runs f on a fresh thread that ends with it. The main thread wouldn't
// end, and isn't used.
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

// installable reports whether a filter is to be installed.
func (f *Filter) installable() bool { return f.Err == nil && !f.exhaustive() && f.livable() }

// livable reports whether a Go thread can wait, be preempted and end under the
// filter. Arguments are those of the runtime where filters here look at them.
func (f *Filter) livable() bool {
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
