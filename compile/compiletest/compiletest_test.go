package compiletest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/compile/compiletest"
	"github.com/portcullis-go/portcullis/profile"
)

// recorder is a testing.TB that keeps what is reported.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

var x64 = compile.Target{Arch: arch.X86_64}

func policy() profile.Profile {
	return profile.Profile{Default: profile.Errno(errno.EPERM), BadArch: profile.Errno(errno.ENOSYS)}.
		On(arch.X86_64, arch.X86).
		Allow("read", "write").
		Allow("socket").If(profile.Arg(0).In(1, 2)).
		Do(profile.Log(), "openat").If(profile.And{profile.Arg(0).Equal(profile.Signed(-100)), profile.Arg(2).NoBits(3)}).
		Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 600, Last: 700}}, Action: profile.Trap(1), If: profile.InstructionPointer().Less(0x1000)})
}

func build(t testing.TB, p profile.Profile) *compile.Program {
	t.Helper()
	prog, err := compile.Compile(p, compile.Options{Target: x64})
	if err != nil {
		t.Fatal(err)
	}
	return prog
}

func TestCheck(t *testing.T) {
	compiletest.Check(t, build(t, policy()), []compiletest.Case{
		{Call: "read", Want: profile.Allow()},
		{Call: "getpid()", Want: profile.Errno(errno.EPERM)},
		{Call: "getpid", Want: profile.Errno(1)},
		{Call: "socket(1, 0x5)", Want: profile.Allow()},
		{Name: "AF_ALG", Call: "socket", Args: []uint64{38}, Want: profile.Errno(errno.EPERM)},
		{Name: "garbage", Call: "socket", Args: []uint64{1<<32 | 1}, Want: profile.Allow()},
		{Call: "openat(-100, 0, 4)", Want: profile.Log()},
		{Arch: arch.X86, Call: "openat(-100, 0, 4)", Want: profile.Log()},
		{Arch: arch.X86, Call: "openat", Args: []uint64{profile.Signed(-100), 0, 3}, Want: profile.Errno(errno.EPERM)},
		{Arch: arch.X32, Call: "read", Want: profile.Errno(errno.ENOSYS)},
		{Arch: arch.MIPS64, Call: "read", Want: profile.Errno(errno.ENOSYS)}, // the filter's number, not that of MIPS
		{Call: "600", Want: profile.Trap(1)},
		{Call: "600", InstructionPointer: 0x1000, Want: profile.Errno(errno.EPERM)},
		{Call: "0x258(1)", Want: profile.Trap(1)},
		{Call: "-1", Want: profile.Errno(errno.EPERM)},
	})
}

func TestCheckFails(t *testing.T) {
	r := &recorder{TB: t}
	compiletest.Check(r, build(t, policy()), []compiletest.Case{
		{Call: "read"},
		{Name: "Alg", Call: "socket(38)", Want: profile.Allow()},
		{Call: "read", Want: profile.Allow()},
		{Call: "getpid", Want: profile.Errno(errno.ENOSYS)},
		{Call: "raed", Want: profile.Allow()},
		{Call: "read(1)", Args: []uint64{1}, Want: profile.Allow()},
		{Call: "read", Args: make([]uint64, 7), Want: profile.Allow()},
		{Call: "read", Want: profile.Errno(5000)},
		{Arch: 99, Call: "read", Want: profile.Allow()},
	})
	for i, want := range []string{
		"case 0, read: verdict Allow, want KillProcess\n",
		"case 1, Alg: verdict Errno(EPERM), want Allow\n",
		"case 3, getpid: verdict Errno(EPERM), want Errno(ENOSYS)\n",
		`case 4, raed: compile: call "raed": unknown system call "raed" (did you mean "read"?)`,
		"case 5, read(1): arguments in Call and in Args",
		"case 6, read: compile: call \"0(0, 0, 0, 0, 0, 0, 0)\": 7 arguments, a call has 6",
		"case 7, read: in Want: ",
		"case 8, read: compile: call \"read\": none is no ABI",
	} {
		if i >= len(r.errors) || !strings.HasPrefix(r.errors[i], want) {
			t.Errorf("error %d doesn't start with %q: %q", i, want, r.errors)
		}
	}
	if len(r.errors) != 8 {
		t.Errorf("%d errors: %q", len(r.errors), r.errors)
	}
	// The way through the program follows.
	if !strings.Contains(r.errors[1], "socket(0x26)") || !strings.Contains(r.errors[1], "=> Errno(EPERM)") {
		t.Error(r.errors[1])
	}
}

func TestEquivalent(t *testing.T) {
	p := policy()
	compiletest.Equivalent(t, p, x64, build(t, p))

	// The least changes that matter are found.
	change := func(f func(p *profile.Profile)) profile.Profile {
		q := policy()
		f(&q)
		return q
	}
	for name, q := range map[string]profile.Profile{
		"default":     change(func(p *profile.Profile) { p.Default = profile.Errno(2) }),
		"foreign":     change(func(p *profile.Profile) { p.BadArch = profile.KillProcess() }),
		"ABI":         change(func(p *profile.Profile) { p.Arches = append(p.Arches, arch.X32) }),
		"name":        change(func(p *profile.Profile) { p.Rules[0].Syscalls = []string{"read"} }),
		"constant":    change(func(p *profile.Profile) { p.Rules[1].If = profile.Arg(0).In(1, 3) }),
		"operator":    change(func(p *profile.Profile) { p.Rules[1].If = profile.Arg(0).LessEqual(2) }),
		"width":       change(func(p *profile.Profile) { p.Rules[1].If = profile.Arg(0).Register().In(1, 2) }),
		"mask":        change(func(p *profile.Profile) { p.Rules[2].If.(profile.And)[1] = profile.Arg(2).NoBits(0x40000003) }),
		"sign":        change(func(p *profile.Profile) { p.Rules[2].If.(profile.And)[0] = profile.Arg(0).Equal(0x9c) }),
		"range":       change(func(p *profile.Profile) { p.Rules[3].Numbers[0].Last-- }),
		"pointer":     change(func(p *profile.Profile) { p.Rules[3].If = profile.InstructionPointer().LessEqual(0x1000) }),
		"action data": change(func(p *profile.Profile) { p.Rules[3].Action = profile.Trap(2) }),
	} {
		r := &recorder{TB: t}
		compiletest.Equivalent(r, p, x64, build(t, q))
		if len(r.errors) == 0 {
			t.Errorf("%s: no difference found", name)
		}
		if len(r.errors) > 6 {
			t.Errorf("%s: %d errors", name, len(r.errors))
		}
	}
}

func TestEquivalentFails(t *testing.T) {
	r := &recorder{TB: t}
	compiletest.Equivalent(r, policy(), x64, build(t, profile.New(profile.Allow())))
	if len(r.errors) != 6 || !strings.Contains(r.errors[0], "the program says Allow, the profile Errno(1) (by default)") ||
		!strings.Contains(r.errors[5], "calls have different verdicts") {
		t.Errorf("%q", r.errors)
	}
	// A profile that has no meaning is one error.
	for _, p := range []profile.Profile{
		policy().Do(profile.Log(), "fcntl").If(profile.Arg(0).Equal(1 << 40)),
		profile.New(profile.Allow()).On(99),
		profile.New(profile.Allow()).On(arch.X86_64, arch.S390X),
		profile.New(profile.Allow()).If(profile.And{nil}),
	} {
		r := &recorder{TB: t}
		compiletest.Equivalent(r, p, x64, build(t, policy()))
		if len(r.errors) != 1 {
			t.Errorf("%q", r.errors)
		}
	}
}

func TestBoundaries(t *testing.T) {
	got := slices.Collect(compiletest.Boundaries(policy(), x64))
	if again := slices.Collect(compiletest.Boundaries(policy(), x64)); !slices.Equal(got, again) {
		t.Error("other calls the second time")
	}
	ip := func(d compile.Data, ip uint64) compile.Data { d.InstructionPointer = ip; return d }
	for _, text := range []string{
		"read", "1", "2", "-1", "0x40000000", "0x3fffffff", "0x40000001", "0x80000000", "599", "701",
		"socket(1)", "socket(2)", "socket(3)", "socket(0)", "socket(0x100000001)", "socket(0xdeadbeef00000001)", "socket(-1)",
		"openat(-100)", "openat(-101)", "openat(-99)", "openat(0xffffff9c)",
	} {
		d, err := compile.ParseCall(arch.X86_64, text)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(got, func(g compile.Data) bool { return g.Nr == d.Nr && g.Audit == d.Audit && g.Args[0] == d.Args[0] }) {
			t.Errorf("%s is missing", text)
		}
	}
	for _, v := range []uint64{0, 0xfff, 0x1000, 0x1001} {
		d := compile.Data{Nr: 650, Audit: arch.X86_64.Audit()}
		if d.Nr = 600; !slices.Contains(got, ip(d, v)) {
			t.Errorf("600 from %#x is missing", v)
		}
	}
	foreign, sub := false, false
	for _, d := range got {
		if d.Audit == arch.X86.Audit() {
			for _, v := range append(d.Args[:], d.InstructionPointer) {
				if v>>32 != 0 {
					t.Fatalf("%v: wider than a register", d)
				}
			}
			sub = sub || d.Nr == 102 && d.Args[0] == 1
		}
		foreign = foreign || d.Audit == arch.AArch64.Audit()
	}
	if !foreign || !sub {
		t.Errorf("foreign ABI: %v, sub-call: %v", foreign, sub)
	}
}

// A loop may end at any call.
func TestBoundariesBreak(t *testing.T) {
	p := policy().Allow("prctl").If(profile.And{profile.Arg(0).Equal(1), profile.Arg(1).Equal(2), profile.Or{profile.Arg(2).Less(3), profile.Arg(3).AnyBits(4)}})
	n := 0
	for range compiletest.Boundaries(p, x64) {
		n++
	}
	for stop := 1; stop < n; stop += 1 + stop/10 {
		i := 0
		for range compiletest.Boundaries(p, x64) {
			if i++; i == stop {
				break
			}
		}
		if i != stop {
			t.Fatalf("%d of %d", i, stop)
		}
	}
}

// The zero target is the running machine.
func TestBoundariesNative(t *testing.T) {
	for d := range compiletest.Boundaries(profile.New(profile.Allow()), compile.Target{}) {
		if a := arch.Native(); a != 0 && d.Audit != a.Audit() {
			t.Errorf("%v is not of %v", d, a)
		}
		break
	}
}
