package compile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
)

// widthTest says for which arguments a condition holds. The evaluator and the
// compiler settle widths by one function, so that here the verdicts are written
// by hand.
type widthTest struct {
	on    string // ABIs
	call  string // "" for a rule by number
	cond  profile.Cond
	holds []uint64
	fails []uint64
}

// long is argument i compared as container runtimes do.
func long(i int, op profile.Op, v, mask uint64) profile.Cond {
	return profile.Test{Field: profile.Field(i), Width: profile.WidthLong, Op: op, Value: v, Mask: mask}
}

const (
	max64 = ^uint64(0)
	bit32 = uint64(1) << 32
	dirty = uint64(0xdeadbeef) << 32
)

// ABIs by the width of their registers and longs.
const (
	abis64  = "x86_64 aarch64 loongarch64 mips64 mipsel64 parisc64 ppc64 ppc64le riscv64 s390x"
	abis32  = "x86 arm m68k mips mipsel parisc ppc s390 sh sheb"
	abisN32 = "x32 mips64n32 mipsel64n32" // 64-bit registers, 32-bit longs
)

var widthTests = []widthTest{
	// An int: the kernel reads 32 bits, whatever the register.
	{abis64 + " " + abisN32 + " x86 arm m68k mips", "fcntl", arg(0).Equal(1), []uint64{1, bit32 | 1, dirty | 1}, []uint64{0, 2, bit32, max64}},
	{abis64 + " " + abisN32, "fcntl", arg(0).NotEqual(1), []uint64{0, bit32, max64}, []uint64{1, bit32 | 1}},
	{abis64 + " " + abisN32, "fcntl", arg(0).Less(10), []uint64{0, 9, dirty | 9}, []uint64{10, 11, dirty | 10, max64, 0xffffffff}},
	{abis64 + " " + abisN32, "fcntl", arg(0).LessEqual(10), []uint64{0, 10, dirty | 10}, []uint64{11, dirty | 11}},
	{abis64 + " " + abisN32, "fcntl", arg(0).Greater(10), []uint64{11, dirty | 11, max64}, []uint64{0, 10, bit32, dirty | 10}},
	{abis64 + " " + abisN32, "fcntl", arg(0).GreaterEqual(10), []uint64{10, dirty | 10, max64}, []uint64{0, 9, bit32, dirty | 9}},
	{abis64 + " " + abisN32, "fcntl", arg(0).MaskedEqual(6, 2), []uint64{2, 0xb, dirty | 2}, []uint64{0, 4, 6, dirty | 6}},
	{abis64 + " " + abisN32, "fcntl", arg(0).AnyBits(0x80000000), []uint64{0x80000000, max64}, []uint64{0, bit32, 0x7fffffff}},
	// A negative int, with its sign extended or not.
	{abis64 + " " + abisN32, "openat", arg(0).Equal(profile.Signed(-100)), []uint64{0xffffff9c, max64 - 99, dirty | 0xffffff9c}, []uint64{0x9c, 100, 0}},
	{abis64 + " " + abisN32, "openat", arg(0).Equal(0xffffff9c), []uint64{0xffffff9c, max64 - 99}, []uint64{0x9c, 100}},
	{abis64 + " " + abisN32, "kill", arg(0).Less(profile.Signed(-1)), []uint64{0, 0xfffffffe, dirty}, []uint64{0xffffffff, max64}},
	{abis64 + " " + abisN32, "openat", arg(2).NoBits(^uint64(3)), []uint64{0, 3, bit32, dirty | 2}, []uint64{4, max64, 0x80000000}},
	{abis32, "openat", arg(0).Equal(profile.Signed(-100)), []uint64{0xffffff9c}, []uint64{0x9c, 100, 0}},
	// umode_t: 16 bits.
	{abis64 + " " + abisN32 + " " + abis32, "fchmodat", arg(2).Equal(0o4755), []uint64{0o4755, 1<<16 | 0o4755, 0xabcd0000 | 0o4755}, []uint64{0o755, 0o4754}},
	{abis64 + " " + abisN32 + " " + abis32, "fchmodat", arg(2).AnyBits(0o6000), []uint64{0o2000, 0o4000, 0xffff0000 | 0o2000}, []uint64{0, 0o777, 1 << 16, 0xffff0000}},
	{abis64 + " " + abisN32 + " " + abis32, "fchmodat", arg(2).Greater(0o777), []uint64{0o1000, 0xffff, 0x10000 | 0o1000}, []uint64{0, 0o777, 0x10000, 0xffff0000 | 0o777}},
	{abis64 + " " + abisN32 + " " + abis32, "fchmodat", arg(2).Equal(profile.Signed(-1)), []uint64{0xffff, 0xffffffff, 0x1ffff}, []uint64{0, 0xfffe, 0x7fff, 0xffff0000}},
	{abis64, "fchmodat", arg(2).LessEqual(0xffff), []uint64{0, 0xffff, max64, 1 << 16}, nil},
	// size_t and pointers: all of the register.
	{abis64 + " " + abisN32, "read", arg(2).Equal(5), []uint64{5}, []uint64{4, 6, bit32 | 5, dirty | 5}},
	{abis64 + " " + abisN32, "read", arg(2).LessEqual(bit32 + 5), []uint64{0, 0xffffffff, bit32, bit32 + 5}, []uint64{bit32 + 6, 1 << 33, max64}},
	{abis64 + " " + abisN32, "read", arg(2).Less(bit32), []uint64{0, 0xffffffff}, []uint64{bit32, bit32 + 1, 1 << 63, max64}},
	{abis64 + " " + abisN32, "read", arg(2).Greater(1<<40 | 1), []uint64{1<<40 | 2, 1 << 41, max64}, []uint64{0, 2, 1 << 40, 1<<40 | 1, 0xffffffff}},
	{abis64 + " " + abisN32, "read", arg(2).MaskedEqual(1<<40|1, 1<<40), []uint64{1 << 40, max64 - 1}, []uint64{0, 1, 1<<40 | 1, max64}},
	{abis64 + " " + abisN32, "read", arg(2).Equal(profile.Signed(-1)), []uint64{max64}, []uint64{0xffffffff, 0, max64 - 1, 1 << 63}},
	{abis64 + " " + abisN32, "openat", arg(1).Equal(0x7f0000000000), []uint64{0x7f0000000000}, []uint64{0, 0x7f00, 0x7f0000000001}},
	// The same on 32-bit registers: constants may be wider, the register is not.
	{abis32, "read", arg(2).LessEqual(1 << 40), []uint64{0, 5, 0xffffffff}, nil},
	{abis32, "read", arg(2).Less(bit32), []uint64{0, 0xffffffff}, nil},
	{abis32, "read", arg(2).Less(bit32 - 1), []uint64{0, 0xfffffffe}, []uint64{0xffffffff}},
	{abis32, "read", arg(2).Equal(bit32 | 5), nil, []uint64{0, 5, 0xffffffff}},
	{abis32, "read", arg(2).NotEqual(bit32 | 5), []uint64{0, 5, 0xffffffff}, nil},
	{abis32, "read", arg(2).GreaterEqual(bit32), nil, []uint64{0, 0xffffffff}},
	{abis32, "read", arg(2).Greater(bit32), nil, []uint64{0, 0xffffffff}},
	{abis32, "read", arg(2).MaskedEqual(bit32|1, 1), []uint64{1, 0xffffffff}, []uint64{0, 2}},
	{abis32, "read", arg(2).MaskedEqual(bit32|1, bit32|1), nil, []uint64{0, 1, 0xffffffff}},
	{abis32, "read", arg(2).Equal(profile.Signed(-1)), []uint64{0xffffffff}, []uint64{0, 0x7fffffff}},
	{abis32, "read", arg(2).NoBits(^uint64(0xfff)), []uint64{0, 0xfff}, []uint64{0x1000, 0x80000000}},
	// Register: what the kernel reads doesn't matter.
	{abis64 + " " + abisN32, "fcntl", arg(0).Register().Equal(1), []uint64{1}, []uint64{0, bit32 | 1, dirty | 1}},
	{abis64 + " " + abisN32, "fchmodat", arg(2).Register().Equal(1), []uint64{1}, []uint64{0x10001, bit32 | 1}},
	{abis64 + " " + abisN32, "fcntl", arg(0).Register().Equal(bit32), []uint64{bit32}, []uint64{0, 1, bit32 | 1}},
	{abis32, "fchmodat", arg(2).Register().Equal(1), []uint64{1}, []uint64{0x10001, 0}},
	{abis32, "fcntl", arg(0).Register().Equal(bit32 | 1), nil, []uint64{0, 1}},
	// Low32: constants lose their upper bits, the register too.
	{abis64 + " " + abisN32 + " " + abis32, "read", arg(2).Low32().Equal(dirty | 7), []uint64{7}, []uint64{0, 8}},
	{abis64 + " " + abisN32, "read", arg(2).Low32().Equal(7), []uint64{7, bit32 | 7, dirty | 7}, []uint64{0, bit32, 8}},
	{abis64 + " " + abisN32, "read", arg(2).Low32().MaskedEqual(dirty|1, dirty|1), []uint64{1, bit32 | 3}, []uint64{0, dirty}},
	{abis64, "read", arg(2).Low32().Less(bit32 + 3), []uint64{0, 2, dirty | 2}, []uint64{3, dirty | 3, max64}},
	{abis64, "fchmodat", arg(2).Low32().Equal(0x10001), []uint64{0x10001, bit32 | 0x10001}, []uint64{1}},
	// Long: the ABI's long.
	{abis64, "fcntl", long(0, profile.OpEqual, bit32|5, 0), []uint64{bit32 | 5}, []uint64{5, dirty | 5}},
	{abis64, "fcntl", long(0, profile.OpEqual, 5, 0), []uint64{5}, []uint64{bit32 | 5}},
	{abisN32, "fcntl", long(0, profile.OpEqual, bit32|5, 0), []uint64{5, bit32 | 5, dirty | 5}, []uint64{0, bit32}},
	{abis32, "fcntl", long(0, profile.OpEqual, bit32|5, 0), []uint64{5}, []uint64{0}},
	{abis32 + " " + abisN32, "fcntl", long(1, profile.OpMaskedEqual, 1<<40|2, 1<<40|6), []uint64{2, 3}, []uint64{0, 4, 6}},
	{abis32 + " " + abisN32, "fcntl", long(1, profile.OpGreaterEqual, bit32, 0), []uint64{0, 1, 0xffffffff}, nil},
	{abis32 + " " + abisN32, "fcntl", long(1, profile.OpLess, bit32, 0), nil, []uint64{0, 1, 0xffffffff}},
	{abis64, "fcntl", long(1, profile.OpLess, bit32, 0), []uint64{0, 0xffffffff}, []uint64{bit32}},
	// By number, and for arguments that the call doesn't have: all of the register.
	{abis64 + " " + abisN32, "", arg(0).Equal(1), []uint64{1}, []uint64{0, bit32 | 1}},
	{abis64 + " " + abisN32, "", arg(0).Low32().Equal(1), []uint64{1, bit32 | 1}, []uint64{0}},
	{abis64 + " " + abisN32, "getpid", arg(0).Equal(1), []uint64{1}, []uint64{0, bit32 | 1}},
	{abis32, "", arg(0).Less(bit32), []uint64{0, 1, 0xffffffff}, nil},
}

// argIndex is the argument that a condition is about.
func argIndex(c profile.Cond) profile.Field {
	for {
		switch x := c.(type) {
		case profile.Not:
			c = x.Cond
		case profile.Test:
			return x.Field
		}
	}
}

func TestWidths(t *testing.T) {
	for _, w := range widthTests {
		for _, name := range strings.Fields(w.on) {
			a, err := arch.Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			w.run(t, a)
		}
	}
}

func (w widthTest) run(t *testing.T, a arch.Arch) {
	p := profile.Profile{Default: eperm, Arches: []arch.Arch{a}}
	nr := a.Base() + 599
	d := compile.Data{Nr: int32(nr), Audit: a.Audit()}
	if w.call == "" {
		p = p.Rule(profile.Rule{Numbers: []profile.NumberRange{{First: nr, Last: nr}}, If: w.cond, Action: profile.Allow()})
	} else {
		p = p.Allow(w.call).If(w.cond)
		var err error
		if d, err = compile.Call(a, w.call); err != nil {
			t.Fatal(err)
		}
	}
	o := newOracles(t, p, compile.Target{})
	for i, v := range append(w.holds, w.fails...) {
		want := profile.Errno(1)
		if i < len(w.holds) {
			want = profile.Allow()
		}
		d.Args[argIndex(w.cond)] = v
		if got := o.prog.Run(d); got != want {
			t.Errorf("%v %s if %v: %#x gets %v, want %v", a, w.call, w.cond, v, got, want)
		}
		o.agree(t, d)
	}
}

// The instruction pointer has the width of a register.
func TestWidthOfPointer(t *testing.T) {
	for _, a := range []arch.Arch{arch.X86_64, arch.X32, arch.X86, arch.S390X, arch.S390} {
		p := profile.New(eperm).On(a).Allow("getpid").If(profile.InstructionPointer().Less(bit32 + 5))
		o := newOracles(t, p, compile.Target{})
		d, err := compile.Call(a, "getpid")
		if err != nil {
			t.Fatal(err)
		}
		for ip, want := range map[uint64]bool{0: true, 0xffffffff: true, bit32 + 4: true, bit32 + 5: false, 1 << 33: false} {
			if d.InstructionPointer = ip; a.RegisterBits() == 32 {
				d.InstructionPointer, want = uint64(uint32(ip)), true
			}
			if got := o.prog.Run(d) == profile.Allow(); got != want {
				t.Errorf("%v: %#x: %v, want %v", a, ip, got, want)
			}
			o.agree(t, d)
		}
	}
}

// Constants with bits that aren't compared are errors.
func TestValueError(t *testing.T) {
	for _, test := range []struct {
		on, call string
		cond     profile.Cond
		value    uint64
		bits     int
	}{
		{"x86_64", "fcntl", arg(0).Equal(bit32), bit32, 32},
		{"x86_64", "fcntl", arg(0).Equal(dirty | 1), dirty | 1, 32},
		{"x86_64", "fcntl", arg(0).Less(0xffffffff_00000000), 0xffffffff_00000000, 32}, // no sign extension: its bit 31 is 0
		{"x86_64", "fcntl", arg(0).Equal(0xffffffff_7fffffff), 0xffffffff_7fffffff, 32},
		{"x86_64", "fcntl", arg(0).MaskedEqual(bit32|1, 1), bit32 | 1, 32},
		{"aarch64", "fchmodat", arg(2).Equal(0x10000), 0x10000, 16},
		{"aarch64", "fchmodat", arg(2).Equal(0xffffffff), 0xffffffff, 16},
		{"aarch64", "fchmodat", arg(2).MaskedEqual(0x1ffff, 5), 0x1ffff, 16},
		{"s390x", "fcntl", profile.Not{Cond: profile.And{arg(1).Equal(1), profile.Or{arg(0).Less(bit32)}}}, bit32, 32},
	} {
		a, err := arch.Parse(test.on)
		if err != nil {
			t.Fatal(err)
		}
		p := profile.New(eperm).On(a).Allow("getpid").Allow(test.call).If(test.cond)
		prog, err := compile.Compile(p, compile.Options{})
		if prog != nil {
			t.Errorf("%v: there is a program", test.cond)
		}
		var rule *profile.RuleError
		var value *compile.ValueError
		if !errors.As(err, &rule) || !errors.As(err, &value) {
			t.Errorf("%s %s %v: error %v", test.on, test.call, test.cond, err)
			continue
		}
		got := fmt.Sprintf("rule %d %s %v %#x %d", rule.Rule, value.Syscall, value.Arch, value.Value, value.Bits)
		want := fmt.Sprintf("rule 1 %s %v %#x %d", test.call, a, test.value, test.bits)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if !strings.Contains(err.Error(), test.call) || !strings.Contains(err.Error(), test.on) {
			t.Errorf("the error doesn't say where: %v", err)
		}
		// The evaluator says the same of a call that comes to the rule.
		d, _ := compile.Call(a, test.call, 1, 1, 1)
		if _, err := compile.Evaluate(p, compile.Target{}, d); !errors.As(err, &value) {
			t.Errorf("Evaluate: %v", err)
		}
	}
}

// A constant that doesn't fit is an error even if no call comes as far as to it,
// and it is said once.
func TestValueErrorUnreached(t *testing.T) {
	bad := arg(0).Equal(1 << 40)
	for _, p := range []profile.Profile{
		profile.New(eperm).Allow("fcntl").Do(profile.Log(), "fcntl").If(bad),
		profile.New(eperm).Allow("fcntl").If(profile.Or{profile.And{}, bad}),
		profile.New(eperm).Allow("fcntl").If(profile.And{profile.Or{}, profile.Not{Cond: bad}}),
		profile.New(eperm).Do(eperm, "fcntl").If(bad),
	} {
		for _, skip := range []bool{true, false} {
			_, err := compile.Compile(p, compile.Options{Target: compile.Target{Arch: arch.X86_64}, SkipProof: skip})
			var rule *profile.RuleError
			var value *compile.ValueError
			if !errors.As(err, &rule) || !errors.As(err, &value) || strings.Count(err.Error(), "doesn't fit") != 1 {
				t.Errorf("%v: error %v", p.Rules, err)
			}
		}
	}
}
