package install

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/kerneltest"
	"github.com/portcullis-go/portcullis/internal/sys"
)

// Filters can't be removed. A test of one thread runs on a thread that ends with its
// goroutine (onThread), and a test of a process in a child process (childCommand).

const childEnv = "PORTCULLIS_INSTALL_TEST"

// TestMain is the test binary, or the child that a test asked for.
func TestMain(m *testing.M) {
	var err error
	if start, err = readStart(); err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	name := os.Getenv(childEnv)
	if name == "" {
		if kerneltest.NoFilters() != "" { // an example can't skip itself
			if err := flag.Set("test.skip", "^ExampleLoad$"); err != nil {
				fmt.Println(err)
				os.Exit(2)
			}
		}
		os.Exit(m.Run())
	}
	// A child that hangs must not outlive its test for long.
	time.AfterFunc(time.Minute, func() {
		fmt.Println("the child takes too long")
		os.Exit(4)
	})
	f, ok := children[name]
	if !ok {
		fmt.Println("no such child:", name)
		os.Exit(3)
	}
	if err := f(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// childCommand is the command that runs one of the children.
func childCommand(name string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe") // another user may not reach it by name
	cmd.Env = append(os.Environ(), childEnv+"="+name)
	return cmd
}

// run runs a child and returns how it ended and what it printed.
func run(t *testing.T, cmd *exec.Cmd) (syscall.WaitStatus, string) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.Sys().(syscall.WaitStatus), string(out)
}

// waiting starts one of the children that wait, and returns its id once it is ready.
// The test must call end.
func waiting(t *testing.T, name string) (pid int, end func()) {
	t.Helper()
	cmd := childCommand(name)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		t.Errorf("%s says %q, %v", name, line, err)
	}
	return cmd.Process.Pid, func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// mustExit runs a child that must succeed.
func mustExit(t *testing.T, name string) {
	t.Helper()
	if ws, out := run(t, childCommand(name)); !ws.Exited() || ws.ExitStatus() != 0 {
		t.Errorf("%s: wait status %#x: %s", name, int(ws), out)
	}
}

// onThread runs f on an OS thread that ends with it, and waits for the end: until then
// nobody can load a filter on every thread. The main thread wouldn't end.
func onThread(t *testing.T, f func() error) {
	t.Helper()
	var tid int
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		if tid = sys.Gettid(); tid == os.Getpid() {
			onThread(t, f)
			runtime.UnlockOSThread()
			done <- nil
			return
		}
		done <- f()
	}()
	if err := <-done; err != nil {
		t.Error(err)
	}
	for tid != os.Getpid() {
		if _, err := os.Stat("/proc/self/task/" + strconv.Itoa(tid)); err != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// newThread starts an OS thread, on which call makes the meaningless system call and
// returns its error.
func newThread() (call func() syscall.Errno) {
	ask := make(chan struct{})
	answer := make(chan syscall.Errno)
	go func() {
		runtime.LockOSThread()
		for range ask {
			answer <- meaningless()
		}
	}()
	call = func() syscall.Errno {
		ask <- struct{}{}
		return <-answer
	}
	call() // it exists now
	return call
}

// nr is no system call of any ABI: it fails with start.unfiltered.
const nr = 600

const filtered syscall.Errno = 77

func meaningless() syscall.Errno {
	_, _, errno := syscall.Syscall(nr, 0, 0, 0)
	return errno
}

// returning is a filter that has a verdict for the call and allows all else.
func returning(verdict uint32) []bpf.RawInstruction {
	return []bpf.RawInstruction{
		cbpf.Load(cbpf.OffNr),
		cbpf.Jump(cbpf.JeqK, nr, 0, 1),
		cbpf.Ret(verdict),
		cbpf.Ret(uint32(ActionAllow)),
	}
}

func failing() []bpf.RawInstruction { return returning(uint32(ActionErrno) | uint32(filtered)) }

// tasks calls f with the id and the state of each thread of this process.
func tasks(f func(tid int, s State) error) error {
	dirs, err := filepath.Glob("/proc/self/task/*")
	if err != nil || len(dirs) < 2 {
		return fmt.Errorf("%d tasks, %w", len(dirs), err)
	}
	for _, dir := range dirs {
		tid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			return err
		}
		s, err := Status(tid)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // it has ended
		}
		if err != nil {
			return err
		}
		if err := f(tid, s); err != nil {
			return fmt.Errorf("thread %d of %d: %w", tid, len(dirs), err)
		}
	}
	return nil
}

// want returns an error unless got is the wanted errno.
func want(got, want syscall.Errno) error {
	if got != want {
		return fmt.Errorf("the call gives %d (%w), want %d", int(got), got, int(want))
	}
	return nil
}

// wantError returns an error unless err is an *Error with this Op that wraps is and
// has these texts.
func wantError(err error, op string, is error, texts ...string) error {
	var e *Error
	if !errors.As(err, &e) || e.Op != op || !errors.Is(err, is) {
		return fmt.Errorf("got %v, want an *Error of %q that is %q", err, op, is)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			return fmt.Errorf("got %q, want something about %q", err, text)
		}
	}
	return nil
}
