package profile_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
)

// everyAction yields the actions of all kinds with all of their data.
func everyAction(yield func(profile.Action) bool) {
	for _, a := range []profile.Action{profile.KillProcess(), profile.KillThread(), profile.Notify(), profile.Log(), profile.Allow(),
		profile.Errno(errno.EPERM), profile.Errno(errno.ENOSYS), profile.Errno(errno.EDEADLOCK)} {
		if !yield(a) {
			return
		}
	}
	for data := range 1 << 16 {
		for _, a := range []profile.Action{profile.Trap(uint16(data)), profile.Trace(uint16(data)), profile.Errno(errno.Errno(data))} {
			if !yield(a) {
				return
			}
		}
	}
}

func TestActionText(t *testing.T) {
	for a := range everyAction {
		text, err := a.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		got := profile.Allow()
		if err := got.UnmarshalText(text); err != nil || got != a {
			t.Fatalf("%v: %q is read as %v, %v", a, text, got, err)
		}
		if string(text) != a.String() {
			t.Fatalf("text %q of %v", text, a)
		}
	}
	if text, err := profile.Errno(1 << 30).MarshalText(); err == nil {
		t.Errorf("an Errno that is none has the text %q", text)
	}
}

func TestActionTextForms(t *testing.T) {
	tests := []struct {
		text string
		want profile.Action
	}{
		{"Trap", profile.Trap(0)}, {"Trace", profile.Trace(0)}, {"Trace(007)", profile.Trace(7)}, {"Errno(38)", profile.Errno(38)},
	}
	for _, tt := range tests {
		var a profile.Action
		if err := a.UnmarshalText([]byte(tt.text)); err != nil || a != tt.want {
			t.Errorf("%q is read as %v, %v", tt.text, a, err)
		}
	}
	for _, text := range []string{"", "allow", "Allow ", "Allow()", "KillThread(0)", "Errno", "Errno()", "Errno(EPRM)", "Errno(65536)", "Errno(-1)",
		"Trap(", "Trap()", "Trap(65536)", "Trap(-1)", "Trap(1)x", "Trap((1))", "Trace(0x1)", "(", "Kind(9)"} {
		a := profile.Log()
		if err := a.UnmarshalText([]byte(text)); err == nil || a != profile.Log() {
			t.Errorf("%q is read as %v, %v", text, a, err)
		}
	}
}

func TestActionJSON(t *testing.T) {
	const text = `{"a":"Errno(EPERM)"}`
	var v struct {
		A profile.Action `json:"a"`
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil || v.A != profile.Errno(errno.EPERM) {
		t.Errorf("%v, %v", v, err)
	}
	if out, err := json.Marshal(v); err != nil || string(out) != text {
		t.Errorf("%s, %v", out, err)
	}
}

func TestActionReturn(t *testing.T) {
	for a := range everyAction {
		ret, err := a.Return(arch.X86_64)
		n, _ := a.Errno().Number(arch.X86_64)
		if n > 4095 {
			if err == nil {
				t.Fatalf("%v has the value %#x", a, ret)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		want := a
		if a.Kind() == profile.KindErrno {
			want = profile.Errno(errno.Errno(n))
		}
		if got := profile.ActionOf(ret); got != want {
			t.Fatalf("%v returns %#x, which is %v", a, ret, got)
		}
	}
	if ret, _ := profile.Errno(errno.ENOSYS).Return(arch.MIPS); ret != 0x50000+89 {
		t.Errorf("ENOSYS of MIPS returns %#x", ret)
	}
	if _, err := profile.Errno(errno.EDOTDOT).Return(0); err == nil {
		t.Error("an error number of no ABI has a value")
	}
}

func TestActionOf(t *testing.T) {
	tests := []struct {
		ret  uint32
		want profile.Action
	}{
		{0x80000000, profile.KillProcess()}, {0x8000ffff, profile.KillProcess()},
		{0, profile.KillThread()}, {7, profile.KillThread()},
		{0x00030005, profile.Trap(5)}, {0x00050001, profile.Errno(1)}, {0x0005ffff, profile.Errno(4095)},
		{0x7fc00001, profile.Notify()}, {0x7ff00002, profile.Trace(2)}, {0x7ffc0003, profile.Log()}, {0x7fff0004, profile.Allow()},
		{0x00010000, profile.KillProcess()}, {0xffffffff, profile.KillProcess()}, {0x7ffe0000, profile.KillProcess()},
	}
	for _, tt := range tests {
		if got := profile.ActionOf(tt.ret); got != tt.want {
			t.Errorf("%#x is %v, want %v", tt.ret, got, tt.want)
		}
	}
}

// TestKindsAreOrdered holds the order of the constants to the kernel's: the
// smaller return value, as a signed number, wins.
func TestKindsAreOrdered(t *testing.T) {
	var rets []int32
	for _, a := range []profile.Action{profile.KillProcess(), profile.KillThread(), profile.Trap(0), profile.Errno(0),
		profile.Notify(), profile.Trace(0), profile.Log(), profile.Allow()} {
		if int(a.Kind()) != len(rets) {
			t.Errorf("%v has kind %d", a, a.Kind())
		}
		ret, _ := a.Return(arch.X86_64)
		rets = append(rets, int32(ret))
	}
	if !slices.IsSorted(rets) {
		t.Errorf("%x", rets)
	}
}

func TestInvalidKind(t *testing.T) {
	k := profile.KindAllow + 1
	if k.String() != "Kind(8)" {
		t.Errorf("%v", k)
	}
}

func TestActionAccessors(t *testing.T) {
	if a := profile.Errno(errno.EPERM); a.Errno() != errno.EPERM || a.Data() != 0 {
		t.Errorf("%v has %v and %d", a, a.Errno(), a.Data())
	}
	if a := profile.Trace(3); a.Errno() != 0 || a.Data() != 3 {
		t.Errorf("%v has %v and %d", a, a.Errno(), a.Data())
	}
	if (profile.Action{}) != profile.KillProcess() {
		t.Error("the zero Action is not the strictest")
	}
}
