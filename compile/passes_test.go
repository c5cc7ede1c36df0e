package compile_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/internal/golden"
	"github.com/portcullis-go/portcullis/profile"
)

// A figure of a program of which less is better.
type figure struct {
	name string
	of   func(*compile.Program) float64
}

var (
	length   = figure{"instructions", func(p *compile.Program) float64 { return float64(p.Stats(nil).Instructions) }}
	meanPath = figure{"mean path", func(p *compile.Program) float64 { return p.Stats(nil).MeanPath }}
)

func weighted(w compile.Weights) figure {
	return figure{"weighted path", func(p *compile.Program) float64 { return p.Stats(w).WeightedPath }}
}

// callPath is how many instructions run for a call of the program's first ABI.
func callPath(name string, args ...uint64) figure {
	return figure{fmt.Sprintf("path of %s%d", name, args), func(p *compile.Program) float64 {
		d, err := compile.Call(p.Arches()[0], name, args...)
		if err != nil {
			panic(err)
		}
		return float64(len(p.Trace(d).PCs))
	}}
}

// passCase is a profile for which a pass matters: with it the figure is less
// than without.
type passCase struct {
	pass   compile.Passes
	better figure
	p      profile.Profile
	o      compile.Options
}

func passCases() []passCase {
	x64, a64 := on(arch.X86_64), on(arch.AArch64)
	busy := on(arch.X86_64)
	busy.Weights = compile.Weights{{Syscall: "ioctl", Calls: 1000}, {Syscall: "openat", Calls: 10}, {Syscall: "mount", Calls: 1}}
	some := profile.New(profile.Allow()).Deny(errno.EPERM, "ioctl", "mount", "ptrace", "keyctl", "bpf", "openat", "setns")
	odd := []uint64{1, 3, 5, 7, 9, 11, 13, 15, 17, 19}
	low, high := profile.New(eperm), profile.New(eperm)
	for i := range uint32(100) {
		low = low.Rule(profile.Rule{Numbers: numbers(20+i, 20+i), Action: profile.Allow()})
	}
	for i := range uint32(16) {
		// Numbers from 424 on are the same on all ABIs.
		high = high.Rule(profile.Rule{Numbers: numbers(424+2*i, 424+2*i), Action: profile.Errno(errno.Errno(50 + i))})
	}
	return []passCase{
		{compile.PassHashConsing, length, profile.New(eperm).Allow("read", "pread64").If(arg(2).Less(100)), x64},
		{compile.PassOptimalTree, length, profile.New(eperm).Allow("read", "write", "exit_group", "futex", "mmap", "brk"), x64},
		{compile.PassEqualityTests, length, profile.New(profile.Allow()).Deny(errno.EPERM, "mount", "ptrace", "bpf"), a64},
		{compile.PassHotFirst, weighted(busy.Weights), some, busy},
		{compile.PassLowWordFirst, callPath("read", 0, 0, 9), profile.New(eperm).Allow("read").If(arg(2).In(100, 4096)), x64},
		{compile.PassArgumentRewriting, meanPath, profile.New(eperm).Allow("fcntl").If(arg(1).In(odd...)), a64},
		{compile.PassMergeAdjacent, meanPath, low, a64},
		{compile.PassWeights, meanPath, profile.New(profile.Allow()).Deny(errno.EPERM, "io_setup", "bpf", "futex"), x64},
		{compile.PassSharedTails, length, high.On(arch.AArch64, arch.ARM), a64},
		{compile.PassLoadElimination, length, profile.New(eperm).Allow("read", "ppoll"), a64},
		{compile.PassBlockLayout, meanPath, far(300), on(arch.S390X)},
		{compile.PassReturnDuplication, meanPath, far(300), on(arch.S390X)},
	}
}

// TestPassCases shows what each pass is for, in a program with it and one
// without. The golden has both.
func TestPassCases(t *testing.T) {
	var b strings.Builder
	seen := compile.Passes(0)
	for _, c := range passCases() {
		seen |= c.pass
		with := compiled(t, c.p, c.o)
		c.o = c.o.Without(c.pass)
		without := compiled(t, c.p, c.o)
		x, y := c.better.of(with), c.better.of(without)
		if x >= y {
			t.Errorf("%v: %s %.3f with it, %.3f without", c.pass, c.better.name, x, y)
		}
		if d, err := compile.Equal(with, without); d != nil || err != nil {
			t.Errorf("%v: %v, %v", c.pass, d, err)
		}
		fmt.Fprintf(&b, "-- %v: %s %.2f, without the pass %.2f --\n%s-- without %[1]v --\n%[6]s", c.pass, c.better.name, x, y,
			shortened(with.String()), shortened(without.String()))
	}
	if seen != compile.AllPasses {
		t.Errorf("no case for %v", compile.AllPasses&^seen)
	}
	golden.Compare(t, "passes.txt", b.String())
}

func compiled(t testing.TB, p profile.Profile, o compile.Options) *compile.Program {
	t.Helper()
	prog, err := compile.Compile(p, o)
	if err != nil {
		t.Fatalf("without %v: %v\n%s", o.LeftOut(), err, describe(p))
	}
	return prog
}

// shortened leaves out the middle of a long listing.
func shortened(listing string) string {
	const shown = 30
	lines := strings.SplitAfter(listing, "\n")
	if len(lines) <= 2*shown {
		return listing
	}
	return strings.Join(lines[:shown], "") + "      ...\n" + strings.Join(lines[len(lines)-shown:], "")
}

// TestPassesMeaning compiles the corpus with many sets of options, with the proof, and
// proves that the programs decide alike.
func TestPassesMeaning(t *testing.T) {
	var programs, tooLong atomic.Int64
	sample(t, 1, func(t *testing.T, g []arch.Arch, rnd *rand.Rand) {
		for i, e := range entriesOn(g) {
			p := e.profile.On(g...)
			want := compiled(t, p, compile.Options{Target: compile.Target{Arch: g[0]}})
			for _, o := range optionsFor(rnd, i, g) {
				programs.Add(1)
				if !decidesAlike(t, want, p, o) {
					tooLong.Add(1)
				}
			}
		}
	})
	t.Logf("%d programs, %d too long", programs.Load(), tooLong.Load())
	if tooLong.Load()*20 > programs.Load() {
		t.Errorf("%d of %d programs are too long", tooLong.Load(), programs.Load())
	}
}

// decidesAlike compiles p with o and proves that the program decides as want does. It
// returns false for a program that is too long, as those of long profiles may be.
func decidesAlike(t *testing.T, want *compile.Program, p profile.Profile, o compile.Options) bool {
	t.Helper()
	got, err := compile.Compile(p, o)
	if isTooLong(err) && len(p.Rules) > 100 {
		return false
	}
	if err != nil {
		t.Fatalf("without %v, %+v: %v\n%s", o.LeftOut(), o, err, describe(p))
	}
	if d, err := compile.Equal(want, got); d != nil || err != nil {
		t.Fatalf("without %v, %+v: %v, %v\n%s", o.LeftOut(), o, d, err, describe(p))
	}
	return true
}
