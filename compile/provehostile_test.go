package compile_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/longtest"
	"github.com/portcullis-go/portcullis/profile"
)

// hostile returns programs that are hard to analyse.
func hostile(t testing.TB) map[string]*compile.Program {
	r := rand.New(rand.NewPCG(1, 1))
	repeat := func(n int, part func(i int) []bpf.RawInstruction) *compile.Program {
		p := []bpf.RawInstruction{cbpf.Load(cbpf.OffArch), cbpf.Jump(cbpf.JeqK, arch.X86_64.Audit(), 1, 0), cbpf.Ret(0)}
		for i := range n {
			p = append(p, part(i)...)
		}
		return raw(t, arch.X86_64, append(p, cbpf.Ret(0))...)
	}
	op := func(code uint16, k uint32) bpf.RawInstruction { return bpf.RawInstruction{Op: code, K: k} }
	parity := func(word func(i int) uint32) func(int) []bpf.RawInstruction {
		return func(i int) []bpf.RawInstruction { // of bits, in X
			return []bpf.RawInstruction{cbpf.Load(word(i)), cbpf.Jump(cbpf.JsetK, 1<<(i%32), 0, 3), op(cbpf.Txa, 0), op(cbpf.XorK, 1), op(cbpf.Tax, 0)}
		}
	}
	odd := func(p *compile.Program) *compile.Program {
		ins := p.Raw()
		return raw(t, arch.X86_64, append(ins[:len(ins)-1], op(cbpf.Txa, 0), cbpf.Jump(cbpf.JeqK, 1, 0, 1), cbpf.Ret(0x7fff0000), cbpf.Ret(0))...)
	}
	return map[string]*compile.Program{
		"parity of an argument":   odd(repeat(32, parity(func(int) uint32 { return 16 }))),
		"parity of all arguments": odd(repeat(12*32, parity(func(i int) uint32 { return 16 + 4*uint32(i/32) }))),
		"parity of a bit of each": odd(repeat(12, parity(func(i int) uint32 { return 16 + 4*uint32(i) }))),
		"overlapping masks":       repeat(800, masks(r, 2)),
		"pairs of bits": repeat(60, func(i int) []bpf.RawInstruction {
			return []bpf.RawInstruction{cbpf.Load(16 + uint32(i/32)*4), cbpf.Jump(cbpf.JsetK, 1<<(i%32), 0, 3), cbpf.Load(56 + uint32(i/32)*4), cbpf.Jump(cbpf.JsetK, 1<<(i%32), 0, 1), cbpf.Ret(7 << 16)}
		}),
		"eight pairs of bits": repeat(8, func(i int) []bpf.RawInstruction {
			return []bpf.RawInstruction{cbpf.Load(16), cbpf.Jump(cbpf.JsetK, 1<<i, 0, 3), cbpf.Load(56), cbpf.Jump(cbpf.JsetK, 1<<i, 0, 1), cbpf.Ret(0x7fff0000)}
		}),
		"a thousand results": repeat(1000, func(i int) []bpf.RawInstruction {
			return []bpf.RawInstruction{cbpf.Load(16 + 4*uint32(i%2)), cbpf.Jump(cbpf.JgtK, 0xffff0000-uint32(i)<<21, 0, 1), cbpf.Ret(0x00030000 + uint32(i))}
		}),
		"many numbers": repeat(800, func(i int) []bpf.RawInstruction {
			return []bpf.RawInstruction{cbpf.Load(0), cbpf.Jump(cbpf.JeqK, uint32(i*i), 0, 3), cbpf.Load(16 + 4*uint32(i%12)), cbpf.Jump(cbpf.JsetK, 0x1111<<(i%16), 0, 1), cbpf.Ret(0x7ff00000)}
		}),
	}
}

func masks(r *rand.Rand, words int) func(int) []bpf.RawInstruction {
	return func(i int) []bpf.RawInstruction {
		return []bpf.RawInstruction{cbpf.Load(16 + 4*uint32(r.IntN(words))), cbpf.Jump(cbpf.JsetK, r.Uint32()&r.Uint32()&r.Uint32(), 0, 2),
			cbpf.Load(24), cbpf.Jump(cbpf.JsetK, 1<<(i%32), 1, 0), cbpf.Ret(0x00050000 + uint32(r.IntN(30)))}
	}
}

// asked counts which questions were too complex.
type asked struct{ tooComplex map[string]int }

// ask asks one question about a program, within bounds of time and memory.
func (a asked) ask(t *testing.T, name, what string, f func() error) {
	const maxTime, maxBytes = 3 * time.Second, 200 << 20 // all that is allocated; half of it at a time
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	err := f()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	bytes := after.TotalAlloc - before.TotalAlloc
	if isTooLong(err) {
		a.tooComplex[what]++
	} else if err != nil {
		t.Errorf("%s: %s: %v", name, what, err)
	}
	if took > time.Second/2 || bytes > 20<<20 {
		t.Logf("%s: %s: %d ms, %d MB: %v", name, what, took.Milliseconds(), bytes>>20, err)
	}
	if bytes > maxBytes {
		t.Errorf("%s: %s: %d MB", name, what, bytes>>20)
	}
	if took > 5*maxTime { // others may be using the machine
		t.Errorf("%s: %s: %v", name, what, took)
	}
}

// TestHostileProofs asks everything about programs that are hard to analyse: each
// answer, or the error that it is too complex, comes within bounds of time and memory.
func TestHostileProofs(t *testing.T) {
	longtest.Skip(t)
	progs := hostile(t)
	other := mustCompile(t, container(arch.X86_64), compile.Target{})
	a := asked{make(map[string]int)}
	short := func(text string, err error) error {
		if err == nil && len(text) > 64<<20 {
			return fmt.Errorf("%d bytes of text", len(text))
		}
		return err
	}
	for name, prog := range progs {
		a.ask(t, name, "Explain", func() error {
			e, err := prog.Explain()
			return short(fmt.Sprint(e), err)
		})
		a.ask(t, name, "Flatten", func() error { _, err := compile.Flatten(prog, other); return err })
		a.ask(t, name, "Diff", func() error {
			cs, err := compile.Diff(prog, other)
			return short(cs.String(), err)
		})
		a.ask(t, name, "AtLeastAsStrict", func() error { _, err := compile.AtLeastAsStrict(other, prog); return err })
	}
	t.Logf("too complex or too long: %v", a.tooComplex)
	if a.tooComplex["Explain"] == 0 || a.tooComplex["Explain"] == len(progs) {
		t.Error("the programs are not what they are meant to be")
	}
}

// A profile that is too long is refused on several ABIs as it is on one.
func TestTooLongOnSeveral(t *testing.T) {
	p := far(trials(2000, 4000))
	for _, as := range [][]arch.Arch{{arch.X86_64}, {arch.X86_64, arch.X86, arch.X32}, {arch.S390X, arch.S390}} {
		_, err := compile.Compile(p.On(as...), compile.Options{})
		var tooLong *compile.TooLongError
		if !errors.As(err, &tooLong) {
			t.Errorf("%v: %v", as, err)
		}
	}
}

// The same holds for a condition with many tests in a profile.
func TestHostileProfile(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	p := profile.New(eperm).On(arch.X86_64)
	for i := range 200 {
		var any profile.Or
		for range 20 {
			any = append(any, profile.And{arg(r.IntN(6)).Register().AnyBits(r.Uint64() & r.Uint64() & r.Uint64()), arg(r.IntN(6)).Register().NoBits(1 << r.IntN(64))})
		}
		p = p.Do(profile.Trap(uint16(i)), "read").If(any)
	}
	start := time.Now()
	_, err := compile.Compile(p, compile.Options{})
	var tooLong *compile.TooLongError
	if !errors.Is(err, compile.ErrTooComplex) && !errors.As(err, &tooLong) {
		t.Error(err)
	}
	if took := time.Since(start); took > 15*time.Second {
		t.Error(took)
	}
	prog := raw(t, arch.X86_64, cbpf.Ret(0))
	if err := compile.Verify(prog, p, compile.Target{}); !errors.Is(err, compile.ErrTooComplex) {
		t.Error(err)
	}
}
