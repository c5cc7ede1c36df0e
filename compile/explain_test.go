package compile_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
)

// again compiles what Explain says of a program, and returns the explanation.
func again(t *testing.T, prog *compile.Program) *compile.Explanation {
	t.Helper()
	e, err := prog.Explain()
	if err != nil {
		t.Fatalf("%v\n%v", err, prog)
	}
	other, err := compile.Compile(e.Profile(), on(prog.Arches()[0]))
	if err != nil {
		t.Fatalf("%v\n%v\n%v", err, e, prog)
	}
	if w, err := compile.Equal(prog, other); w != nil || err != nil {
		t.Fatalf("%v, %v\n%v\n%v\n%v", w, err, e, prog, other)
	}
	return e
}

// TestExplainForeign explains programs that others might have written.
func TestExplainForeign(t *testing.T) {
	explained, complex := 0, 0
	n := trials(30, 300)
	for seed := range uint64(n) {
		prog := randomForeign(t, seeded(seed))
		e, err := prog.Explain()
		if errors.Is(err, compile.ErrTooComplex) {
			complex++
			continue
		}
		if err != nil {
			t.Fatalf("%d: %v\n%v", seed, err, prog)
		}
		if _, err := compile.Compile(e.Profile(), on(prog.Arches()[0])); isTooLong(err) {
			complex++
			continue
		}
		again(t, prog)
		explained++
	}
	t.Logf("%d explained, %d too complex or too long", explained, complex)
	if explained < n*5/6 {
		t.Error("too few")
	}
}

// TestExplainHard explains programs that look unlike any profile.
func TestExplainHard(t *testing.T) {
	ld, jump, ret := cbpf.Load, cbpf.Jump, cbpf.Ret
	const allow, deny = 0x7fff0000, 0x00050001
	var odd, list []bpf.RawInstruction
	for i := range uint32(900) {
		odd = append(odd, jump(cbpf.JeqK, i*i, 0, 1), ret(allow))
	}
	list = append(append(list, ld(16)), odd...)
	for _, c := range []struct {
		name string
		prog *compile.Program
		want string // part of the explanation
	}{
		{"any ABI", raw(t, arch.X86_64, ret(allow)), "other ABIs: Allow"},
		{"an unchecked number", raw(t, arch.X86_64, ld(4), jump(cbpf.JeqK, arch.X86_64.Audit(), 0, 3), ld(0), jump(cbpf.JeqK, 1, 0, 1), ret(allow), ret(deny)), "write: Allow"},
		{"x32 alone", raw(t, arch.X32, ld(4), jump(cbpf.JeqK, arch.X32.Audit(), 0, 3), ld(0), jump(cbpf.JsetK, 0x40000000, 0, 1), ret(allow), ret(0)), "x32:"},
		{"the number -1", raw(t, arch.X86_64, ld(4), jump(cbpf.JeqK, arch.X86_64.Audit(), 0, 3), ld(0), jump(cbpf.JeqK, 0xffffffff, 0, 1), ret(allow), ret(0)), "-1: Allow"},
		{"numbers without a name", raw(t, arch.ARM, ld(4), jump(cbpf.JeqK, arch.ARM.Audit(), 0, 3), ld(0), jump(cbpf.JgeK, 70000, 0, 1), ret(allow), ret(0)), "0-69999"},
		{"upper half of 32 bits", raw(t, arch.X86, ld(4), jump(cbpf.JeqK, arch.X86.Audit(), 0, 5), ld(20), jump(cbpf.JeqK, 0, 0, 3), ld(16), jump(cbpf.JeqK, 9, 0, 1), ret(allow), ret(0)), "low32(arg0) == 9: Allow"},
		{"900 values", raw(t, arch.S390X, append(append([]bpf.RawInstruction{ld(4), jump(cbpf.JeqK, arch.S390X.Audit(), 1, 0), ret(0)}, list...), ret(deny))...), "reg"},
		{"bits", raw(t, arch.X86_64, ld(4), jump(cbpf.JeqK, arch.X86_64.Audit(), 0, 5), ld(16), jump(cbpf.JsetK, 0x5555, 0, 3), ld(24), jump(cbpf.JsetK, 0x0f0f0, 1, 0), ret(allow), ret(0)), "&"},
		{"instruction pointer", raw(t, arch.X86_64, ld(4), jump(cbpf.JeqK, arch.X86_64.Audit(), 0, 3), ld(12), jump(cbpf.JeqK, 0x7fff, 0, 1), ret(allow), ret(0)), "ip"},
	} {
		if e := again(t, c.prog); !strings.Contains(e.String(), c.want) {
			t.Errorf("%s: want %q in\n%v", c.name, c.want, e)
		}
	}
}

// What no profile can say is refused: verdicts on ABIs that don't exist and
// differ from each other, or depend on more than the ABI.
func TestNotExpressible(t *testing.T) {
	ld, jump, ret := cbpf.Load, cbpf.Jump, cbpf.Ret
	for name, prog := range map[string]*compile.Program{
		"two kinds of foreign ABI": raw(t, arch.X86_64, ld(4), jump(cbpf.JgeK, 77, 0, 1), ret(0), ret(0x7fff0000)),
		"numbers on all ABIs":      raw(t, arch.X86_64, ld(0), jump(cbpf.JgeK, 77, 0, 1), ret(0), ret(0x7fff0000)),
		"arguments on all ABIs":    raw(t, arch.X86_64, ld(16), jump(cbpf.JgeK, 77, 0, 1), ret(0), ret(0x7fff0000)),
		"ABI of another order":     raw(t, arch.X86_64, ld(4), jump(cbpf.JeqK, arch.S390.Audit(), 0, 3), ld(0), jump(cbpf.JeqK, 4, 0, 1), ret(0), ret(0x7fff0000)),
	} {
		if e, err := prog.Explain(); !errors.Is(err, compile.ErrNotExpressible) {
			t.Errorf("%s: %v, %v", name, e, err)
		}
		// A program needs no words for it.
		flat, err := compile.Flatten(prog)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d, err := compile.Equal(flat, prog); d != nil || err != nil {
			t.Errorf("%s: %v, %v\n%v", name, d, err, flat)
		}
	}
}

// An explanation reads like the profile that the program was made from. That
// socket has a condition, which socketcall hides, leaves socketcall denied.
func TestExplanation(t *testing.T) {
	p := profile.New(eperm).On(arch.X86_64, arch.X86).
		Allow("read", "write").
		Allow("socket").If(arg(0).In(1, 2, 10)).
		Do(profile.Log(), "ioctl").If(profile.And{arg(1).Low32().AnyBits(0x80), arg(0).Low32().LessEqual(2)})
	got := again(t, mustCompile(t, p, compile.Target{})).String()
	want := `x86_64:
	read, write: Allow
	ioctl: low32(arg0) <= 2 && low32(arg1) & 0x80 == 0x80: Log
	socket: low32(arg0) >= 1 && low32(arg0) <= 2 || low32(arg0) == 10: Allow
	else: Errno(EPERM)
x86:
	read, write: Allow
	ioctl: low32(arg0) <= 2 && low32(arg1) & 0x80 == 0x80: Log
	socket: low32(arg0) >= 1 && low32(arg0) <= 2 || low32(arg0) == 10: Allow
	else: Errno(EPERM)
other ABIs: KillProcess
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
