package sys

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/portcullis-go/portcullis/internal/kerneltest"
)

// onThread runs f on an OS thread that ends with it, because filters can't be
// removed. The main thread wouldn't end.
func onThread(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if Gettid() == os.Getpid() {
			onThread(f)
			runtime.UnlockOSThread()
			return
		}
		f()
	}()
	<-done
}

func TestSetFilter(t *testing.T) {
	kerneltest.NeedFilters(t)
	if err := Unsupported(); err != nil {
		t.Fatal(err)
	}
	onThread(func() {
		if err := SetNoNewPrivs(); err != nil {
			t.Error(err)
		}
		if nnp, err := NoNewPrivs(); err != nil || !nnp {
			t.Errorf("no_new_privs is %v, %v", nnp, err)
		}
		for _, n := range []int{0, 4097, 1 << 16, 1<<16 + 1} {
			if _, err := SetFilter(0, make([]Insn, n)); err != syscall.EINVAL {
				t.Errorf("%d instructions: got %v, want EINVAL", n, err)
			}
		}
		prog := []Insn{{0x20, 0, 0, 0}, {0x15, 0, 1, 600}, {0x06, 0, 0, 0x5004d}, {0x06, 0, 0, 0x7fff0000}}
		if n, err := SetFilter(FlagLog, prog); n != 0 || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
		if _, _, errno := syscall.Syscall(600, 0, 0, 0); errno != 77 {
			t.Errorf("the call gives %d, want 77", errno)
		}
		if m, err := Mode(); m != 2 || err != nil {
			t.Errorf("mode %d, %v", m, err)
		}
	})
}

// allow is a filter that allows everything.
func allow() []Insn { return []Insn{{0x06, 0, 0, 0x7fff0000}} }

func TestSetFilterListener(t *testing.T) {
	kerneltest.NeedFilters(t)
	if known, err := FlagsKnown(FlagNewListener); !known {
		t.Skipf("the kernel lacks the flag NEW_LISTENER (Linux 5.0): %v", err)
	}
	onThread(func() {
		if err := SetNoNewPrivs(); err != nil {
			t.Error(err)
		}
		fd, err := SetFilter(FlagNewListener, allow())
		if err == syscall.EBUSY {
			t.Log("an inherited filter has a listener, and there can be one only")
			return
		}
		if err != nil || syscall.Close(fd) != nil {
			t.Errorf("descriptor %d, %v", fd, err)
		}
	})
}

// TestSetFilterTSync looks for the id of a thread that has a filter which the
// caller lacks.
func TestSetFilterTSync(t *testing.T) {
	kerneltest.NeedFilters(t)
	onThread(func() {
		if err := SetNoNewPrivs(); err != nil {
			t.Error(err)
		}
		if _, err := SetFilter(0, allow()); err != nil {
			t.Error(err)
		}
		odd := Gettid()
		onThread(func() {
			if err := SetNoNewPrivs(); err != nil {
				t.Error(err)
			}
			if err := syncUntil(odd); err != nil {
				t.Error(err)
			}
		})
	})
}

// syncUntil tries to install a filter on all threads until the kernel names this
// thread. It may name one of another test first, which is about to end.
func syncUntil(odd int) error {
	for range 100 {
		tid, err := SetFilter(FlagTSync, allow())
		if tid == odd && err == nil {
			return nil
		}
		if tid == 0 || err != nil {
			return fmt.Errorf("got %d, %w, want thread %d", tid, err, odd)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("never thread %d", odd)
}

func TestProbes(t *testing.T) {
	for flags, want := range map[uint32]bool{0: true, FlagTSync: true, 1 << 30: false} {
		if got, err := FlagsKnown(flags); got != want || err != nil {
			t.Errorf("flags %#x: got %v, %v, want %v", flags, got, err, want)
		}
	}
	for action, want := range map[uint32]bool{0: true, 0x7fff0000: true, 0x12340000: false} {
		if got, err := ActionAvail(action); got != want || err != nil {
			t.Errorf("action %#x: got %v, %v, want %v", action, got, err, want)
		}
	}
	if notif, resp, data, err := NotifSizes(); err == nil && (notif < 80 || resp < 24 || data != 64) {
		t.Errorf("got %d, %d, %d", notif, resp, data)
	} else if err != nil && err != syscall.EINVAL {
		t.Error(err)
	}
	if Nr == 0 || Gettid() < 1 {
		t.Errorf("number %d, thread %d", Nr, Gettid())
	}
}

// TestHidden looks at errors that are neither a yes nor a no.
func TestHidden(t *testing.T) {
	kerneltest.NeedFilters(t)
	onThread(func() {
		if err := SetNoNewPrivs(); err != nil {
			t.Error(err)
		}
		prog := []Insn{{0x20, 0, 0, 0}, {0x15, 0, 1, Nr}, {0x06, 0, 0, 0x50001}, {0x06, 0, 0, 0x7fff0000}}
		if _, err := SetFilter(0, prog); err != nil {
			t.Error(err)
		}
		if known, err := FlagsKnown(0); known || err != syscall.EPERM {
			t.Errorf("flags: got %v, %v, want EPERM", known, err)
		}
		if known, err := ActionAvail(0); known || err != syscall.EPERM {
			t.Errorf("action: got %v, %v, want EPERM", known, err)
		}
	})
}
