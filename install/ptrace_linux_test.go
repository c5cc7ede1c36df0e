package install

import (
	"errors"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"github.com/portcullis-go/portcullis/internal/kerneltest"

	"github.com/portcullis-go/portcullis/internal/sys"
)

// Requests of ptrace(2), the same on every architecture.
const (
	ptraceSeize       = 0x4206
	ptraceInterrupt   = 0x4207
	ptraceGetFilter   = 0x420c
	ptraceGetMetadata = 0x420d
)

// TestInForce reads the filter of another process back from the kernel: the
// instructions, and whether it logs.
func TestInForce(t *testing.T) {
	kerneltest.NeedFilters(t)
	if !start.sysAdmin {
		t.Skip("PTRACE_SECCOMP_GET_FILTER needs CAP_SYS_ADMIN")
	}
	needNoFilters(t, "PTRACE_SECCOMP_GET_FILTER needs a tracer without one")
	for name, flags := range map[string]uint64{"wait": 0, "wait, log": sys.FlagLog} {
		t.Run(name, func(t *testing.T) {
			pid, end := waiting(t, name)
			defer end()
			runtime.LockOSThread() // the tracer is a thread
			defer runtime.UnlockOSThread()
			if err := ptrace(ptraceSeize, pid, 0, nil); err != nil {
				t.Fatal(err)
			}
			defer syscall.PtraceDetach(pid)
			if err := ptrace(ptraceInterrupt, pid, 0, nil); err != nil {
				t.Fatal(err)
			}
			if _, err := syscall.Wait4(pid, nil, syscall.WALL, nil); err != nil {
				t.Fatal(err)
			}
			compareInForce(t, pid, flags)
		})
	}
}

func compareInForce(t *testing.T, pid int, flags uint64) {
	var filter [4096 * 8]byte // struct sock_filter
	err := ptrace(ptraceGetFilter, pid, 0, unsafe.Pointer(&filter))
	if errors.Is(err, syscall.EIO) {
		t.Skip("the kernel lacks PTRACE_SECCOMP_GET_FILTER (CONFIG_CHECKPOINT_RESTORE)")
	}
	if errors.Is(err, syscall.EACCES) {
		t.Skip("PTRACE_SECCOMP_GET_FILTER needs CAP_SYS_ADMIN in the initial user namespace")
	}
	if err != nil {
		t.Fatal("filter: ", err)
	}
	prog, err := Decode(filter[:8*len(failing())])
	if err != nil || !slices.Equal(prog, failing()) {
		t.Errorf("got %+v, %v, want %+v", prog, err, failing())
	}
	var meta struct{ offset, flags uint64 } // struct seccomp_metadata
	err = ptrace(ptraceGetMetadata, pid, unsafe.Sizeof(meta), unsafe.Pointer(&meta))
	if errors.Is(err, syscall.EIO) {
		t.Skip("the kernel lacks PTRACE_SECCOMP_GET_METADATA (Linux 4.16)")
	}
	if err != nil || meta.flags != flags {
		t.Errorf("flags %#x, %v, want %#x", meta.flags, err, flags)
	}
}

func ptrace(request, pid int, addr uintptr, data unsafe.Pointer) error {
	_, _, errno := syscall.Syscall6(syscall.SYS_PTRACE, uintptr(request), uintptr(pid), addr, uintptr(data), 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
