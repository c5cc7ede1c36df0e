package compile_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// cacheableCounts are how many calls were cacheable and not.
type cacheableCounts struct{ yes, no int }

// agree compares Cacheable with the second implementation, which the tests of the
// compiler use.
func (n *cacheableCounts) agree(t *testing.T, prog *compile.Program, a arch.Arch, nr uint32) {
	t.Helper()
	got := prog.Cacheable(a, nr)
	if want := isConstAllow(prog.Raw(), nr, a.Audit()); got != want {
		t.Fatalf("%v nr %#x: %v, want %v\n%v", a, nr, got, want, prog)
	}
	if got {
		n.yes++
	} else {
		n.no++
	}
}

// Cacheable is right on programs of this package.
func TestCacheable(t *testing.T) {
	var n cacheableCounts
	for _, g := range triedGroups() {
		for _, e := range entriesOn(g) {
			prog := mustCompile(t, e.profile.On(g...), compile.Target{Arch: g[0]})
			for _, a := range append(g, arch.PARISC) {
				for nr := a.Base(); nr < a.Base()+600; nr += 7 {
					n.agree(t, prog, a, nr)
				}
				n.agree(t, prog, a, ^uint32(0))
			}
		}
	}
	if t.Logf("%+v", n); n.yes == 0 || n.no == 0 {
		t.Error("too few")
	}
}

// Cacheable is right on any other program.
func TestCacheableElsewhere(t *testing.T) {
	var n cacheableCounts
	rnd := rand.New(rand.NewPCG(3, 5))
	programs := trials(2000, 20000)
	for range programs {
		prog := randomProgram(t, rnd)
		for range 5 {
			n.agree(t, prog, prog.Arches()[0], randomWord(rnd))
		}
	}
	if t.Logf("%+v", n); n.yes < programs/20 {
		t.Error("too few")
	}
}

// The test is of the program alone, and literal.
func TestCacheableLiterally(t *testing.T) {
	for name, c := range map[string]struct {
		raw  []bpf.RawInstruction
		want bool
	}{
		"allow":           {[]bpf.RawInstruction{cbpf.Ret(0x7fff0000)}, true},
		"allow with data": {[]bpf.RawInstruction{cbpf.Ret(0x7fff0001)}, false},
		"log":             {[]bpf.RawInstruction{cbpf.Ret(0x7ffc0000)}, false},
		"A is 0 at first": {[]bpf.RawInstruction{cbpf.Jump(cbpf.JeqK, 0, 0, 1), cbpf.Ret(0x7fff0000), cbpf.Ret(0)}, true},
		"returns A":       {[]bpf.RawInstruction{{Op: cbpf.LdImm, K: 0x7fff0000}, {Op: cbpf.RetA}}, false},
		"an argument":     {[]bpf.RawInstruction{cbpf.Load(cbpf.OffArgs), cbpf.Ret(0x7fff0000)}, false},
		"another sum":     {[]bpf.RawInstruction{{Op: cbpf.OrK, K: 1}, cbpf.Ret(0x7fff0000)}, false},
		"and": {[]bpf.RawInstruction{cbpf.Load(cbpf.OffNr), cbpf.And(0xff), cbpf.Jump(cbpf.JgtK, 6, 0, 1),
			cbpf.Ret(0x7fff0000), cbpf.Ret(0)}, true},
		"jump over": {[]bpf.RawInstruction{cbpf.JA(1), {Op: cbpf.RetA}, cbpf.Load(cbpf.OffArch),
			cbpf.Jump(cbpf.JsetK, 0x40000000, 1, 0), cbpf.Ret(0), cbpf.Ret(0x7fff0000)}, true},
	} {
		prog, err := compile.FromRaw(c.raw, arch.X86_64)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := prog.Cacheable(arch.X86_64, 0x40000007); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// randomProgram returns a program that the kernel takes. It usually
// looks at the number and the architecture only.
func randomProgram(t testing.TB, rnd *rand.Rand) *compile.Program {
	usual := []uint16{cbpf.LdWAbs, cbpf.LdWAbs, cbpf.AndK, cbpf.Ja, cbpf.JeqK, cbpf.JgeK, cbpf.JgtK, cbpf.JsetK, cbpf.RetK}
	rare := []uint16{cbpf.LdImm, cbpf.LdLen, cbpf.LdxImm, cbpf.Tax, cbpf.Txa, cbpf.St, cbpf.LdMem, cbpf.AddK, cbpf.AddX, cbpf.DivK, cbpf.DivX,
		cbpf.OrK, cbpf.Neg, cbpf.RshK, cbpf.XorX, cbpf.JeqX, cbpf.JgtX, cbpf.JgeX, cbpf.JsetX, cbpf.RetA, cbpf.AndX}
	oddity := rnd.IntN(3) // programs of all three kinds: none, few, many
	a := pick(dice(rnd.IntN), arch.X86_64, arch.X86, arch.X32, arch.MIPS, arch.S390X)
	for {
		raw := make([]bpf.RawInstruction, 2+rnd.IntN(30))
		for pc := range raw {
			rest := len(raw) - pc - 1
			op := usual[rnd.IntN(len(usual))]
			if oddity > 0 && rnd.IntN(8/oddity/oddity) == 0 {
				op = rare[rnd.IntN(len(rare))]
			}
			if rest == 0 || op == cbpf.RetK && rnd.IntN(3) > 0 && rest < 2 {
				op = cbpf.RetK
			}
			raw[pc] = randomInstruction(rnd, op, rest, a, oddity > 0)
		}
		if prog, err := compile.FromRaw(raw, a); err == nil {
			return prog
		}
	}
}

func randomInstruction(rnd *rand.Rand, op uint16, rest int, a arch.Arch, oddity bool) bpf.RawInstruction {
	ins := bpf.RawInstruction{Op: op, K: randomWord(rnd)}
	switch op {
	case cbpf.LdWAbs:
		ins.K = 4 * uint32(rnd.IntN(2))
		if oddity && rnd.IntN(4) == 0 {
			ins.K = 4 * uint32(rnd.IntN(16))
		}
	case cbpf.St, cbpf.LdMem:
		ins.K = uint32(rnd.IntN(2))
	case cbpf.DivK:
		ins.K |= 1
	case cbpf.RshK:
		ins.K %= 32
	case cbpf.RetK:
		ins.K = pick[uint32](dice(rnd.IntN), 0x7fff0000, 0x7fff0000, 0, 0x50001, 0x7fff0001)
	case cbpf.Ja:
		ins.K = uint32(rnd.IntN(min(rest, 4)))
	case cbpf.JeqK, cbpf.JgeK, cbpf.JgtK, cbpf.JsetK, cbpf.JeqX, cbpf.JgeX, cbpf.JgtX, cbpf.JsetX:
		ins.Jt, ins.Jf = uint8(rnd.IntN(min(rest, 5))), uint8(rnd.IntN(min(rest, 5)))
		if rnd.IntN(3) == 0 {
			ins.K = a.Audit()
		}
	}
	return ins
}

// randomWord returns a number that calls may have, or what a program may compare.
func randomWord(rnd *rand.Rand) uint32 {
	switch rnd.IntN(6) {
	case 0:
		return rnd.Uint32()
	case 1:
		return 0x40000000 + uint32(rnd.IntN(8))
	case 2:
		return 1<<rnd.IntN(32) - 1 + uint32(rnd.IntN(3))
	}
	return uint32(rnd.IntN(8))
}

func ExampleProgram_Cacheable() {
	p := profile.New(profile.Errno(errno.EPERM)).
		Allow("read").
		Allow("socket").If(profile.Arg(0).Equal(1))
	prog, err := compile.Compile(p, compile.Options{Target: compile.Target{Arch: arch.X86_64}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"read", "socket", "ptrace"} {
		nr, _ := syscalls.Lookup(arch.X86_64, name)
		fmt.Println(name, prog.Cacheable(arch.X86_64, nr))
	}
	// Output:
	// read true
	// socket false
	// ptrace false
}
