package install

import (
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"syscall"
	"testing"
)

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		err  error
		is   error
		want string
	}{
		{&Error{Op: "filter", Err: syscall.EACCES, Reason: "because"}, syscall.EACCES, "install: filter: permission denied: because"},
		{&Error{Op: "filter", Err: fs.ErrNotExist}, fs.ErrNotExist, "install: filter: file does not exist"},
		{&ProgramError{PC: 3, Reason: "because", err: errors.ErrUnsupported}, errors.ErrUnsupported, "install: instruction 3: because"},
		{&ParseError{Name: "LOGG", Nearest: "LOG"}, nil, `install: unknown flag "LOGG"; did you mean "LOG"?`},
		{&SyncError{TID: 7}, nil, "install: thread 7 has a filter that the other threads lack; no thread has the new one"},
	} {
		if !strings.EqualFold(test.err.Error(), test.want) {
			t.Errorf("got %q, want %q", test.err, test.want)
		}
		if test.is != nil && !errors.Is(test.err, test.is) {
			t.Errorf("%v isn't %v", test.err, test.is)
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

// TestZeroValues calls every method of every exported type that needs no argument
// on the type's zero value.
func TestZeroValues(t *testing.T) {
	for _, zero := range []any{
		Action(0), Answer(0), Flags(0), Mode(0), Options{}, Sizes{}, State{}, Support{},
		&Error{}, &ParseError{}, &ProgramError{}, &SyncError{},
	} {
		v := reflect.ValueOf(zero)
		for i := range v.NumMethod() {
			if v.Method(i).Type().NumIn() != 0 {
				continue
			}
			out := v.Method(i).Call(nil)
			if s, ok := out[0].Interface().(string); ok && s == "" {
				t.Errorf("%T: %s returns an empty text", zero, v.Type().Method(i).Name)
			}
		}
	}
}
