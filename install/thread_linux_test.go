package install

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/portcullis-go/portcullis/internal/kerneltest"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/sys"
)

func TestThread(t *testing.T) {
	kerneltest.NeedFilters(t)
	other := newThread()
	onThread(t, func() error {
		if err := Load(failing(), Options{Thread: true}); err != nil {
			return err
		}
		if err := want(meaningless(), filtered); err != nil {
			return err
		}
		if err := want(other(), start.unfiltered); err != nil {
			return fmt.Errorf("another thread: %w", err)
		}
		s, err := Status(sys.Gettid())
		if err != nil {
			return err
		}
		if mode, err := sys.Mode(); err != nil || mode != int(s.Mode) {
			return fmt.Errorf("mode %d, %w, but %+v", mode, err, s)
		}
		if nnp, err := sys.NoNewPrivs(); err != nil || !nnp {
			return fmt.Errorf("no_new_privs %v, %w, but %+v", nnp, err, s)
		}
		return wantState(s, 1, Yes)
	})
}

// TestThreadActions loads a verdict of each kind, with data, and looks at what
// becomes of the call where that can be survived.
func TestThreadActions(t *testing.T) {
	kerneltest.NeedFilters(t)
	for _, test := range []struct {
		verdict uint32
		want    syscall.Errno
	}{
		{uint32(ActionAllow), start.unfiltered},
		{uint32(ActionLog) | 5, start.unfiltered},
		{uint32(ActionTrace) | 5, start.unfiltered}, // no tracer
		{uint32(ActionErrno) | 5, 5},
		{uint32(ActionErrno), 0},
		{uint32(ActionErrno) | 0xffff, 4095},
	} {
		onThread(t, func() error {
			if err := Load(returning(test.verdict), Options{Thread: true, Flags: FlagLog}); err != nil {
				return err
			}
			_, _, errno := syscall.Syscall(nr, 0, 0, 0)
			if test.want == 4095 { // Go takes the highest error number for a result
				return nil
			}
			return want(errno, test.want)
		})
	}
}

// TestTotal fills a thread to the kernel's limit for all its filters together.
func TestTotal(t *testing.T) {
	kerneltest.NeedFilters(t)
	prog := make([]bpf.RawInstruction, cbpf.MaxInsns)
	for i := range prog {
		prog[i] = cbpf.And(0)
	}
	prog[len(prog)-1] = cbpf.Ret(uint32(ActionAllow))
	fit := maxTotal / (cbpf.Cost(prog) + 4)
	if text, err := os.ReadFile("/proc/sys/net/core/bpf_jit_harden"); err != nil || strings.TrimSpace(string(text)) != "0" {
		fit = 1 // at least: hardened programs are longer, and not everyone may ask
	}
	if start.Mode != ModeDisabled {
		fit = 1 // at least: nobody tells the length of inherited filters
	}
	onThread(t, func() error {
		for n := range 9 {
			err := Load(prog, Options{Thread: true})
			if err == nil {
				continue
			}
			if n < fit || fit > 1 && n > fit {
				return fmt.Errorf("%d of %d programs: %w", n, fit, err)
			}
			return wantError(err, "filter", syscall.ENOMEM, "32768", fmt.Sprint(cbpf.Cost(prog)))
		}
		return errors.New("there is no limit")
	})
}

// TestHidden puts the probes under filters that deny what they ask for, as older
// kernels and container runtimes do.
func TestHidden(t *testing.T) {
	kerneltest.NeedFilters(t)
	for _, test := range []struct {
		name  string
		deny  []cond
		errno syscall.Errno
		o     Options
		is    error
		text  string
	}{
		{"no call", nil, syscall.ENOSYS, Options{}, errors.ErrUnsupported, "Linux 3.17"},
		{"forbidden", nil, syscall.EPERM, Options{}, syscall.EPERM, "already in force"},
		{"no filters", []cond{{0, all, 1}}, syscall.EINVAL, Options{}, errors.ErrUnsupported, "CONFIG_SECCOMP_FILTER"},
		{"no TSYNC", []cond{{0, all, 1}, {1, 1, 1}}, syscall.EINVAL, Options{}, errors.ErrUnsupported, "flag TSYNC"},
		{"no LOG", []cond{{0, all, 1}, {1, 2, 2}}, syscall.EINVAL, Options{Thread: true, Flags: FlagLog}, errors.ErrUnsupported, "flag LOG"},
		{"odd about LOG", []cond{{0, all, 1}, {1, 2, 2}}, syscall.EPERM, Options{Thread: true, Flags: FlagLog}, syscall.EPERM, "flag LOG"},
	} {
		t.Run(test.name, func(t *testing.T) {
			onThread(t, func() error {
				if err := Load(denying(sys.Nr, test.errno, test.deny...), Options{Thread: true}); err != nil {
					return err
				}
				if err := wantError(Load(allowAll(), test.o), "flags", test.is, test.text); err != nil {
					return err
				}
				want := CantTell
				if test.errno == syscall.EINVAL {
					want = No
				}
				s := HaveFlag(FlagTSync | FlagLog)
				if s.Answer != want || s.Reason == nil || want == No && !errors.Is(s.Reason, errors.ErrUnsupported) {
					return fmt.Errorf("HaveFlag: got %v, want %v", s, want)
				}
				return nil
			})
		})
	}
}

// TestHiddenSupport asks Supported, HaveAction and NotifSizes where the kernel
// hides the answer.
func TestHiddenSupport(t *testing.T) {
	kerneltest.NeedFilters(t)
	onThread(t, func() error {
		if err := Load(denying(sys.Nr, syscall.EPERM), Options{Thread: true}); err != nil {
			return err
		}
		if err := wantError(Supported(), "seccomp", syscall.EPERM); err != nil {
			return err
		}
		_, err := NotifSizes()
		return wantError(err, "notification sizes", syscall.EPERM, "already in force")
	})
	// Before 4.14 there is no GET_ACTION_AVAIL, and before 5.0 no GET_NOTIF_SIZES.
	onThread(t, func() error {
		old := denying(sys.Nr, syscall.EINVAL, cond{0, 2, 2})
		if err := Load(old, Options{Thread: true}); err != nil {
			return err
		}
		if s := HaveAction(ActionLog); s.Answer != CantTell || !errors.Is(s.Reason, syscall.EINVAL) {
			return fmt.Errorf("HaveAction: got %v, want can't tell", s)
		}
		if _, err := NotifSizes(); err != nil {
			if err := wantError(err, "notification sizes", errors.ErrUnsupported, "Linux 5.0"); err != nil {
				return err
			}
		} else {
			return errors.New("NotifSizes: no error")
		}
		// What every kernel has may be used, kill_process may not: it would kill less.
		if err := Load(failing(), Options{Thread: true}); err != nil {
			return err
		}
		var e *ProgramError
		if err := Load(returning(uint32(ActionKillProcess)), Options{Thread: true}); !errors.As(err, &e) || !errors.Is(err, syscall.EINVAL) {
			return fmt.Errorf("got %v, want a *ProgramError", err)
		}
		return Supported()
	})
}

// TestLate denies what comes after the probes.
func TestLate(t *testing.T) {
	kerneltest.NeedFilters(t)
	for _, test := range []struct {
		filter []bpf.RawInstruction
		op     string
		is     error
		text   string
	}{
		{denying(syscall.SYS_PRCTL, syscall.EINVAL, cond{0, all, 38}), "no_new_privs", syscall.EINVAL, "Linux 3.5"},
		{denying(syscall.SYS_PRCTL, syscall.EPERM, cond{0, all, 38}), "no_new_privs", syscall.EPERM, "already in force"},
		{denyingSet(syscall.EINVAL), "filter", syscall.EINVAL, "keeps the rules"},
		{denyingSet(syscall.EPERM), "filter", syscall.EPERM, "already in force"},
		{denyingSet(syscall.EBUSY), "filter", syscall.EBUSY, "install: filter: "},
	} {
		onThread(t, func() error {
			if err := Load(test.filter, Options{Thread: true}); err != nil {
				return err
			}
			return wantError(Load(allowAll(), Options{Thread: true}), test.op, test.is, test.text)
		})
	}
}
