package cbpf

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/portcullis-go/portcullis/internal/kerneltest"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/longtest"
	"github.com/portcullis-go/portcullis/internal/sys"
)

const (
	firstNr  = 0x7000 // no ABI has system calls there, and s390 passes 16 bits
	maxTotal = 32768  // MAX_INSNS_PER_PATH
)

// wrap makes a filter of a program that ends with ret a only. The filter allows every
// system call but the one with this number. Its errno becomes 11 bits of the
// program's value: those from bit 11*(argument 5) on.
func wrap(prog []bpf.RawInstruction, nr uint32) []bpf.RawInstruction {
	out := []bpf.RawInstruction{Load(OffNr), Jump(JeqK, nr, 1, 0), Ret(allow), raw(LdImm, 0)}
	for pc, ins := range prog {
		if ins.Op == RetA {
			ins = JA(uint32(len(prog) - pc - 1))
		}
		out = append(out, ins)
	}
	return append(out, raw(St, 15), Load(wordOf(5)), raw(MulK, 11), raw(Tax, 0), raw(LdMem, 15), raw(RshX, 0),
		And(0x7ff), raw(OrK, 0x50000), raw(RetA, 0))
}

// wordOf is the offset of an argument's lower word.
func wordOf(arg uint32) uint32 { return OffArgs + 8*arg + 4*uint32(1-littleEndian()) }

func littleEndian() int { one := uint16(1); return int(*(*byte)(unsafe.Pointer(&one))) }

// dataOf is what the filter sees of such a call, except for the fields that the
// programs don't load.
func dataOf(nr uint32, args [6]uintptr) *Words {
	w := &Words{0: nr}
	for i, arg := range args {
		lo := wordOf(uint32(i))
		w[lo/4] = uint32(arg)
		w[(lo^4)/4] = uint32(uint64(arg) >> 32)
	}
	return w
}

// TestRunKernel lets the kernel run random programs, on random arguments, and
// compares each bit of what they return. It installs them one over the other until
// the kernel has no room left, which must be when [Cost] says so.
func TestRunKernel(t *testing.T) {
	kerneltest.NeedFilters(t)
	if known, err := sys.FlagsKnown(0); err != nil || !known {
		t.Skipf("the kernel has no seccomp filters: %v", err)
	}
	exact := roomKnown(t)
	total, threads := 0, uint64(3)
	if longtest.Enabled() {
		threads = 12
	}
	for seed := range threads {
		done := make(chan error, 1)
		go func() {
			runtime.LockOSThread() // and never unlock: the thread dies with its filters
			n, err := runThread(seed, exact)
			total += n
			done <- err
		}()
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(5 * time.Minute):
			t.Fatal("the thread is gone: a program returned 0 to the kernel and not to Run")
		}
	}
	t.Logf("%d runs", total)
	if total < 800*int(threads) {
		t.Error("too few")
	}
}

// runThread fills the calling thread with filters and returns how many calls it
// compared. exact says that the kernel must refuse the filter that [Cost] says.
func runThread(seed uint64, exact bool) (calls int, err error) {
	if err := sys.SetNoNewPrivs(); err != nil {
		return 0, err
	}
	g := nativeGenerator(seed)
	for nr, used := uint32(firstNr), 0; ; nr++ {
		prog := g.program()
		filter := wrap(prog, nr)
		if err := Check(filter); err != nil {
			return 0, err
		}
		_, err := sys.SetFilter(0, insns(filter))
		full := used+Cost(filter) > maxTotal
		if errors.Is(err, syscall.ENOMEM) && (full || !exact) {
			return calls, nil
		}
		if err != nil || full {
			return 0, fmt.Errorf("%d instructions are installed, %d to come: %w", used, Cost(filter), err)
		}
		used += Cost(filter) + 4
		for range 3 {
			n, err := compareRun(g, prog, filter, nr)
			if err != nil {
				return 0, err
			}
			calls += n
		}
	}
}

// nativeGenerator makes programs on which the kernel of this machine and Run must
// agree.
func nativeGenerator(seed uint64) *generator {
	g := newGenerator(100 + seed)
	g.retA, g.omit = true, []uint16{RetK}
	switch runtime.GOARCH {
	case "arm", "ppc64", "ppc64le", "s390x": // whose compilers don't take X modulo 32
		g.omit = append(g.omit, LshX, RshX)
	}
	g.offsets = []uint32{OffNr}
	for off := uint32(OffArgs); off < SizeOf; off += 4 {
		g.offsets = append(g.offsets, off)
	}
	return g
}

// compareRun compares the value of one run, in three calls of 11 bits each.
func compareRun(g *generator, prog, filter []bpf.RawInstruction, nr uint32) (calls int, err error) {
	var args [6]uintptr
	for i := range args {
		args[i] = uintptr(uint64(g.value())<<32 | uint64(g.value()))
	}
	for part := range uint32(3) {
		args[5] = uintptr(part)
		w := dataOf(nr, args)
		want, err := Run(filter, w)
		if err != nil {
			return 0, err
		}
		if want == 0 { // a division by zero would kill the thread: see below
			continue
		}
		_, _, errno := syscall.Syscall6(uintptr(nr), args[0], args[1], args[2], args[3], args[4], args[5])
		if uint32(errno) != want&0xffff {
			return 0, fmt.Errorf("bits %d and up of the value: the kernel has %#x, Run %#x, for %#x of\n%s",
				11*part, uint32(errno), want&0xffff, *w, listing(prog))
		}
		calls++
	}
	return calls, nil
}

// roomKnown reports whether [Cost] says exactly how many filters fit on a thread.
// With net.core.bpf_jit_harden, which not everyone may read, programs grow by a
// secret amount. Inherited filters, in a container or a service, count as well, and
// nobody tells their length.
func roomKnown(t *testing.T) bool {
	text, err := os.ReadFile("/proc/sys/net/core/bpf_jit_harden")
	if err != nil || strings.TrimSpace(string(text)) != "0" {
		t.Logf("the kernel may take fewer filters than Cost says: net.core.bpf_jit_harden is %q, %v", text, err)
		return false
	}
	if mode, err := sys.Mode(); err != nil || mode != 0 {
		t.Logf("the kernel may take fewer filters than Cost says: seccomp's mode is %d, %v", mode, err)
		return false
	}
	return true
}

// TestRunKernelDivision shows that in the kernel, too, a program that divides by a
// zero X returns 0, which is kill_thread. This needs a process of its own, because
// the Go runtime hangs without the thread.
func TestRunKernelDivision(t *testing.T) {
	kerneltest.NeedFilters(t)
	if known, err := sys.FlagsKnown(0); err != nil || !known {
		t.Skipf("the kernel has no seccomp filters: %v", err)
	}
	prog := []bpf.RawInstruction{Load(OffNr), Jump(JeqK, firstNr, 0, 2), Load(0), raw(DivX, 0), Ret(allow)}
	if v, err := Run(prog, &Words{0: firstNr}); v != 0 || err != nil {
		t.Fatalf("Run returns %#x, %v", v, err)
	}
	const env = "PORTCULLIS_TEST_DIVISION"
	if os.Getenv(env) != "" {
		divide(prog)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestRunKernelDivision$", "-test.timeout=1m")
	cmd.Env = append(os.Environ(), env+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("killed")) {
		t.Errorf("%v: %s", err, out)
	}
}

// divide makes the call on a thread and exits when the thread has ended.
func divide(prog []bpf.RawInstruction) {
	tid := make(chan int)
	go func() {
		runtime.LockOSThread()
		if err := sys.SetNoNewPrivs(); err != nil {
			panic(err)
		}
		if _, err := sys.SetFilter(0, insns(prog)); err != nil {
			panic(err)
		}
		tid <- sys.Gettid()
		syscall.Syscall(firstNr, 0, 0, 0)
		fmt.Println("survived")
		os.Exit(1)
	}()
	status := "/proc/self/task/" + strconv.Itoa(<-tid) + "/status"
	for range 1000 {
		text, err := os.ReadFile(status)
		// The main thread, if it was that, stays a zombie.
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) || bytes.Contains(text, []byte("State:\tZ")) {
			fmt.Println("killed")
			os.Exit(0)
		}
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Println("neither killed nor survived")
	os.Exit(1)
}
