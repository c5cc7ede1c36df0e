package compile_test

import (
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/internal/longtest"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// isConstAllow is what the kernel does to find the calls for which it need not
// run a filter (kernel/seccomp.c, seccomp_is_const_allow): it follows the program
// knowing the number and the architecture alone, and gives up at anything else.
func isConstAllow(prog []bpf.RawInstruction, nr, audit uint32) bool {
	const (
		ldAbs = 0x20
		retK  = 0x06
		ja    = 0x05
		jeq   = 0x15
		jgt   = 0x25
		jge   = 0x35
		jset  = 0x45
		and   = 0x54
	)
	var reg uint32
	for pc := 0; pc < len(prog); pc++ {
		ins := prog[pc]
		var holds bool
		switch ins.Op {
		case ldAbs:
			switch ins.K {
			case 0:
				reg = nr
			case 4:
				reg = audit
			default:
				return false
			}
			continue
		case retK:
			return ins.K == 0x7fff0000
		case ja:
			pc += int(ins.K)
			continue
		case and:
			reg &= ins.K
			continue
		case jeq:
			holds = reg == ins.K
		case jge:
			holds = reg >= ins.K
		case jgt:
			holds = reg > ins.K
		case jset:
			holds = reg&ins.K != 0
		default:
			return false
		}
		if holds {
			pc += int(ins.Jt)
		} else {
			pc += int(ins.Jf)
		}
	}
	return false
}

// alwaysAllowed reports whether it is plain from the rules alone that a number
// is allowed, whatever its arguments.
func alwaysAllowed(p profile.Profile, a arch.Arch, nr uint32) bool {
	for _, via := range []string{"socketcall", "ipc"} {
		if n, ok := syscalls.Lookup(a, via); ok && n == nr {
			return false
		}
	}
	for _, r := range p.Rules {
		if len(r.Arches) > 0 && !slices.Contains(r.Arches, a) {
			continue
		}
		claimed := slices.ContainsFunc(r.Numbers, func(n profile.NumberRange) bool { return n.First <= nr && nr <= n.Last }) ||
			slices.ContainsFunc(r.Syscalls, func(name string) bool { n, ok := syscalls.Lookup(a, name); return ok && n == nr })
		switch {
		case claimed && r.If == nil:
			return r.Action == profile.Allow()
		case claimed && r.Action != profile.Allow():
			return false
		}
	}
	return p.Default == profile.Allow()
}

// cacheCase is a profile and ABIs, and what the kernel's cache should hold of them.
type cacheCase struct {
	name    string
	p       profile.Profile
	g       []arch.Arch
	allowed [][]uint32 // by ABI of g, the numbers that are always allowed
}

func newCacheCase(e entry, g []arch.Arch) *cacheCase {
	c := &cacheCase{e.name, e.profile.On(g...), g, make([][]uint32, len(g))}
	for i, a := range g {
		for nr := a.Base(); nr <= a.Base()+600; nr++ {
			if alwaysAllowed(c.p, a, nr) {
				c.allowed[i] = append(c.allowed[i], nr)
			}
		}
	}
	return c
}

// check checks that the kernel recognises the calls that are always allowed, and
// that what it takes for such a call is one. It returns how many those are.
func (c *cacheCase) check(t testing.TB, o compile.Options) (allowed int) {
	t.Helper()
	o.Target.Arch, o.SkipProof = c.g[0], true
	prog, err := compile.Compile(c.p, o)
	if isTooLong(err) && len(c.p.Rules) > 100 && o.LeftOut() != 0 {
		return 0
	}
	if err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	raw := prog.Raw()
	for i, a := range c.g {
		for nr := a.Base(); nr <= a.Base()+600; nr++ {
			cached := isConstAllow(raw, nr, a.Audit())
			if _, always := slices.BinarySearch(c.allowed[i], nr); always {
				if allowed++; !cached {
					t.Fatalf("%s without %v: %v %d is always allowed, but not to the kernel\n%v", c.name, o.LeftOut(), a, nr,
						prog.Trace(compile.Data{Nr: int32(nr), Audit: a.Audit()}))
				}
			} else if cached {
				c.wantAllowed(t, prog, a, nr)
			}
		}
	}
	return allowed
}

// wantAllowed tries some arguments of a call that the kernel would cache.
func (c *cacheCase) wantAllowed(t testing.TB, prog *compile.Program, a arch.Arch, nr uint32) {
	t.Helper()
	for _, v := range []uint64{0, 1, 1 << 33, ^uint64(0)} {
		d := compile.Data{Nr: int32(nr), Audit: a.Audit(), Args: [6]uint64{v, v, v, v, v, v}}
		if got := prog.Run(d); got != profile.Allow() {
			t.Fatalf("%s: cached, but %v: %v", c.name, d, got)
		}
	}
}

// The kernel's cache holds each call that is always allowed, however a profile is
// compiled: with each pass left out, all of them or some, with weights, and
// exhaustively.
func TestKernelCache(t *testing.T) {
	var programs, allowed atomic.Int64
	sample(t, 2, func(t *testing.T, g []arch.Arch, rnd *rand.Rand) {
		for i, e := range entriesOn(g) {
			c := newCacheCase(e, g)
			os := append(optionsFor(rnd, i, g), compile.Options{})
			if len(c.p.Rules) < 100 || longtest.Enabled() {
				os = append(os, compile.Options{Effort: compile.Exhaustive()})
			}
			for _, o := range os {
				allowed.Add(int64(c.check(t, o)))
				programs.Add(1)
			}
		}
	})
	if allowed.Load() == 0 {
		t.Error("no call of the corpus is always allowed")
	}
	t.Logf("%d programs, in which %d calls are always allowed", programs.Load(), allowed.Load())
}

// No set of passes keeps calls out of the cache.
func TestKernelCacheSubsets(t *testing.T) {
	step := compile.Passes(trials(149, 1))
	var programs, allowed atomic.Int64
	t.Run("all", func(t *testing.T) {
		for _, g := range [][]arch.Arch{{arch.X86_64, arch.X86, arch.X32}, {arch.S390X}} {
			for _, name := range []string{"names", "families", "wide"} {
				t.Run(name+"/"+groupName(g), func(t *testing.T) {
					t.Parallel()
					c := newCacheCase(entry{name, corpusProfile(t, name)}, g)
					for set := compile.Passes(0); set <= compile.AllPasses; set += step {
						allowed.Add(int64(c.check(t, compile.Options{}.Without(set))))
						programs.Add(1)
					}
				})
			}
		}
	})
	if allowed.Load() == 0 {
		t.Error("no call is always allowed")
	}
	t.Logf("%d programs, in which %d calls are always allowed", programs.Load(), allowed.Load())
}
