package compile_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/compile/compiletest"
	"github.com/portcullis-go/portcullis/profile"
)

// oracles are three readings of one profile: the evaluator, the program in this
// package's simulator, and the program in the virtual machine of x/net. The
// compiler's own proof is left out, so that the oracles stand alone.
type oracles struct {
	profile profile.Profile
	target  compile.Target
	prog    *compile.Program
	vm      *bpf.VM
	order   binary.ByteOrder
	failed  int
}

// compared counts the calls on which the oracles were asked.
var compared atomic.Int64

func newOracles(t testing.TB, p profile.Profile, target compile.Target) *oracles {
	t.Helper()
	return oraclesOf(t, p, compile.Options{Target: target})
}

func oraclesOf(t testing.TB, p profile.Profile, opts compile.Options) *oracles {
	t.Helper()
	opts.SkipProof = true
	prog, err := compile.Compile(p, opts)
	if err != nil {
		t.Fatalf("%v\n%s", err, describe(p))
	}
	ins, ok := bpf.Disassemble(prog.Raw())
	if !ok {
		t.Fatalf("x/net can't read the program\n%v", prog)
	}
	vm, err := bpf.NewVM(ins)
	if err != nil {
		t.Fatalf("x/net refuses the program: %v\n%v", err, prog)
	}
	return &oracles{p, opts.Target, prog, vm, prog.Arches()[0].ByteOrder(), 0}
}

// agree asks the oracles about one call.
func (o *oracles) agree(t testing.TB, d compile.Data) {
	if o.failed > 5 {
		return
	}
	compared.Add(1)
	want, err := compile.Evaluate(o.profile, o.target, d)
	if err != nil {
		o.failed++
		t.Errorf("%v: Compile took what Evaluate refuses: %v\n%s", d, err, describe(o.profile))
		return
	}
	if got := o.prog.Run(d); got != want.Action {
		o.failed++
		t.Errorf("the program says %v, the evaluator %v (rule %d) %#v\n%v%s", got, want.Action, want.Rule, d, o.prog.Trace(d), describe(o.profile))
	}
	ret, err := o.vm.Run(o.bytes(d))
	if got := profile.ActionOf(uint32(ret)); err != nil || got != want.Action {
		o.failed++
		t.Errorf("x/net's machine says %v (%v), the evaluator %v (rule %d) %#v\n%v%s", got, err, want.Action, want.Rule, d, o.prog.Trace(d), describe(o.profile))
	}
}

// bytes lays out seccomp_data for x/net's machine, which loads words from big to
// little, so that each word has the value that the target's kernel loads.
func (o *oracles) bytes(d compile.Data) []byte {
	be := binary.BigEndian
	b := be.AppendUint32(nil, uint32(d.Nr))
	b = be.AppendUint32(b, d.Audit)
	for _, v := range append([]uint64{d.InstructionPointer}, d.Args[:]...) {
		if o.order != binary.ByteOrder(be) {
			v = v<<32 | v>>32 // the low word stands first
		}
		b = be.AppendUint64(b, v)
	}
	return b
}

// boundaries asks about all of compiletest.Boundaries, and on ABIs of 32 bits
// about the same with garbage in the upper halves too: the kernel never shows a
// filter that, but the evaluator and the program should agree on it.
func (o *oracles) boundaries(t testing.TB) {
	for d := range compiletest.Boundaries(o.profile, o.target) {
		o.agree(t, d)
		if a, ok := arch.ByAudit(d.Audit, uint32(d.Nr)); ok && a.RegisterBits() == 32 && d.Args != [6]uint64{} {
			for i := range d.Args {
				d.Args[i] |= 0xdeadbeef << 32
			}
			d.InstructionPointer |= 1 << 32
			o.agree(t, d)
		}
	}
}

// sweep asks about the numbers that every profile should be asked about: 0 to
// 600 of each ABI, and the seams at 2³⁰ and 2³¹ and -1.
func (o *oracles) sweep(t testing.TB) {
	args := [6]uint64{1, 2, 1<<32 | 3, 0xffffffff, ^uint64(0), 1 << 63}
	for _, a := range o.prog.Arches() {
		for nr := range uint32(601) {
			for _, base := range slices.Compact([]uint32{0, a.Base()}) {
				o.agree(t, compile.Data{Nr: int32(base + nr), Audit: a.Audit(), Args: args})
			}
		}
		for _, seam := range []uint32{0, 1 << 30, 1 << 31} {
			for i := range uint32(0x259) {
				for _, nr := range []uint32{seam + i, seam - 1 - i} {
					o.agree(t, compile.Data{Nr: int32(nr), Audit: a.Audit(), Args: args})
				}
			}
		}
	}
}

// describe shows a profile for an error message.
func describe(p profile.Profile) string {
	var b strings.Builder
	fmt.Fprintf(&b, "default %v, foreign %v, %v\n", p.Default, p.BadArch, p.Arches)
	for i, r := range p.Rules[:min(len(p.Rules), 30)] {
		fmt.Fprintf(&b, "%d: %v %v %x on %v direct=%v", i, r.Action, r.Syscalls, r.Numbers, r.Arches, r.Direct)
		if r.If != nil {
			fmt.Fprintf(&b, " if %v", r.If)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestOracles compares the three readings of each profile of the corpus on the groups
// of ABIs that are tried.
func TestOracles(t *testing.T) {
	before := compared.Load()
	t.Run("all", func(t *testing.T) {
		for _, g := range triedGroups() {
			t.Run(groupName(g), func(t *testing.T) {
				t.Parallel()
				for _, e := range entriesOn(g) {
					o := newOracles(t, e.profile.On(g...), compile.Target{Arch: g[0]})
					o.sweep(t)
					o.boundaries(t)
					if t.Failed() {
						t.Fatalf("profile %s", e.name)
					}
				}
			})
		}
	})
	t.Logf("%d calls compared", compared.Load()-before)
}

// TestOraclesRandom does the same with random profiles.
func TestOraclesRandom(t *testing.T) {
	gs := groups()
	before := compared.Load()
	var refused atomic.Int64
	n := trials(60, 500)
	t.Run("all", func(t *testing.T) {
		for seed := range uint64(n) {
			g := gs[seed%uint64(len(gs))]
			t.Run(fmt.Sprintf("%d/%s", seed, groupName(g)), func(t *testing.T) {
				t.Parallel()
				p := randomProfile(seeded(seed)).On(g...)
				target := compile.Target{Arch: g[0]}
				if _, err := compile.Compile(p, compile.Options{Target: target}); err != nil {
					refused.Add(1)
					wantKnownError(t, err)
					return
				}
				newOracles(t, p, target).boundaries(t)
			})
		}
	})
	t.Logf("%d calls compared, %d of %d profiles refused", compared.Load()-before, refused.Load(), n)
	if refused.Load() > int64(n)/3 {
		t.Errorf("%d of %d profiles refused: the generator is of little use", refused.Load(), n)
	}
}

// wantKnownError fails for an error that Compile doesn't document.
func wantKnownError(t testing.TB, err error) {
	t.Helper()
	var (
		rule     *profile.RuleError
		badArch  *compile.ArchError
		tooLong  *compile.TooLongError
		internal *compile.InternalError
	)
	if errors.As(err, &internal) {
		t.Errorf("internal error: %v", err)
	}
	if !errors.As(err, &rule) && !errors.As(err, &badArch) && !errors.As(err, &tooLong) {
		t.Errorf("an error of no documented type: %T %v", err, err)
	}
}

// TestOraclesOptions is TestOraclesRandom with random options, and holds the
// program against the usual one and the kernel's cache, too.
func TestOraclesOptions(t *testing.T) {
	gs := groups()
	before := compared.Load()
	var refused atomic.Int64
	n := trials(60, 300)
	t.Run("all", func(t *testing.T) {
		for seed := range uint64(n) {
			g := gs[seed%uint64(len(gs))]
			t.Run(fmt.Sprintf("%d/%s", seed, groupName(g)), func(t *testing.T) {
				t.Parallel()
				d := seeded(seed + 1<<20)
				o, p := randomOptions(d, g), randomProfile(d).On(g...)
				usual, err := compile.Compile(p, compile.Options{Target: o.Target})
				if err != nil {
					refused.Add(1)
					wantKnownError(t, err)
					return
				}
				x := oraclesOf(t, p, o)
				x.boundaries(t)
				newCacheCase(entry{fmt.Sprint(seed), p}, g).check(t, o)
				if d, err := compile.Equal(usual, x.prog); d != nil || err != nil {
					t.Errorf("%+v: %v, %v", o, d, err)
				}
			})
		}
	})
	t.Logf("%d calls compared, %d of %d profiles refused", compared.Load()-before, refused.Load(), n)
	if refused.Load() > int64(n)/3 {
		t.Errorf("%d of %d profiles refused: the generator is of little use", refused.Load(), n)
	}
}
