package install

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/portcullis-go/portcullis/internal/kerneltest"

	"github.com/portcullis-go/portcullis/internal/sys"
)

// children are the tests of whole processes.
var children = map[string]func() error{
	"all threads":  allThreads,
	"sync error":   syncError,
	"keep privs":   keepPrivs,
	"kill":         kill,
	"survive":      survive,
	"unprivileged": unprivileged,
	"wait":         func() error { return wait(Options{}) },
	"wait, log":    func() error { return wait(Options{Flags: FlagLog}) },
	"bad program":  badProgram,
}

func TestAllThreads(t *testing.T) {
	kerneltest.NeedFilters(t)
	mustExit(t, "all threads")
}

// allThreads loads while there are many threads, and others are created and end.
func allThreads() error {
	var calls []func() syscall.Errno
	for range 12 {
		calls = append(calls, newThread())
	}
	for _, call := range calls {
		if err := want(call(), start.unfiltered); err != nil {
			return err
		}
	}
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
				born := make(chan struct{})
				go func() {
					runtime.LockOSThread() // ends a thread, so that the next needs a new one
					close(born)
				}()
				<-born
			}
		}
	}()
	if err := Load(failing(), Options{}); err != nil {
		return err
	}
	for _, call := range append(calls, newThread(), meaningless) {
		if err := want(call(), filtered); err != nil {
			return err
		}
	}
	if err := tasks(func(_ int, s State) error { return wantState(s, 1, Yes) }); err != nil {
		return err
	}
	close(stop)
	// Filters stack. Of two equal actions, the newer filter's counts.
	if err := Load(returning(uint32(ActionErrno)|78), Options{Flags: FlagTSync | FlagLog | FlagSpecAllow}); err != nil {
		return err
	}
	if err := want(calls[0](), 78); err != nil {
		return err
	}
	if err := Load(allowAll(), Options{}); err != nil {
		return err
	}
	if err := want(calls[0](), 78); err != nil {
		return err
	}
	return tasks(func(_ int, s State) error { return wantState(s, 3, Yes) })
}

func TestSyncError(t *testing.T) {
	kerneltest.NeedFilters(t)
	mustExit(t, "sync error")
}

// syncError loads while one thread has a filter of its own, and looks at what the
// failure leaves behind. With one processor Go often runs the attempt on the main
// thread, which can't end.
func syncError() error {
	runtime.GOMAXPROCS(1)
	hold := make(chan struct{})
	defer close(hold)
	tid, err := stranger(hold)
	if err != nil {
		return err
	}
	for range 50 {
		err := Load(failing(), Options{})
		var e *SyncError
		if !errors.As(err, &e) || e.TID != tid {
			return fmt.Errorf("got %v, want a *SyncError for %d", err, tid)
		}
		if err := want(meaningless(), start.unfiltered); err != nil {
			return err
		}
	}
	// The last thread that tried may not have ended yet.
	for range 100 {
		err = tasks(func(task int, s State) error {
			if task == tid {
				return wantState(s, 1, Yes)
			}
			return wantState(s, 0, No)
		})
		if err == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return err
}

// stranger returns the id of a thread that has a filter of its own until hold is
// closed. It isn't the main thread, so that Load may run on that one.
func stranger(hold chan struct{}) (tid int, err error) {
	done := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		if sys.Gettid() == os.Getpid() {
			tid, err = stranger(hold)
			runtime.UnlockOSThread()
			close(done)
			return
		}
		tid, err = sys.Gettid(), Load(allowAll(), Options{Thread: true})
		close(done)
		<-hold
	}()
	<-done
	return tid, err
}

func TestKeepPrivs(t *testing.T) {
	kerneltest.NeedFilters(t)
	if !start.sysAdmin && start.NoNewPrivs != Yes {
		t.Skip("needs CAP_SYS_ADMIN or no_new_privs: without them KeepPrivs is an error, which TestUnprivileged expects")
	}
	mustExit(t, "keep privs")
}

func keepPrivs() error {
	if err := Load(failing(), Options{KeepPrivs: true}); err != nil {
		return err
	}
	if err := want(meaningless(), filtered); err != nil {
		return err
	}
	return tasks(func(_ int, s State) error { return wantState(s, 1, No) })
}

func TestUnprivileged(t *testing.T) {
	kerneltest.NeedFilters(t)
	if start.NoNewPrivs == Yes {
		t.Skip("the tests started with no_new_privs, so that KeepPrivs needs no capability")
	}
	cmd := childCommand("unprivileged")
	withoutSysAdmin(cmd)
	out, err := cmd.CombinedOutput()
	if cmd.Process == nil && start.sysAdmin && (errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL)) {
		t.Skipf("needs another user id to give up CAP_SYS_ADMIN: %v", err)
	}
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// unprivileged loads without CAP_SYS_ADMIN. KeepPrivs fails until no_new_privs is
// set.
func unprivileged() error {
	if start.sysAdmin {
		return errors.New("it has CAP_SYS_ADMIN")
	}
	err := Load(failing(), Options{KeepPrivs: true})
	if err := wantError(err, "filter", syscall.EACCES, "no_new_privs", "CAP_SYS_ADMIN"); err != nil {
		return err
	}
	if err := tasks(func(_ int, s State) error { return wantState(s, 0, No) }); err != nil {
		return err
	}
	if err := Load(allowAll(), Options{}); err != nil {
		return err
	}
	if err := Load(failing(), Options{KeepPrivs: true}); err != nil {
		return err
	}
	if err := want(meaningless(), filtered); err != nil {
		return err
	}
	return tasks(func(_ int, s State) error { return wantState(s, 2, Yes) })
}

func TestKillProcess(t *testing.T) {
	kerneltest.NeedFilters(t)
	if ws, out := run(t, childCommand("kill")); !ws.Signaled() || ws.Signal() != syscall.SIGSYS {
		t.Errorf("wait status %#x, want death by SIGSYS: %s", int(ws), out)
	}
	// The same filter harms nobody who doesn't make the call.
	mustExit(t, "survive")
}

func kill() error {
	if err := survive(); err != nil {
		return err
	}
	return fmt.Errorf("survived the call with %w", meaningless())
}

func survive() error { return Load(returning(uint32(ActionKillProcess)), Options{}) }

func TestBadProgram(t *testing.T) {
	kerneltest.NeedFilters(t)
	mustExit(t, "bad program")
}

// badProgram shows that a refused program changes nothing.
func badProgram() error {
	for _, o := range []Options{{}, {Thread: true}, {KeepPrivs: true}} {
		for _, verdict := range []uint32{uint32(ActionUserNotif), 0x12340000, 0x80010000} {
			var e *ProgramError
			if err := Load(returning(verdict), o); !errors.As(err, &e) || e.PC != 2 {
				return fmt.Errorf("%#x: got %v, want a *ProgramError at 2", verdict, err)
			}
		}
		var e *ProgramError
		if err := Load(returning(0)[:3:3], o); !errors.As(err, &e) {
			return fmt.Errorf("got %v, want a *ProgramError", err)
		}
	}
	return tasks(func(_ int, s State) error { return wantState(s, 0, No) })
}

// wait has a filter until its standard input ends.
func wait(o Options) error {
	if err := Load(failing(), o); err != nil {
		return err
	}
	fmt.Println("ready")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}
