package compile_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/compile/compiletest"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// callStats returns the figures of calls by ABI and number.
func callStats(s compile.Stats) map[compile.Data]compile.CallStats {
	m := make(map[compile.Data]compile.CallStats)
	for _, c := range s.Calls {
		m[compile.Data{Nr: int32(c.Nr), Audit: c.Arch.Audit()}] = c
	}
	return m
}

// Every call takes a path that is within its bounds. In the programs of this
// package both bounds are met, as far as the boundaries of the profile go.
func TestStatsBounds(t *testing.T) {
	met, calls := 0, 0
	for _, g := range triedGroups() {
		for _, e := range entriesOn(g) {
			m, n := pathBounds(t, e.profile.On(g...), compile.Target{Arch: g[0]})
			met, calls = met+m, calls+n
		}
	}
	t.Logf("%d of %d calls met both bounds", met, calls)
	if met < calls*9/10 {
		t.Errorf("%d of %d calls met both bounds", met, calls)
	}
}

// pathBounds traces the boundaries of a profile, and returns how many calls with a
// name met both of their bounds, and how many there are.
func pathBounds(t *testing.T, p profile.Profile, target compile.Target) (met, calls int) {
	prog, err := compile.Compile(p, compile.Options{Target: target, SkipProof: true})
	if err != nil {
		t.Fatal(err)
	}
	stats := callStats(prog.Stats(nil))
	seen := make(map[compile.Data][2]int)
	for d := range compiletest.Boundaries(p, target) {
		key := compile.Data{Nr: d.Nr, Audit: d.Audit}
		c, ok := stats[key]
		if !ok {
			continue // a number without a name
		}
		n := len(prog.Trace(d).PCs)
		if n < c.Shortest || n > c.Longest {
			t.Fatalf("%+v\n%v", c, prog.Trace(d))
		}
		b, ok := seen[key]
		if !ok {
			b = [2]int{n, n}
		}
		seen[key] = [2]int{min(b[0], n), max(b[1], n)}
	}
	for key, b := range seen {
		if c := stats[key]; b == [2]int{c.Shortest, c.Longest} {
			met++
		}
	}
	return met, len(seen)
}

// For programs from elsewhere the bounds hold as well, whatever they compute.
func TestStatsBoundsElsewhere(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 1))
	for range trials(300, 3000) {
		prog := randomProgram(t, rnd)
		s := prog.Stats(nil)
		for range 20 {
			c := s.Calls[rnd.IntN(len(s.Calls))]
			d := compile.Data{Nr: int32(c.Nr), Audit: c.Arch.Audit(), InstructionPointer: uint64(randomWord(rnd))}
			for i := range d.Args {
				d.Args[i] = uint64(randomWord(rnd))<<32 | uint64(randomWord(rnd))
			}
			n := len(prog.Trace(d).PCs)
			if n < c.Shortest || n > c.Longest || c.Longest > s.LongestPath {
				t.Fatalf("%+v of %+v\n%v\n%v", c, s, prog.Trace(d), prog)
			}
		}
	}
}

// Means, sums and counts are what a program that runs everything finds. Its
// rules have no conditions, so that every call has one path.
func TestStatsByForce(t *testing.T) {
	p := profile.New(eperm).On(arch.X86_64, arch.X86, arch.X32).
		Allow("read", "write", "close", "futex", "mmap", "exit_group").
		Deny(errno.ENOSYS, "clone3", "openat2").
		Do(profile.Log(), "ptrace", "socketcall")
	prog := mustCompile(t, p, compile.Target{})
	s := prog.Stats(nil)
	sum, n := 0, 0
	for i, a := range p.Arches {
		calls, steps, cached := everyCall(prog, a)
		if got := s.Calls[n : n+len(calls)]; !slices.Equal(got, calls) {
			t.Fatalf("%+v, want %+v", got, calls)
		}
		n, sum = n+len(calls), sum+steps
		longest := slices.MaxFunc(calls, func(a, b compile.CallStats) int { return a.Longest - b.Longest }).Longest
		abi := compile.ABIStats{Arch: a, Calls: len(calls), MeanPath: float64(steps) / float64(len(calls)), LongestPath: longest, Cached: cached}
		if s.PerABI[i] != abi {
			t.Errorf("%+v, want %+v", s.PerABI[i], abi)
		}
		if want := map[arch.Arch]int{arch.X86_64: 6, arch.X86: 6}[a]; cached != want {
			t.Errorf("%v: %d cached, want %d", a, cached, want)
		}
	}
	if n != len(s.Calls) || len(s.PerABI) != len(p.Arches) || s.MeanPath != float64(sum)/float64(n) {
		t.Errorf("%v, %d calls, mean %v", s, n, float64(sum)/float64(n))
	}
	if s.LongestPath < s.PerABI[0].LongestPath || s.WeightedPath != 0 || s.WeightedUncached != 0 {
		t.Errorf("%+v", s)
	}
}

// everyCall runs all calls of an ABI, and returns their figures, the sum of the
// instructions that ran, and how many calls are cacheable.
func everyCall(prog *compile.Program, a arch.Arch) (calls []compile.CallStats, sum, cached int) {
	for nr, name := range syscalls.All(a) {
		steps := len(prog.Trace(compile.Data{Nr: int32(nr), Audit: a.Audit()}).PCs)
		c := compile.CallStats{Arch: a, Nr: nr, Name: name, Shortest: steps, Longest: steps, Cacheable: a != arch.X32 && prog.Cacheable(a, nr)}
		calls = append(calls, c)
		if sum += steps; c.Cacheable {
			cached++
		}
	}
	return calls, sum, cached
}

// Where there is no cache, nothing is cached, and nothing whose number is out of
// its range.
func TestStatsCached(t *testing.T) {
	for _, a := range arch.All() {
		prog, err := compile.Compile(profile.New(profile.Allow()).On(a), compile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := prog.Stats(nil)
		want := s.PerABI[0].Calls
		if a == arch.X32 || strings.HasPrefix(a.String(), "mips") {
			want = 0
		}
		for _, c := range s.Calls {
			if c.Nr >= 0xf0000 && a == arch.ARM {
				want--
			}
		}
		if s.PerABI[0].Cached != want {
			t.Errorf("%v: %d of %d calls are cached, want %d", a, s.PerABI[0].Cached, s.PerABI[0].Calls, want)
		}
	}
}

// A division by X ends the program where X is 0.
func TestStatsDivision(t *testing.T) {
	prog, err := compile.FromRaw([]bpf.RawInstruction{
		cbpf.Load(cbpf.OffArgs), {Op: cbpf.Tax}, {Op: cbpf.DivX}, cbpf.JA(0), cbpf.Ret(0x7fff0000),
	}, arch.X86_64)
	if err != nil {
		t.Fatal(err)
	}
	c := prog.Stats(nil).Calls[0]
	if c.Shortest != 3 || c.Longest != 5 || c.Cacheable {
		t.Errorf("%+v", c)
	}
}

// What comes from the number and constants alone is computed.
func TestStatsCompute(t *testing.T) {
	prog, err := compile.FromRaw([]bpf.RawInstruction{
		{Op: cbpf.LdLen}, {Op: cbpf.SubK, K: 63}, {Op: cbpf.Neg}, {Op: cbpf.XorK, K: ^uint32(0)}, // 0
		cbpf.Jump(cbpf.JeqK, 0, 0, 1), cbpf.JA(1), cbpf.Load(cbpf.OffArgs),
		cbpf.Load(cbpf.OffNr), {Op: cbpf.LshK, K: 1}, cbpf.Jump(cbpf.JgtK, 1, 1, 0), // read is 0
		cbpf.Ret(0x7fff0000), cbpf.JA(0), cbpf.Ret(0),
	}, arch.X86_64)
	if err != nil {
		t.Fatal(err)
	}
	s := prog.Stats(nil)
	if c := s.Calls[0]; c.Shortest != 10 || c.Longest != 10 {
		t.Errorf("%+v", c)
	}
	if c := s.Calls[1]; c.Shortest != 11 || c.Longest != 11 {
		t.Errorf("%+v", c)
	}
	if s.LongestPath != 11 {
		t.Errorf("%+v", s)
	}
}

func TestStatsTexts(t *testing.T) {
	if got, want := (compile.Stats{}).String(), "0 instructions, longest path 0, mean 0.0, 0 ABIs"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := (compile.Stats{}).Table(), "0 instructions, longest path 0, mean 0.0, 0 ABIs\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	s := compile.Stats{Instructions: 67, LongestPath: 15, MeanPath: 9.25, WeightedPath: 4.04, WeightedUncached: 8,
		PerABI: []compile.ABIStats{
			{Arch: arch.X86_64, Calls: 385, MeanPath: 9.96, LongestPath: 15, Cached: 33},
			{Arch: arch.X86, Calls: 461, MeanPath: 2, LongestPath: 2},
		}}
	const want = `67 instructions, longest path 15, mean 9.2, weighted 4.0, 2 ABIs
x86_64  385 calls, longest path 15, mean 10.0, 33 answered from the kernel's cache
x86     461 calls, longest path 2, mean 2.0, 0 answered from the kernel's cache
`
	if got := s.Table(); got != want {
		t.Errorf("%s", got)
	}
	if got := fmt.Sprint(s); got+"\n" != want[:strings.Index(want, "\n")+1] {
		t.Errorf("%q", got)
	}
}

// Stats of anything that is a program can be had.
func TestStatsFromRaw(t *testing.T) {
	for _, a := range arch.All() {
		prog, err := compile.FromRaw([]bpf.RawInstruction{cbpf.Ret(0)}, a)
		if err != nil {
			t.Fatal(err)
		}
		s := prog.Stats(nil)
		if s.Instructions != 1 || s.LongestPath != 1 || s.MeanPath != 1 || len(s.PerABI) != 1 || s.Rules != nil || s.PerABI[0].Cached != 0 || len(s.Calls) != s.PerABI[0].Calls {
			t.Errorf("%v: %v", a, s)
		}
	}
	long := make([]bpf.RawInstruction, cbpf.MaxInsns)
	for i := range long {
		long[i] = cbpf.Load(cbpf.OffArgs)
	}
	long[len(long)-1] = cbpf.Ret(0)
	prog, err := compile.FromRaw(long, arch.X86)
	if err != nil {
		t.Fatal(err)
	}
	if s := prog.Stats(nil); s.LongestPath != cbpf.MaxInsns || math.Abs(s.MeanPath-cbpf.MaxInsns) > 1e-9 {
		t.Errorf("%v", s)
	}
}

// FuzzStats takes any bytes for a program and a call, and holds the figures
// against what the call does and against a second reading of the kernel's test.
func FuzzStats(f *testing.F) {
	rnd := rand.New(rand.NewPCG(2, 6))
	for range 20 {
		prog := randomProgram(f, rnd)
		bin, err := prog.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(bin, byte(prog.Arches()[0]), uint16(rnd.IntN(400)), rnd.Uint64())
	}
	f.Fuzz(func(t *testing.T, bin []byte, a byte, call uint16, arg uint64) {
		prog, err := compile.Decode(bin, arch.Arch(a))
		if err != nil {
			return
		}
		s := prog.Stats(nil)
		c := s.Calls[int(call)%len(s.Calls)]
		d := compile.Data{Nr: int32(c.Nr), Audit: c.Arch.Audit(), InstructionPointer: arg, Args: [6]uint64{arg, ^arg, arg << 32, arg >> 32, 0, 1}}
		if n := len(prog.Trace(d).PCs); n < c.Shortest || n > c.Longest || c.Longest > s.LongestPath {
			t.Errorf("%+v of %v\n%v\n%v", c, s, prog.Trace(d), prog)
		}
		if got, want := prog.Cacheable(c.Arch, c.Nr), isConstAllow(prog.Raw(), c.Nr, d.Audit); got != want {
			t.Errorf("%+v: cacheable %v, want %v\n%v", c, got, want, prog)
		}
		_ = s.Table()
	})
}
