package cbpf

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/portcullis-go/portcullis/internal/kerneltest"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/longtest"
	"github.com/portcullis-go/portcullis/internal/sys"
)

// kernel is the running kernel's judgement of programs.
//
// It must be had without installing them. A thread has at most one filter with
// a listener, and the kernel looks for another one only after it has checked the
// new program (kernel/seccomp.c, seccomp_set_mode_filter): under a listener that
// allows everything, each further program with FlagNewListener fails, with
// EINVAL if it is bad and EBUSY if it is good.
type kernel struct {
	ask    chan []bpf.RawInstruction
	answer chan error
	asked  int // programs
}

// breath is after how many programs the kernel gets time to free them.
const breath = 64

// startKernel returns the running kernel, or nil with a log line that says what
// it lacks. A fuzzing worker, too, can use it.
func startKernel(t testing.TB) *kernel {
	if why := kerneltest.NoFilters(); why != "" {
		t.Log("can't install filters: " + why)
		return nil
	}
	if known, err := sys.FlagsKnown(sys.FlagNewListener); err != nil || !known {
		t.Logf("the kernel lacks the flag NEW_LISTENER of seccomp(2) (Linux 5.0): %v", err)
		return nil
	}
	k := &kernel{ask: make(chan []bpf.RawInstruction), answer: make(chan error)}
	ready := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlock: the thread dies with its filter
		listener, err := firstListener()
		ready <- err
		if err != nil {
			return
		}
		defer syscall.Close(listener) // open till the end, else it no longer counts
		for prog := range k.ask {
			_, err := sys.SetFilter(sys.FlagNewListener, insns(prog))
			k.answer <- err
		}
	}()
	if err := <-ready; err != nil {
		t.Fatal("first listener: ", err)
	}
	t.Cleanup(func() { close(k.ask) })
	return k
}

func firstListener() (int, error) {
	if err := sys.SetNoNewPrivs(); err != nil {
		return 0, err
	}
	return sys.SetFilter(sys.FlagNewListener, insns([]bpf.RawInstruction{Ret(allow)}))
}

func (k *kernel) accepts(t testing.TB, prog []bpf.RawInstruction) bool {
	t.Helper()
	// The kernel frees what it refused in the background: give it time to keep up.
	if k.asked++; k.asked%breath == 0 {
		time.Sleep(time.Millisecond)
	}
	k.ask <- prog
	switch err := <-k.answer; err {
	case syscall.EBUSY:
		return true
	case syscall.EINVAL:
		return false
	default:
		t.Fatalf("the kernel says %v of\n%s", err, listing(prog))
		return false
	}
}

func insns(prog []bpf.RawInstruction) []sys.Insn {
	all := make([]sys.Insn, len(prog))
	for i, ins := range prog {
		all[i] = sys.Insn(ins)
	}
	return all
}

// needKernel is startKernel for tests that are nothing without it.
func needKernel(t *testing.T) *kernel {
	k := startKernel(t)
	if k == nil {
		t.Skip("the kernel lacks what the log says")
	}
	return k
}

func (k *kernel) compare(t *testing.T, prog []bpf.RawInstruction) (ok bool) {
	t.Helper()
	err := Check(prog)
	if want := k.accepts(t, prog); want != (err == nil) {
		t.Errorf("Check says %v, the kernel %v, of\n%s", err, want, listing(prog))
	}
	return err == nil
}

// TestCheckCodes puts every operation code before the kernel, with constants on
// both sides of every limit.
func TestCheckCodes(t *testing.T) {
	k := needKernel(t)
	n := 0
	for code := range 1 << 16 {
		if code >= 0x400 && code%61 != 0 && !longtest.Enabled() {
			continue
		}
		values := []uint32{0}
		if code < 0x200 || code%0x1000 == 0x20 {
			values = []uint32{0, 1, 2, 4, 15, 16, 31, 32, 60, 63, 64, 1 << 31, 0xfffff000, 0xfffff004, 0xffffffff}
		}
		for _, v := range values {
			k.compare(t, []bpf.RawInstruction{{Op: uint16(code), K: v}, Ret(0), Ret(0)})
			n++
		}
		if code < 0x200 {
			k.compare(t, []bpf.RawInstruction{Ret(0), raw(uint16(code), 0)}) // as the last
			k.compare(t, []bpf.RawInstruction{raw(St, 0), {Op: uint16(code), Jt: 1, Jf: 2}, Ret(0), Ret(0), Ret(0)})
			n += 2
		}
	}
	t.Logf("%d programs", n)
}

// TestCheckPrograms puts random programs before the kernel, and the longest.
func TestCheckPrograms(t *testing.T) {
	k := needKernel(t)
	long := make([]bpf.RawInstruction, MaxInsns+1)
	for i := range long {
		long[i] = Ret(allow)
	}
	for _, n := range []int{1, 255, 256, 257, MaxInsns - 1, MaxInsns, MaxInsns + 1} {
		k.compare(t, long[:n])
		k.compare(t, append([]bpf.RawInstruction{JA(uint32(n - 2))}, long[:n-1]...))
	}
	g := newGenerator(3)
	good, bad, programs := 0, 0, 4000
	if longtest.Enabled() {
		programs = 40000
	}
	for range programs {
		if k.compare(t, g.mutant()) {
			good++
		} else {
			bad++
		}
	}
	t.Logf("%d good and %d bad programs", good, bad)
	if good < programs/5 || bad < programs/5 { // else it compares one answer only
		t.Error("too few of one kind")
	}
}
