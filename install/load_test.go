package install

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

func allowAll() []bpf.RawInstruction { return []bpf.RawInstruction{cbpf.Ret(uint32(ActionAllow))} }

// TestLoadProgram is about programs that no system is asked about.
func TestLoadProgram(t *testing.T) {
	for _, test := range []struct {
		name string
		prog []bpf.RawInstruction
		pc   int
		want string
	}{
		{"empty", nil, -1, "install: the program is empty"},
		{"too long", make([]bpf.RawInstruction, 4097), -1, "install: the program has 4097 instructions; the limit is 4096"},
		{"offset", []bpf.RawInstruction{cbpf.Load(0), cbpf.Load(66), cbpf.Ret(0)}, 1,
			"install: instruction 1: ld [66]: load at offset 66; offsets are multiples of 4 below 64"},
		{"notification", []bpf.RawInstruction{cbpf.JA(0), cbpf.Ret(0x7fc00001)}, 1,
			"install: instruction 1: ret #0x7fc00001: user notification needs a supervisor with the filter's descriptor, and Load makes none"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, o := range []Options{{}, {Thread: true}, {KeepPrivs: true, Flags: FlagLog}, {Flags: 1 << 30}} {
				err := Load(test.prog, o)
				var e *ProgramError
				if !errors.As(err, &e) {
					t.Fatalf("%+v: got %v, want a *ProgramError", o, err)
				}
				if e.PC != test.pc || err.Error() != test.want || e.Unwrap() != nil {
					t.Errorf("%+v: got %q at %d, want %q at %d", o, err, e.PC, test.want, test.pc)
				}
			}
		})
	}
}

func TestLoadFlags(t *testing.T) {
	for _, flags := range []Flags{FlagTSync, FlagNewListener, FlagTSyncESRCH | FlagLog, FlagWaitKillableRecv, 1 << 6, 1 << 31} {
		err := Load(allowAll(), Options{Flags: flags})
		var e *Error
		if !errors.As(err, &e) || e.Op != "flags" {
			t.Errorf("%v: got %v, want an *Error about flags", flags, err)
		} else if bad := (flags &^ FlagLog).String(); e.Err.Error() != bad {
			t.Errorf("got %v, want %s", e.Err, bad)
		}
	}
}

func TestStrings(t *testing.T) {
	type stringer interface{ String() string }
	for _, test := range []struct {
		value stringer
		want  string
	}{
		{Flags(0), "0"},
		{FlagTSync, "TSYNC"},
		{FlagLog | FlagSpecAllow, "LOG|SPEC_ALLOW"},
		{FlagNewListener | FlagTSyncESRCH | FlagWaitKillableRecv | 1<<6 | 1<<31, "NEW_LISTENER|TSYNC_ESRCH|WAIT_KILLABLE_RECV|0x80000040"},
		{Flags(1 << 6), "0x40"},
		{ActionKillProcess, "kill_process"},
		{ActionKillThread, "kill_thread"},
		{ActionTrap, "trap"},
		{ActionErrno, "errno"},
		{ActionUserNotif, "user_notif"},
		{ActionTrace, "trace"},
		{ActionLog, "log"},
		{ActionAllow, "allow"},
		{Action(0x10000), "0x00010000"},
		{CantTell, "can't tell"},
		{No, "no"},
		{Yes, "yes"},
		{Support{}, "can't tell"},
		{Support{Answer: Yes}, "yes"},
		{Support{No, errors.New("why")}, "no (why)"},
		{ModeDisabled, "disabled"},
		{ModeStrict, "strict"},
		{ModeFilter, "filter"},
		{Mode(9), "mode 9"},
	} {
		if got := test.value.String(); got != test.want {
			t.Errorf("%#v: got %q, want %q", test.value, got, test.want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		err  error
		is   error
		want string
	}{
		{&Error{Op: "filter", Err: syscall.EACCES, Reason: "because"}, syscall.EACCES, "install: filter: permission denied: because"},
		{&Error{Op: "filter", Err: fs.ErrNotExist}, fs.ErrNotExist, "install: filter: file does not exist"},
		{&ProgramError{PC: 3, Reason: "because", err: errors.ErrUnsupported}, errors.ErrUnsupported, "install: instruction 3: because"},
		{&SyncError{TID: 7}, nil, "install: thread 7 has a filter that the other threads lack; no thread has got the new one"},
	} {
		if !strings.EqualFold(test.err.Error(), test.want) {
			t.Errorf("got %q, want %q", test.err, test.want)
		}
		if test.is != nil && !errors.Is(test.err, test.is) {
			t.Errorf("%v isn't %v", test.err, test.is)
		}
	}
}

func TestParseStatus(t *testing.T) {
	const head = "Name:\tSeccomp: 2\nPid:\t1\n"
	for _, test := range []struct {
		text string
		want State
		err  string
	}{
		{head + "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n", State{ModeFilter, 3, Yes}, ""},
		{head + "NoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0\n", State{ModeDisabled, 0, No}, ""},
		{head + "NoNewPrivs:\t0\nSeccomp:\t1\n", State{ModeStrict, -1, No}, ""},
		{head + "Seccomp:\t0", State{ModeDisabled, -1, CantTell}, ""},
		{head, State{}, "no line for seccomp"},
		{"", State{}, "no line for seccomp"},
		{"Seccomp:\t256\n", State{}, `line "Seccomp:\t256"`},
		{"Seccomp:\t2\nSeccomp_filters:\n", State{}, `line "Seccomp_filters:"`},
	} {
		got, err := parseStatus(test.text)
		if got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%q: got %+v, %v, want %+v, %q", test.text, got, err, test.want, test.err)
		}
	}
}
