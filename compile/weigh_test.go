package compile_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// listed returns a profile like those of containers: about share percent of an
// ABI's calls are allowed, a few of them by their first argument, and some that
// aren't have an error of their own. It also returns the names.
func listed(rnd *rand.Rand, a arch.Arch, share int) (p profile.Profile, names []string) {
	p = profile.New(eperm)
	for _, name := range syscalls.All(a) {
		names = append(names, name)
		switch {
		case rnd.IntN(100) < share && rnd.IntN(20) == 0:
			p = p.Allow(name).If(arg(0).Low32().In(1, 2, uint64(rnd.IntN(100))))
		case rnd.IntN(100) < share:
			p = p.Allow(name)
		case rnd.IntN(20) == 0:
			p = p.Deny(errno.ENOSYS, name)
		}
	}
	return p, names
}

// recorded returns weights like those of a recording: few calls are most of it.
func recorded(rnd *rand.Rand, names []string) compile.Weights {
	var w compile.Weights
	for i, k := range rnd.Perm(len(names))[:5+rnd.IntN(60)] {
		w = append(w, compile.Weight{Syscall: names[k], Calls: uint64(1e6/math.Pow(float64(i+1), 1.5)) + 1})
	}
	return w
}

// pathBy returns the mean path by weights, of all calls or only of those that the
// kernel doesn't answer from its cache.
func pathBy(prog *compile.Program, w compile.Weights, own arch.Arch, uncached bool) float64 {
	weight := make(map[string]uint64)
	for _, e := range w {
		if cmp.Or(e.Arch, own) == own {
			weight[e.Syscall] += e.Calls
		}
	}
	var sum, n float64
	for _, c := range prog.Stats(nil).Calls {
		if c.Arch == own && !(uncached && c.Cacheable) {
			sum += float64(weight[c.Name]) * float64(c.Longest)
			n += float64(weight[c.Name])
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// A call that makes up most of all calls has a shorter path than without its weight,
// or one as short.
func TestWeightsShorten(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 1))
	var n pathLengths
	for _, a := range []arch.Arch{arch.X86_64, arch.AArch64, arch.S390X, arch.MIPS64} {
		for _, g := range [][]arch.Arch{{a}, append([]arch.Arch{a}, a.Companions()...)} {
			for range trials(2, 6) {
				p, names := listed(rnd, a, 10+rnd.IntN(80))
				n.addHotCalls(t, p.On(g...), a, names, rnd)
			}
		}
	}
	t.Logf("%+v", n)
	if n.shorter*2 < n.calls {
		t.Error("weights are of little use")
	}
}

// pathLengths are sums of the lengths of paths, without a weight and with one.
type pathLengths struct{ calls, shorter, without, with int }

// addHotCalls adds the path of a call to a program that expects mostly this call, for
// some calls.
func (n *pathLengths) addHotCalls(t *testing.T, p profile.Profile, a arch.Arch, names []string, rnd *rand.Rand) {
	t.Helper()
	o := compile.Options{Target: compile.Target{Arch: a}, SkipProof: true}
	usual := compiled(t, p, o)
	for range 20 {
		name := names[rnd.IntN(len(names))]
		o.Weights = compile.Weights{{Syscall: name, Calls: 1000}}
		d, err := compile.Call(a, name)
		if err != nil {
			t.Fatal(err)
		}
		without, with := len(usual.Trace(d).PCs), len(compiled(t, p, o).Trace(d).PCs)
		if with > without {
			t.Errorf("%s on %v: %d instructions run with the weight, %d without", name, p.Arches, with, without)
		}
		n.calls++
		n.without += without
		n.with += with
		if with < without {
			n.shorter++
		}
	}
}

// TestWeightsPay compares programs made with weights and without by these weights: the
// mean path is shorter, and in no case much longer, whether or not the kernel has a
// cache. What is made exhaustively isn't much worse.
func TestWeightsPay(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 2))
	for _, kernel := range []syscalls.Release{{}, {Major: 6, Minor: 12}} {
		var weighted, exhaustive ratios
		for _, a := range []arch.Arch{arch.X86_64, arch.AArch64} {
			for i := range trials(4, 10) {
				p, names := listed(rnd, a, 10+rnd.IntN(80))
				o := compile.Options{Target: compile.Target{Arch: a, Kernel: kernel}, SkipProof: true}
				w := recorded(rnd, names)
				path := func() float64 { return pathBy(compiled(t, p, o), w, a, kernel.Major > 0) }
				without := path()
				if o.Weights = w; without == 0 {
					continue // all are answered from the cache
				}
				with := path()
				weighted.add(with, without)
				if i%3 == 0 { // others would take long
					o.Effort = compile.Exhaustive()
					exhaustive.add(path(), with)
				}
			}
		}
		t.Logf("kernel %v: the mean path with weights is %v of that without; made exhaustively %v of that", kernel, &weighted, &exhaustive)
		if weighted.n < trials(5, 15) || weighted.mean() > 0.85 || weighted.worst > 1.05 || exhaustive.mean() > 1.02 || exhaustive.worst > 1.1 {
			t.Error("weights are of little use")
		}
	}
}

// ratios are of one figure to another, of which less is better.
type ratios struct {
	n          int
	sum, worst float64
}

// add adds x/y.
func (r *ratios) add(x, y float64) {
	r.n++
	r.sum += x / y
	r.worst = max(r.worst, x/y)
}

func (r *ratios) mean() float64 { return r.sum / float64(r.n) }

func (r *ratios) String() string {
	return fmt.Sprintf("%.4f (at worst %.4f, of %d)", r.mean(), r.worst, r.n)
}

// From Linux 5.11 on, calls that the kernel answers from its cache weigh nothing:
// those that are always allowed, on ABIs that have a cache.
func TestWeightsCached(t *testing.T) {
	p := profile.New(eperm).On(arch.X86_64, arch.X32).
		Allow("read", "write", "futex", "mmap", "openat", "close", "epoll_wait").
		Allow("ioctl", "socket").If(arg(0).In(1, 2)).
		Deny(errno.ENOSYS, "clone3", "mount", "bpf")
	some := compile.Weights{{Syscall: "ioctl", Calls: 100}, {Syscall: "mount", Calls: 70}, {Syscall: "clone3", Calls: 3}}
	bin := func(kernel syscalls.Release, more ...compile.Weight) []byte {
		o := compile.Options{Target: compile.Target{Arch: arch.X86_64, Kernel: kernel}, Weights: append(some, more...)}
		b, _ := compiled(t, p, o).MarshalBinary()
		return b
	}
	for _, c := range []struct {
		kernel syscalls.Release
		weight compile.Weight
		counts bool
	}{
		{syscalls.Release{}, compile.Weight{Syscall: "futex", Calls: 5000}, true},
		{syscalls.Release{Major: 4, Minor: 20}, compile.Weight{Syscall: "futex", Calls: 5000}, true},
		{syscalls.Release{Major: 5, Minor: 10}, compile.Weight{Syscall: "futex", Calls: 5000}, true},
		{syscalls.Release{Major: 5, Minor: 11}, compile.Weight{Syscall: "futex", Calls: 5000}, false},
		{syscalls.Release{Major: 6, Minor: 12}, compile.Weight{Syscall: "futex", Calls: 5000}, false},
		{syscalls.Release{Major: 6, Minor: 12}, compile.Weight{Syscall: "read", Calls: 1 << 29}, false},
		{syscalls.Release{Major: 6, Minor: 12}, compile.Weight{Syscall: "socket", Calls: 5000}, true},                // by argument
		{syscalls.Release{Major: 6, Minor: 12}, compile.Weight{Syscall: "bpf", Calls: 5000}, true},                   // not allowed
		{syscalls.Release{Major: 6, Minor: 12}, compile.Weight{Arch: arch.X32, Syscall: "futex", Calls: 5000}, true}, // no cache
		{syscalls.Release{Major: 6, Minor: 12}, compile.Weight{Arch: arch.ARM, Syscall: "bpf", Calls: 5000}, false},  // not covered
	} {
		if counts := !bytes.Equal(bin(c.kernel), bin(c.kernel, c.weight)); counts != c.counts {
			t.Errorf("%v: whether %+v counts: %v, want %v", c.kernel, c.weight, counts, c.counts)
		}
	}
}

// Weights that no recording has are accepted, and the program decides the same.
func TestWeightsHostile(t *testing.T) {
	g := []arch.Arch{arch.X86_64, arch.X86, arch.X32}
	p, names := listed(rand.New(rand.NewPCG(9, 4)), arch.X86_64, 60)
	p = p.On(g...)
	many := func(calls func(i int) uint64) (w compile.Weights) {
		for i := range trials(800, 8000) {
			w = append(w, compile.Weight{Arch: g[i%3], Syscall: names[i*7%len(names)], Calls: calls(i)})
		}
		return w
	}
	hostile := map[string]compile.Weights{
		"nothing":    many(func(int) uint64 { return 0 }),
		"one":        {{Syscall: "read", Calls: math.MaxUint64}},
		"all":        many(func(int) uint64 { return math.MaxUint64 }),
		"some":       many(func(i int) uint64 { return uint64(i%9) * (math.MaxUint64 / 8) }),
		"powers":     many(func(i int) uint64 { return 1 << (i % 64) }),
		"few":        many(func(i int) uint64 { return uint64(i % 2) }),
		"empty":      {},
		"uncovered":  {{Arch: arch.S390X, Syscall: "read", Calls: math.MaxUint64}},
		"no number":  {{Syscall: "s390_pci_mmio_read", Calls: math.MaxUint64}},
		"no ABI":     {{Arch: 200, Syscall: "read", Calls: math.MaxUint64}},
		"duplicates": {{Syscall: "ioctl", Calls: math.MaxUint64}, {Syscall: "ioctl", Calls: math.MaxUint64}, {Arch: arch.X86_64, Syscall: "ioctl", Calls: 1}},
	}
	usual := compiled(t, p, compile.Options{})
	for name, w := range hostile {
		os := []compile.Options{{Weights: w}, {Weights: w, Target: compile.Target{Arch: arch.X86, Kernel: syscalls.Release{Major: 6}}}}
		if name == "all" || name == "powers" {
			os = append(os, compile.Options{Weights: w, Effort: compile.Exhaustive()})
		}
		for _, o := range os {
			checkWeighted(t, name, usual, p, o)
		}
	}
}

// checkWeighted checks the program that weights make of p in all respects.
func checkWeighted(t *testing.T, name string, usual *compile.Program, p profile.Profile, o compile.Options) {
	t.Helper()
	if err := compile.NewStageChecker(t).Compile(p, o); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	prog := compiled(t, p, o)
	if d, err := compile.Equal(usual, prog); d != nil || err != nil {
		t.Errorf("%s: %v, %v", name, d, err)
	}
	s := prog.Stats(o.Weights)
	if s.LongestPath > 64 || s.WeightedPath < 0 || s.WeightedPath > float64(s.LongestPath) {
		t.Errorf("%s: %v", name, s)
	}
	newCacheCase(entry{"weighted " + name, p}, p.Arches).check(t, o)
}
