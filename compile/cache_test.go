package compile_test

import (
	"slices"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
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

// TestKernelCache checks that the kernel recognises the calls that are always
// allowed, and that what it takes for such a call is one.
func TestKernelCache(t *testing.T) {
	allowed := 0
	for _, g := range groups() {
		for _, e := range corpus() {
			if len(e.profile.Rules) > 100 && !isLong(g) {
				continue
			}
			p, target := e.profile.On(g...), compile.Target{Arch: g[0]}
			prog, err := compile.Compile(p, compile.Options{Target: target, SkipProof: true})
			if err != nil {
				t.Fatal(err)
			}
			raw := prog.Raw()
			for _, a := range g {
				for nr := a.Base(); nr <= a.Base()+600; nr++ {
					cached := isConstAllow(raw, nr, a.Audit())
					if alwaysAllowed(p, a, nr) {
						allowed++
						if !cached {
							t.Fatalf("%s: %v %d is always allowed, but not to the kernel\n%v", e.name, a, nr,
								prog.Trace(compile.Data{Nr: int32(nr), Arch: a.Audit()}))
						}
					}
					if !cached {
						continue
					}
					for _, v := range []uint64{0, 1, 1 << 33, ^uint64(0)} {
						d := compile.Data{Nr: int32(nr), Arch: a.Audit(), Args: [6]uint64{v, v, v, v, v, v}}
						if got := prog.Run(d); got != profile.Allow() {
							t.Fatalf("%s: cached, but %v: %v", e.name, d, got)
						}
					}
				}
			}
		}
	}
	if allowed == 0 {
		t.Error("no call of the corpus is always allowed")
	}
	t.Logf("%d calls are always allowed", allowed)
}
