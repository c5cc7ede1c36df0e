package install

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"github.com/portcullis-go/portcullis/internal/kerneltest"
)

func TestProbes(t *testing.T) {
	if err := Supported(); err != nil {
		t.Fatal(err)
	}
	if s := HaveFlag(FlagTSync); s.Answer != Yes {
		t.Errorf("TSYNC: %v", s)
	}
	for _, flags := range []Flags{1 << 20, 1 << 31, FlagTSync | 1<<20} {
		if s := HaveFlag(flags); s.Answer != No || !errors.Is(s.Reason, errors.ErrUnsupported) {
			t.Errorf("%v: %v, want no", flags, s)
		}
	}
	for _, a := range []Action{ActionKillThread, ActionTrap, ActionErrno | 5, ActionTrace, ActionAllow} {
		if s := HaveAction(a); s.Answer != Yes {
			t.Errorf("%v: %v", a, s)
		}
	}
	for _, a := range []Action{0x12340000, 0x80010000} {
		if s := HaveAction(a); s.Answer != No || !errors.Is(s.Reason, errors.ErrUnsupported) {
			t.Errorf("%v: %v, want no", a, s)
		}
	}
}

// TestProbesAgree compares the two places where the kernel names its actions.
func TestProbesAgree(t *testing.T) {
	names, err := ActionsAvailable()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []Action{ActionKillProcess, ActionKillThread, ActionTrap, ActionErrno, ActionUserNotif, ActionTrace, ActionLog, ActionAllow} {
		if has, s := slices.Contains(names, a.String()), HaveAction(a); has != (s.Answer == Yes) {
			t.Errorf("%v: %v, but the list is %v", a, s, names)
		}
	}
	logged, err := ActionsLogged()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range logged {
		if !slices.Contains(names, name) {
			t.Errorf("%s is logged but not available", name)
		}
	}
}

func TestNotifSizes(t *testing.T) {
	sizes, err := NotifSizes()
	if HaveFlag(FlagNewListener).Answer != Yes {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("got %v, want errors.ErrUnsupported", err)
		}
		return
	}
	if err != nil || sizes.Data != 64 || sizes.Notif < 80 || sizes.Resp < 24 {
		t.Errorf("got %+v, %v, want at least 80, 24 and 64 bytes", sizes, err)
	}
}

func TestSysctlMissing(t *testing.T) {
	_, err := sysctl("no_such")
	if err := wantError(err, "no_such", errors.ErrUnsupported, "Linux 4.14"); err != nil {
		t.Error(err)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v isn't fs.ErrNotExist", err)
	}
	_, err = sysctl("..") // a directory
	if err := wantError(err, "..", syscall.EISDIR); err != nil {
		t.Error(err)
	}
}

func TestStatus(t *testing.T) {
	kerneltest.NeedFilters(t)
	self, err := Status(0)
	if err != nil {
		t.Fatal(err)
	}
	if byPID, err := Status(os.Getpid()); err != nil || byPID != self {
		t.Errorf("got %+v, %v, want %+v", byPID, err, self)
	}
	pid, end := waiting(t, "wait")
	s, err := Status(pid)
	if err != nil {
		t.Error(err)
	} else if err := wantState(s, 1, Yes); err != nil {
		t.Error(err)
	}
	end()
	_, err = Status(pid) // nobody has the id any more
	if err := wantError(err, "status of "+strconv.Itoa(pid), fs.ErrNotExist); err != nil {
		t.Error(err)
	}
}
