package compile

import (
	"errors"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
)

// TestWeightNumber finds the number that a weight goes to: on the own ABI for the zero
// Arch, through socketcall where there is nothing else, nowhere for names that the ABI
// lacks.
func TestWeightNumber(t *testing.T) {
	for _, c := range []struct {
		w   Weight
		own arch.Arch
		a   arch.Arch
		nr  uint32
		ok  bool
	}{
		{Weight{Syscall: "write", Calls: 3}, arch.X86_64, arch.X86_64, 1, true},
		{Weight{Syscall: "write", Calls: 3}, arch.AArch64, arch.AArch64, 64, true},
		{Weight{Arch: arch.X86, Syscall: "write", Calls: 3}, arch.X86_64, arch.X86, 4, true},
		{Weight{Arch: arch.X86, Syscall: "socket", Calls: 7}, arch.X86_64, arch.X86, 359, true},
		{Weight{Arch: arch.X86, Syscall: "send", Calls: 11}, arch.X86_64, arch.X86, 102, true}, // through socketcall only
		{Weight{Arch: arch.X32, Syscall: "read", Calls: 1}, arch.X86_64, arch.X32, 0x40000000, true},
		{Weight{Arch: arch.ARM, Syscall: "cacheflush", Calls: 2}, arch.AArch64, arch.ARM, 0xf0002, true},
		{Weight{Arch: arch.X86, Syscall: "arch_prctl", Calls: 0}, arch.X86_64, arch.X86, 0, false}, // weighs nothing
		{Weight{Syscall: "s390_pci_mmio_read", Calls: 9}, arch.X86_64, arch.X86_64, 0, false},
		{Weight{Arch: 99, Syscall: "read", Calls: 9}, arch.X86_64, 99, 0, false},
		{Weight{}, arch.X86_64, arch.X86_64, 0, false},
	} {
		a, nr, ok := c.w.number(c.own)
		if a != c.a || ok != c.ok || ok && nr != c.nr {
			t.Errorf("%+v of %v: %v %d, %v; want %v %d, %v", c.w, c.own, a, nr, ok, c.a, c.nr, c.ok)
		}
	}
}

// Names that no ABI has are errors, all at once. ABIs that the filter doesn't
// cover, or that are none, weigh nothing.
func TestWeightsNames(t *testing.T) {
	p := profile.New(profile.Allow())
	target := Target{Arch: arch.X86_64}
	fine := Weights{{Syscall: "read", Calls: 1}, {Arch: arch.MIPS, Syscall: "arm_fadvise64_64", Calls: 7}, {Arch: 99, Syscall: "read", Calls: 7}}
	if _, err := Compile(p, Options{Target: target, Weights: fine}); err != nil {
		t.Error(err)
	}
	_, err := Compile(p, Options{Target: target, Weights: Weights{{Syscall: "raed"}, {Syscall: "read"}, {Syscall: ""}}})
	var name *SyscallError
	if !errors.As(err, &name) || name.Name != "raed" || name.Nearest != "read" {
		t.Fatalf("%v", err)
	}
	const want = `compile: weights: unknown system call "raed" (did you mean "read"?)` + "\n" + `compile: weights: unknown system call ""`
	if err.Error() != want {
		t.Errorf("%v", err)
	}
}

// The means by weight are what calls that are made so often find.
func TestStatsWeighted(t *testing.T) {
	p := profile.New(profile.Errno(errno.EPERM)).On(arch.X86_64, arch.X86, arch.X32).
		Allow("read", "write").Deny(errno.ENOSYS, "clone3")
	prog, err := Compile(p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ws := Weights{
		{Syscall: "read", Calls: 6},
		{Syscall: "clone3", Calls: 3},
		{Arch: arch.X86, Syscall: "write", Calls: 5},
		{Arch: arch.X86, Syscall: "ptrace", Calls: 1},
		{Arch: arch.X86, Syscall: "send", Calls: 2}, // a call of socketcall
		{Arch: arch.X32, Syscall: "read", Calls: 4}, // has no cache
		{Arch: arch.ARM, Syscall: "read", Calls: 1000},
		{Arch: arch.X86, Syscall: "s390_pci_mmio_read", Calls: 1000},
	}
	steps := func(a arch.Arch, name string) float64 {
		d, err := Call(a, name)
		if err != nil {
			t.Fatal(err)
		}
		return float64(len(prog.Trace(d).PCs))
	}
	uncached := 3*steps(arch.X86_64, "clone3") + steps(arch.X86, "ptrace") + 2*steps(arch.X86, "socketcall") + 4*steps(arch.X32, "read")
	all := uncached + 6*steps(arch.X86_64, "read") + 5*steps(arch.X86, "write")
	s := prog.Stats(ws)
	if s.WeightedPath != all/21 || s.WeightedUncached != uncached/10 {
		t.Errorf("%v and %v, want %v and %v", s.WeightedPath, s.WeightedUncached, all/21, uncached/10)
	}
	prog.own = arch.X32
	if s := prog.Stats(ws); s.WeightedPath == all/21 {
		t.Errorf("%v: X32's weights are those of the first ABI", s)
	}
	prog.own = 0
	if s := prog.Stats(Weights{{Syscall: "read", Calls: 1}}); s.WeightedPath != steps(arch.X86_64, "read") || s.WeightedUncached != 0 { // nothing is left uncached
		t.Errorf("%v", s)
	}
}
