package compile

import (
	"errors"
	"math"
	"math/bits"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Entries add up by number, those of the zero Arch are the own ABI's, and names
// that an ABI lacks go nowhere.
func TestWeightsByNumber(t *testing.T) {
	w := Weights{
		{Syscall: "write", Calls: 3},
		{Syscall: "read", Calls: 5},
		{Arch: arch.X86_64, Syscall: "read", Calls: 2},
		{Arch: arch.X86, Syscall: "socket", Calls: 7},
		{Arch: arch.X86, Syscall: "send", Calls: 11},      // through socketcall only
		{Arch: arch.X86, Syscall: "sendto", Calls: 1},     // this one has a number, too
		{Arch: arch.X86, Syscall: "arch_prctl", Calls: 0}, // weighs nothing
		{Syscall: "s390_pci_mmio_read", Calls: 9},
		{Arch: arch.X32, Syscall: "read", Calls: 1},
		{Arch: arch.ARM, Syscall: "cacheflush", Calls: 2},
	}
	for _, c := range []struct {
		a, own arch.Arch
		want   []Weight
	}{
		{arch.X86_64, arch.X86_64, []Weight{{Syscall: "read", Calls: 7}, {Syscall: "write", Calls: 3}}},
		{arch.X86_64, arch.X86, []Weight{{Syscall: "read", Calls: 2}}},
		{arch.X86, arch.X86_64, []Weight{{Syscall: "socketcall", Calls: 11}, {Syscall: "socket", Calls: 7}, {Syscall: "sendto", Calls: 1}}},
		{arch.X32, arch.X86_64, []Weight{{Syscall: "read", Calls: 1}}},
		{arch.ARM, arch.AArch64, []Weight{{Syscall: "cacheflush", Calls: 2}}},
		{arch.MIPS, arch.AArch64, nil},
	} {
		if got := named(w.byNumber(c.a, c.own), c.a); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v of %v: %v, want %v", c.a, c.own, got, c.want)
		}
	}
	if got := Weights(nil).byNumber(arch.X86, arch.X86); got != nil {
		t.Errorf("no weights: %v", got)
	}
}

// named reads what byNumber returns, as weights without ABI.
func named(l list, a arch.Arch) []Weight {
	var ws []Weight
	for _, e := range l {
		name, _ := syscalls.Name(a, uint32(e>>32))
		ws = append(ws, Weight{Syscall: name, Calls: uint64(uint32(e))})
	}
	return ws
}

// However large the weights are, what is left of them adds up to less than
// 1<<31, in proportion, and whatever was called weighs something.
func TestWeightsScale(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	names := []string{"read", "write", "close", "openat", "mmap", "futex"}
	for range 2000 {
		var w Weights
		var hi, lo uint64
		for range 1 + rnd.IntN(20) {
			e := Weight{Syscall: names[rnd.IntN(len(names))], Calls: rnd.Uint64() >> rnd.IntN(65)}
			var carry uint64
			lo, carry = bits.Add64(lo, e.Calls, 0)
			hi += carry
			w = append(w, e)
		}
		exact := make(map[string]float64)
		for _, e := range w {
			exact[e.Syscall] += float64(e.Calls)
		}
		total := float64(hi)*(1<<64) + float64(lo)
		got, sum := named(w.byNumber(arch.AArch64, arch.AArch64), arch.AArch64), uint64(0)
		for _, e := range got {
			sum += e.Calls
			want := exact[e.Syscall] * min(1, (1<<weightBits)/total)
			// Scaling is by a power of two, so that what is left is at least half; and
			// what doesn't fit 64 bits is less.
			if v := float64(e.Calls); v == 0 || v > want+1 || exact[e.Syscall] < math.MaxUint64 && v < want/2-1 {
				t.Fatalf("%v: %s weighs %d, want about %.1f", w, e.Syscall, e.Calls, want)
			}
			if total < 1<<weightBits && float64(e.Calls) != exact[e.Syscall] {
				t.Fatalf("%v: %s weighs %d without need", w, e.Syscall, e.Calls)
			}
			delete(exact, e.Syscall)
		}
		for name, v := range exact {
			if v != 0 {
				t.Fatalf("%v: %s weighs nothing", w, name)
			}
		}
		if sum >= 1<<31 {
			t.Fatalf("%v: the sum is %d", w, sum)
		}
	}
}

// The worst that can be: as many calls as there are numbers, each as heavy as
// can be, and several times.
func TestWeightsSum(t *testing.T) {
	var w Weights
	for _, a := range arch.All() {
		for _, name := range syscalls.All(a) {
			for range 3 {
				w = append(w, Weight{Arch: a, Syscall: name, Calls: math.MaxUint64})
			}
		}
	}
	for i := range w {
		if i%7 == 0 {
			w[i].Calls = 1
		}
	}
	sum := uint64(0)
	for _, a := range arch.All() {
		before := -1
		for _, e := range w.byNumber(a, 0) {
			if int(e>>32) <= before {
				t.Fatalf("%v: %d follows %d", a, e>>32, before)
			}
			before = int(e >> 32)
			sum += uint64(uint32(e))
		}
	}
	if sum >= 1<<31 {
		t.Errorf("the sum is %d", sum)
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
