package compile_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
)

func numbers(first, last uint32) []profile.NumberRange {
	return []profile.NumberRange{{First: first, Last: last}}
}

// on returns options for a target.
func on(a arch.Arch) compile.Options { return compile.Options{Target: compile.Target{Arch: a}} }

// The zero profile kills the process at any call of any ABI.
func TestZeroProfile(t *testing.T) {
	for _, a := range arch.All() {
		o := newOracles(t, profile.Profile{}, compile.Target{Arch: a})
		if n := o.prog.Stats(nil).Instructions; n != 1 {
			t.Errorf("%v: %d instructions, want 1", a, n)
		}
		o.boundaries(t)
		if got := o.prog.Run(compile.Data{Audit: a.Audit()}); got != profile.KillProcess() {
			t.Errorf("%v: %v", a, got)
		}
	}
}

// The zero target is the running machine.
func TestZeroTarget(t *testing.T) {
	prog, err := compile.Compile(profile.New(eperm), compile.Options{})
	if arch.Native() == 0 {
		var bad *compile.ArchError
		if !errors.As(err, &bad) {
			t.Errorf("error %v, want an ArchError", err)
		}
		return
	}
	if err != nil || len(prog.Arches()) != 1 || prog.Arches()[0] != arch.Native() {
		t.Errorf("%v, %v", prog.Arches(), err)
	}
}

// A profile whose rules all agree with the default has no search in it.
func TestNoRules(t *testing.T) {
	for _, p := range []profile.Profile{
		profile.New(profile.Allow()),
		profile.New(profile.Allow()).Allow("read", "write"),
		profile.New(profile.Allow()).Allow("read").If(arg(0).Equal(1)),
	} {
		prog, err := compile.Compile(p, on(arch.X86))
		if err != nil {
			t.Fatal(err)
		}
		if n := prog.Stats(nil).Instructions; n != 4 { // load arch, compare, two verdicts
			t.Errorf("%d instructions, want 4\n%v", n, prog)
		}
	}
}

// Of conflicting rules the first decides, for each kind of conflict.
func TestConflicts(t *testing.T) {
	p := profile.New(profile.KillThread()).
		Allow("getpid").Deny(errno.EPERM, "getpid").
		Deny(errno.EPERM, "fcntl").If(arg(1).Equal(1)).Allow("fcntl").If(arg(1).Equal(1)).Do(profile.Log(), "fcntl").
		Rule(profile.Rule{Numbers: numbers(100, 200), Action: profile.Trap(1)}).
		Rule(profile.Rule{Numbers: numbers(150, 250), Action: profile.Trap(2)})
	o := newOracles(t, p, compile.Target{Arch: arch.AArch64})
	o.boundaries(t)
	for _, c := range []struct {
		nr   int32
		arg1 uint64
		want profile.Action
	}{
		{172, 0, profile.Allow()}, {25, 1, profile.Errno(1)}, {25, 2, profile.Log()},
		{149, 0, profile.Trap(1)}, {150, 0, profile.Trap(1)}, {200, 0, profile.Trap(1)}, {201, 0, profile.Trap(2)}, {251, 0, profile.KillThread()},
	} {
		d := compile.Data{Nr: c.nr, Audit: arch.AArch64.Audit(), Args: [6]uint64{0, c.arg1}}
		if got := o.prog.Run(d); got != c.want {
			t.Errorf("%v: %v, want %v", d, got, c.want)
		}
	}
}

// Names that no ABI has are reported all at once, each with its rule and the
// nearest name.
func TestUnknownNames(t *testing.T) {
	p := profile.New(eperm).Allow("read", "opnat").
		Do(profile.Log(), "setsockopts", "write", "zzzzzzzzzzzz").
		Rule(profile.Rule{Syscalls: []string{"getpidd"}, Comment: "who am I", Arches: []arch.Arch{arch.ARM}})
	prog, err := compile.Compile(p, on(arch.X86_64))
	if prog != nil || err == nil {
		t.Fatalf("%v, %v", prog, err)
	}
	for _, want := range []string{
		`rule 0: unknown system call "opnat" (did you mean "openat"?)`,
		`rule 1: unknown system call "setsockopts" (did you mean "setsockopt"?)`,
		`rule 1: unknown system call "zzzzzzzzzzzz"`,
		`rule 2 (who am I): unknown system call "getpidd" (did you mean "getpid"?)`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
	var unknown *compile.SyscallError
	if !errors.As(err, &unknown) || unknown.Name != "opnat" || unknown.Nearest != "openat" {
		t.Errorf("%#v", unknown)
	}
	if n := strings.Count(err.Error(), "unknown"); n != 4 {
		t.Errorf("%d errors, want 4:\n%v", n, err)
	}
}

// A name that only other ABIs have says nothing.
func TestForeignName(t *testing.T) {
	p := profile.New(eperm).Allow("arch_prctl", "s390_runtime_instr", "read")
	with, err := compile.Compile(p, on(arch.RISCV64))
	if err != nil {
		t.Fatal(err)
	}
	without, err := compile.Compile(profile.New(eperm).Allow("read"), on(arch.RISCV64))
	if err != nil || with.String() != without.String() {
		t.Errorf("%v\n%v%v", err, with, without)
	}
}

// Bad profiles are refused, by Compile and by Evaluate, with a text.
func TestRefused(t *testing.T) {
	one := func(r profile.Rule) profile.Profile { return profile.New(eperm).Allow("read").Rule(r) }
	getpid := []string{"getpid"}
	deep := func(n int) profile.Cond {
		c := arg(0).Equal(1)
		for range n {
			c = profile.Not{Cond: c}
		}
		return c
	}
	for _, c := range []struct {
		name string
		p    profile.Profile
		text string
		rule bool // it is a RuleError about rule 1
	}{
		{"errno above the limit", one(profile.Rule{Syscalls: getpid, Action: profile.Errno(4096)}), "4095", true},
		{"errno far above", one(profile.Rule{Syscalls: getpid, Action: profile.Errno(65535)}), "4095", true},
		{"no errno", one(profile.Rule{Syscalls: getpid, Action: profile.Errno(1 << 20)}), "Errno", true},
		{"errno of another ABI", one(profile.Rule{Syscalls: getpid, Action: profile.Errno(errno.EDEADLOCK + 1000)}), "", true},
		{"default errno", profile.New(profile.Errno(4096)), "4095", false},
		{"foreign errno", profile.Profile{BadArch: profile.Errno(5000)}, "4095", false},
		{"no ABI", profile.New(eperm).On(arch.X86_64, 0), "no ABI", false},
		{"no such ABI", profile.New(eperm).On(200), "no ABI", false},
		{"twice", profile.New(eperm).On(arch.X86_64, arch.X86, arch.X86_64), "x86_64 is listed twice", false},
		{"two byte orders", profile.New(eperm).On(arch.AArch64, arch.S390X), "byte order", false},
		{"nameless rule", one(profile.Rule{Action: profile.Allow()}), "", true},
		{"If without a rule", profile.New(eperm).If(arg(0).Equal(1)), "", false},
		{"empty name", one(profile.Rule{Syscalls: []string{""}}), "empty", true},
		{"range in the wrong order", one(profile.Rule{Numbers: numbers(2, 1)}), "order", true},
		{"rule for no ABI", one(profile.Rule{Syscalls: getpid, Arches: []arch.Arch{99}}), "no ABI", true},
		{"nil in And", one(profile.Rule{Syscalls: getpid, If: profile.And{nil}}), "nil", true},
		{"nil in Or", one(profile.Rule{Syscalls: getpid, If: profile.Or{arg(0).Equal(1), nil}}), "nil", true},
		{"nil in Not", one(profile.Rule{Syscalls: getpid, If: profile.Not{}}), "nil", true},
		{"argument 6", one(profile.Rule{Syscalls: getpid, If: arg(6).Equal(1)}), "argument", true},
		{"unknown field", one(profile.Rule{Syscalls: getpid, If: profile.Test{Field: 7}}), "field", true},
		{"unknown width", one(profile.Rule{Syscalls: getpid, If: profile.Test{Width: 99}}), "width", true},
		{"unknown operator", one(profile.Rule{Syscalls: getpid, If: profile.Test{Op: 99}}), "operator", true},
		{"deep condition", one(profile.Rule{Syscalls: getpid, If: deep(100_000)}), "deep", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			prog, err := compile.Compile(c.p, on(arch.X86_64))
			if prog != nil || err == nil || !strings.Contains(err.Error(), c.text) {
				t.Fatalf("%v, error %v, want one with %q", prog, err, c.text)
			}
			var rule *profile.RuleError
			if c.rule && (!errors.As(err, &rule) || rule.Rule != 1) {
				t.Errorf("%v is not about rule 1", err)
			}
			d := compile.Data{Nr: 39, Audit: arch.X86_64.Audit()}
			if _, err := compile.Evaluate(c.p, compile.Target{Arch: arch.X86_64}, d); err == nil {
				t.Error("Evaluate takes it")
			}
		})
	}
}

// An error that an ABI of the filter doesn't have is an error where the rule is
// for that ABI, and no other place.
func TestErrnoOfABI(t *testing.T) {
	var foreign errno.Errno
	for _, name := range []string{"EFTYPE", "EINIT", "EREMDEV", "ENOSYM", "EREMOTERELEASE"} {
		e, err := errno.Parse(name)
		if err != nil {
			continue
		}
		if _, ok := e.Number(arch.X86_64); !ok {
			foreign = e
		}
	}
	if foreign == 0 {
		t.Fatal("no error number that x86_64 lacks")
	}
	var has arch.Arch
	for _, a := range arch.All() {
		if _, ok := foreign.Number(a); ok {
			has = a
		}
	}
	p := profile.New(eperm).Allow("read").Deny(foreign, "getpid")
	if _, err := compile.Compile(p, on(has)); err != nil {
		t.Errorf("%v: %v", has, err)
	}
	_, err := compile.Compile(p, on(arch.X86_64))
	var rule *profile.RuleError
	if !errors.As(err, &rule) || rule.Rule != 1 || !strings.Contains(err.Error(), foreign.String()) {
		t.Errorf("%v", err)
	}
	p.Rules[1].Arches = []arch.Arch{has}
	if _, err := compile.Compile(p, on(arch.X86_64)); err != nil {
		t.Errorf("a rule for another ABI: %v", err)
	}
	for _, p := range []profile.Profile{profile.New(profile.Errno(foreign)), {BadArch: profile.Errno(foreign)}} {
		if _, err := compile.Compile(p, on(arch.X86_64)); err == nil {
			t.Errorf("%v, %v: no error", p.Default, p.BadArch)
		}
	}
}

// ENOSYS is another number on MIPS, and a number is itself everywhere.
func TestErrnoNumbers(t *testing.T) {
	for a, want := range map[arch.Arch]errno.Errno{arch.X86_64: 38, arch.MIPS64: 89, arch.PARISC: 251} {
		for e, want := range map[errno.Errno]errno.Errno{errno.ENOSYS: want, 38: 38} {
			o := newOracles(t, profile.New(profile.Errno(e)), compile.Target{Arch: a})
			if got := o.prog.Run(compile.Data{Nr: 1, Audit: a.Audit()}); got != profile.Errno(want) {
				t.Errorf("%v on %v is %v", e, a, got)
			}
		}
	}
}

// Empty lists of conditions have the meaning that logic gives them.
func TestEmptyConditions(t *testing.T) {
	for _, c := range []struct {
		cond  profile.Cond
		holds bool
	}{
		{nil, true}, {profile.And{}, true}, {profile.Or{}, false}, {profile.And(nil), true}, {profile.Or(nil), false},
		{profile.Not{Cond: profile.And{}}, false}, {profile.Not{Cond: profile.Or{}}, true},
		{profile.And{profile.Or{}, arg(0).Equal(0)}, false}, {profile.Or{profile.And{}, arg(0).Equal(1)}, true},
		{arg(0).In(), false}, {arg(0).NotIn(), true},
	} {
		p := profile.New(eperm).Rule(profile.Rule{Syscalls: []string{"getpid"}, If: c.cond, Action: profile.Allow()})
		o := newOracles(t, p, compile.Target{Arch: arch.X86_64})
		o.boundaries(t)
		if got := o.prog.Run(compile.Data{Nr: 39, Audit: arch.X86_64.Audit()}) == profile.Allow(); got != c.holds {
			t.Errorf("%v: %v, want %v", c.cond, got, c.holds)
		}
	}
}

// All errors are reported at once.
func TestAllErrors(t *testing.T) {
	p := profile.New(eperm).On(arch.X86_64, arch.X86).
		Allow("raed").
		Allow("fcntl").If(profile.And{arg(0).Equal(1 << 40), arg(1).Equal(1 << 41)})
	_, err := compile.Compile(p, compile.Options{})
	if err == nil || !strings.Contains(err.Error(), "raed") {
		t.Fatal(err)
	}
	p.Rules[0].Syscalls[0] = "read"
	_, err = compile.Compile(p, compile.Options{})
	for _, want := range []string{"0x10000000000 ", "0x20000000000 ", "x86_64", "on x86"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
}

// Verify refuses what Compile refuses, before it looks for a meaning.
func TestVerifyInvalid(t *testing.T) {
	target := compile.Target{Arch: arch.X86_64}
	prog := mustCompile(t, profile.New(eperm).Allow("read"), target)
	for _, c := range []profile.Cond{
		profile.Arg(9).Equal(1),
		profile.And{nil},
		struct{ profile.Test }{},
	} {
		var rule *profile.RuleError
		if err := compile.Verify(prog, profile.New(eperm).Allow("read").If(c), target); !errors.As(err, &rule) {
			t.Errorf("%v: %v", c, err)
		}
	}
}
