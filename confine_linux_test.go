package portcullis_test

import (
	"errors"
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

	"golang.org/x/sys/unix"

	"github.com/portcullis-go/portcullis"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/internal/kerneltest"
	"github.com/portcullis-go/portcullis/profile"
)

// A filter can't be taken back, so each test that confines does it in a copy of
// the test binary, and looks at how that process ended.

const childVariable = "PORTCULLIS_CONFINE_TEST"

// TestMain runs the tests, or the one child that the environment names.
func TestMain(m *testing.M) {
	name := os.Getenv(childVariable)
	if name == "" {
		os.Exit(m.Run())
	}
	time.AfterFunc(time.Minute, func() {
		fmt.Println("the child takes too long")
		os.Exit(4)
	})
	if err := runChild(name); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

func runChild(name string) error {
	switch name {
	case "threads":
		return confineThreads()
	case "failures":
		return failToConfine()
	case "flags":
		return confineWithFlags()
	case "example":
		ExampleConfine()
		return nil
	}
	return fmt.Errorf("no child %q", name)
}

func TestConfine(t *testing.T) {
	kerneltest.NeedFilters(t)
	if err := install.Supported(); err != nil {
		t.Skip(err)
	}
	for _, tt := range []struct{ child, output string }{
		{"threads", ""},
		{"failures", ""},
		{"flags", ""},
		{"example", "still running\nfork/exec /bin/sh: operation not permitted\n"},
	} {
		t.Run(tt.child, func(t *testing.T) {
			cmd := exec.Command("/proc/self/exe")
			cmd.Env = append(os.Environ(), childVariable+"="+tt.child)
			out, err := cmd.CombinedOutput()
			if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); ws != 0 {
				t.Errorf("wait status %#x\n%s", int(ws), out)
			} else if string(out) != tt.output {
				t.Errorf("printed %q, want %q", out, tt.output)
			}
		})
	}
}

// denied is a profile that makes getpriority fail with an error that the call
// never has by itself.
func denied() profile.Profile {
	return profile.New(profile.Allow()).Deny(errno.EUCLEAN, "getpriority")
}

func getpriority() error {
	_, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	return err
}

// confineThreads starts threads before and after Confine, and expects the filter
// on each.
func confineThreads() error {
	ask, answer := make(chan struct{}), make(chan error)
	end := make(chan struct{})
	defer close(end)
	start := func() {
		go func() {
			runtime.LockOSThread()
			answer <- nil // the thread exists
			<-ask
			answer <- getpriority()
			<-end
		}()
		<-answer
	}
	const threads = 4
	for range threads {
		start()
	}
	if err := portcullis.Confine(denied()); err != nil {
		return err
	}
	start()
	for range threads + 1 {
		ask <- struct{}{}
		if err := <-answer; err != unix.EUCLEAN {
			return fmt.Errorf("getpriority on a thread: %w, want EUCLEAN", err)
		}
	}
	return inForceEverywhere()
}

// inForceEverywhere looks at what the kernel says of each thread.
func inForceEverywhere() error {
	tasks, err := filepath.Glob("/proc/self/task/*")
	if err != nil {
		return err
	}
	for _, task := range tasks {
		tid, err := strconv.Atoi(filepath.Base(task))
		if err != nil {
			return err
		}
		state, err := install.Status(tid)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) {
			continue // the thread has ended meanwhile
		}
		if err != nil || state.Mode != install.ModeFilter || state.NoNewPrivs == install.No {
			return fmt.Errorf("thread %d: %+v, %w", tid, state, err)
		}
	}
	return nil
}

// failToConfine asks for what can't be done and expects that nothing has changed.
func failToConfine() error {
	before, err := install.Status(os.Getpid())
	if err != nil {
		return err
	}
	var (
		name    *compile.SyscallError
		program *install.ProgramError
		load    *install.Error
	)
	withFlag := func(f profile.Flag) profile.Profile {
		p := denied()
		p.Flags = []profile.Flag{f}
		return p
	}
	for _, tt := range []struct {
		what   string
		p      profile.Profile
		target any // of errors.As
		text   string
	}{
		{"a misspelt name", denied().Deny(errno.EPERM, "raed"), &name, `"read"`},
		{"notification", denied().Do(profile.Notify(), "mkdirat"), &program, "supervisor"},
		{"a flag of a listener", withFlag(profile.FlagWaitKillableRecv), &load, "WAIT_KILLABLE_RECV"},
		{"an unknown flag", withFlag("NONE"), nil, "NONE"},
	} {
		err := portcullis.Confine(tt.p)
		if err == nil || !strings.Contains(err.Error(), tt.text) || tt.target != nil && !errors.As(err, tt.target) {
			return fmt.Errorf("%s: got %w, want %T about %q", tt.what, err, tt.target, tt.text)
		}
		if err := getpriority(); err != nil {
			return fmt.Errorf("%s: getpriority: %w", tt.what, err)
		}
		after, err := install.Status(os.Getpid())
		if err != nil {
			return err
		}
		if after != before {
			return fmt.Errorf("%s: the process was %+v and is %+v", tt.what, before, after)
		}
	}
	return nil
}

// confineWithFlags looks at the flags that reach seccomp(2). A first filter lets
// the call fail in one way with LOG and in another without; a call without a
// program only asks whether the kernel knows the flags.
func confineWithFlags() error {
	const setModeFilter = 1 // SECCOMP_SET_MODE_FILTER, include/uapi/linux/seccomp.h
	load := profile.And{profile.Arg(0).Equal(setModeFilter), profile.Arg(2).NotEqual(0)}
	outer := profile.New(profile.Allow()).
		Deny(errno.EUCLEAN, "seccomp").If(profile.And{load, profile.Arg(1).AllBits(unix.SECCOMP_FILTER_FLAG_LOG)}).
		Deny(errno.ENOTTY, "seccomp").If(load)
	if err := portcullis.Confine(outer); err != nil {
		return err
	}
	p := denied()
	if err := portcullis.Confine(p); !errors.Is(err, unix.ENOTTY) {
		return fmt.Errorf("without flags: got %w, want ENOTTY", err)
	}
	p.Flags = []profile.Flag{profile.FlagTSync, profile.FlagLog}
	if err := portcullis.Confine(p); !errors.Is(err, unix.EUCLEAN) {
		return fmt.Errorf("with LOG: got %w, want EUCLEAN", err)
	}
	return nil
}
