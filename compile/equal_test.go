package compile_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
)

// raw returns a program made by hand.
func raw(t testing.TB, a arch.Arch, prog ...bpf.RawInstruction) *compile.Program {
	t.Helper()
	p, err := compile.FromRaw(prog, a)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// randomTree returns a random decision over numbers and arguments, as others
// might write it, nested so deep.
func randomTree(d dice, depth int) []bpf.RawInstruction {
	if depth == 0 || d(5) == 0 {
		return []bpf.RawInstruction{cbpf.Ret(pick[uint32](d, 0x7fff0000, 0x7fff0001, 0x00050001, 0x00050026, 0x0005ffff, 0,
			0x80000000, 0x00030000|uint32(d(3)), 0x7ff00000|uint32(d(3)), 0x7fc00000, 0x7ffc0000, 0x12340000, 0x7ffe0005))}
	}
	yes, no := randomTree(d, depth-1), randomTree(d, depth-1)
	if len(yes) > 250 {
		yes = yes[len(yes)-1:]
	}
	k := uint32(randomValue(d))
	if d(3) == 0 { // of the number
		return tested(cbpf.Load(cbpf.OffNr), cbpf.Jump(pick(d, cbpf.JeqK, cbpf.JgtK, cbpf.JgeK), pick(d, uint32(d(256)), k), 0, 0), yes, no)
	}
	load := cbpf.Load(pick[uint32](d, 16, 20, 16, 20, 24, 28, 8, 12, 56, 60))
	code := cbpf.Jump(pick(d, cbpf.JeqK, cbpf.JgtK, cbpf.JgeK, cbpf.JsetK), k, 0, 0)
	if d(3) == 0 {
		return append([]bpf.RawInstruction{load}, tested(cbpf.And(uint32(randomValue(d))), code, yes, no)...)
	}
	return tested(load, code, yes, no)
}

func tested(before, test bpf.RawInstruction, yes, no []bpf.RawInstruction) []bpf.RawInstruction {
	test.Jf = uint8(len(yes))
	return append(append([]bpf.RawInstruction{before, test}, yes...), no...)
}

// randomForeign returns a program with a random decision for each of some ABIs.
func randomForeign(t testing.TB, d dice) *compile.Program {
	arches := pick(d, []arch.Arch{arch.X86_64}, []arch.Arch{arch.X86_64, arch.X86}, []arch.Arch{arch.S390X, arch.S390}, []arch.Arch{arch.MIPSEL64, arch.MIPSEL, arch.MIPSEL64N32})
	var prog []bpf.RawInstruction
	for _, a := range arches {
		body := randomTree(d, 2+d(3))
		if len(body) < 256 {
			prog = append(prog, cbpf.Load(cbpf.OffArch), cbpf.Jump(cbpf.JeqK, a.Audit(), 0, uint8(len(body))))
			prog = append(prog, body...)
		}
	}
	return raw(t, arches[0], append(prog, cbpf.Ret(pick[uint32](d, 0, 0x80000000, 0x7fff0000)))...)
}

// near returns calls near the constants of programs.
func near(d dice, n int, progs ...*compile.Program) []compile.Data {
	var ks []uint32
	var audits []uint32
	for _, p := range progs {
		for _, a := range p.Arches() {
			audits = append(audits, a.Audit())
		}
		for _, ins := range p.Raw() {
			ks = append(ks, ins.K)
		}
	}
	audits = append(audits, arch.X86.Audit(), arch.S390.Audit(), arch.MIPSEL.Audit(), 1)
	value := func() uint32 {
		k := ks[d(min(len(ks), 256))]
		return pick(d, 0, k, k, k+1, k-1, k^1<<d(32))
	}
	calls := make([]compile.Data, n)
	for i := range calls {
		c := compile.Data{Nr: int32(value()), Audit: audits[d(len(audits))]}
		wide := c.Audit == arch.X86_64.Audit() || c.Audit>>31 == 1
		for j := range c.Args {
			c.Args[j] = uint64(value())
			if wide {
				c.Args[j] |= uint64(value()) << 32
			}
		}
		if c.InstructionPointer = uint64(value()); wide {
			c.InstructionPointer |= uint64(value()) << 32
		}
		calls[i] = c
	}
	return calls
}

// relation is what is said of two programs.
type relation struct {
	a, b       *compile.Program
	differ     *compile.Counterexample // of Equal
	lax, laxer *compile.Counterexample // of AtLeastAsStrict(a, b) and (b, a)
}

// relate compares two programs; false is that it is too complex.
func relate(t *testing.T, a, b *compile.Program) (r relation, ok bool) {
	t.Helper()
	r.a, r.b = a, b
	var errs [3]error
	if r.differ, errs[0] = compile.Equal(a, b); errors.Is(errs[0], compile.ErrTooComplex) {
		return r, false
	}
	r.lax, errs[1] = compile.AtLeastAsStrict(a, b)
	r.laxer, errs[2] = compile.AtLeastAsStrict(b, a)
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatalf("%v\n%v\n%v", err, a, b)
	}
	return r, true
}

// shown reports whether a counterexample, if there is one, is real.
func shown(c *compile.Counterexample, a, b *compile.Program) bool {
	return c == nil || a.Run(c.Data) == c.A && b.Run(c.Data) == c.B && c.A != c.B && !strings.Contains(c.String(), "\n")
}

// laxerThan reports whether a counterexample, if there is one, is of a laxer A.
func laxerThan(c *compile.Counterexample) bool { return c == nil || c.A.Kind() > c.B.Kind() }

// check compares what is said with some calls.
func (r relation) check(t *testing.T, calls []compile.Data) {
	t.Helper()
	if !shown(r.differ, r.a, r.b) || !shown(r.lax, r.a, r.b) || !shown(r.laxer, r.b, r.a) || !laxerThan(r.lax) || !laxerThan(r.laxer) {
		t.Fatalf("counterexamples %v, %v, %v\n%v\n%v", r.differ, r.lax, r.laxer, r.a, r.b)
	}
	if r.differ == nil && (r.lax != nil || r.laxer != nil) {
		t.Fatalf("equal, but one is laxer: %v, %v", r.lax, r.laxer)
	}
	for _, c := range calls {
		x, y := r.a.Run(c), r.b.Run(c)
		if r.differ == nil && x != y || r.lax == nil && x.Kind() > y.Kind() || r.laxer == nil && y.Kind() > x.Kind() {
			t.Fatalf("on %v %v and %v, although %v, %v, %v\n%v\n%v", c, x, y, r.differ, r.lax, r.laxer, r.a, r.b)
		}
	}
}

// foreignPair returns two programs that others might have written, often with a
// small difference, or none; false is that they are for different byte orders.
func foreignPair(t *testing.T, seed uint64, d dice) (a, b *compile.Program, ok bool) {
	a, b = randomForeign(t, d), randomForeign(t, d)
	if d(3) == 0 {
		b = raw(t, a.Arches()[0], a.Raw()...)
		if ms := mutants(a.Raw()); d(4) > 0 {
			b = raw(t, a.Arches()[0], ms[int(seed)%len(ms)].prog...)
		}
	}
	return a, b, a.Arches()[0].ByteOrder() == b.Arches()[0].ByteOrder()
}

// TestForeignPairs relates programs that others might have written: what is said
// of them is true on single calls, and every counterexample is one.
func TestForeignPairs(t *testing.T) {
	equal, stricter, n := 0, 0, trials(150, 1500)
	for seed := range uint64(n) {
		d := seeded(seed)
		a, b, ok := foreignPair(t, seed, d)
		if !ok {
			continue
		}
		r, ok := relate(t, a, b)
		if !ok {
			continue
		}
		r.check(t, near(d, 200, a, b))
		if r.differ == nil {
			equal++
		}
		if r.lax == nil && r.laxer != nil {
			stricter++
		}
	}
	t.Logf("%d equal, %d stricter", equal, stricter)
	if equal < n/30 || stricter < n/30 {
		t.Error("too few")
	}
}

// AtLeastAsStrict is a partial order of what filters do, up to data.
func TestStricterIsOrder(t *testing.T) {
	progs := orderedPrograms(t)
	n := len(progs)
	below := make([][]bool, n)
	for i, a := range progs {
		below[i] = make([]bool, n)
		for j, b := range progs {
			w, err := compile.AtLeastAsStrict(a, b)
			if err != nil {
				t.Fatal(err)
			}
			below[i][j] = w == nil
			ki, kj := kindsOf(a), kindsOf(b)
			if want := ki[0] <= kj[0] && ki[1] <= kj[1] && ki[2] <= kj[2]; below[i][j] != want {
				t.Errorf("%v and %v: %v", ki, kj, below[i][j])
			}
		}
	}
	partialOrder(t, progs, below)
}

// partialOrder fails unless below is reflexive, antisymmetric up to data, and
// transitive.
func partialOrder(t *testing.T, progs []*compile.Program, below [][]bool) {
	for i := range progs {
		if !below[i][i] {
			t.Errorf("%d is laxer than itself", i)
		}
		for j := range progs {
			if below[i][j] && below[j][i] && kindsOf(progs[i]) != kindsOf(progs[j]) {
				t.Errorf("%d and %d are each at least as strict as the other", i, j)
			}
			for k := range progs {
				if below[i][j] && below[j][k] && !below[i][k] {
					t.Errorf("%d, %d and %d", i, j, k)
				}
			}
		}
	}
}

// orderedPrograms returns programs that decide three kinds of call differently.
func orderedPrograms(t *testing.T) (progs []*compile.Program) {
	for _, first := range []profile.Action{profile.KillProcess(), eperm, profile.Errno(errno.EACCES), profile.Allow()} {
		for _, second := range []profile.Action{profile.KillThread(), profile.Trace(1), profile.Log(), profile.Allow()} {
			p := profile.Profile{Default: profile.Log(), BadArch: eperm}.On(arch.X86_64).
				Do(first, "read").If(arg(0).Less(5)).Do(second, "read", "write")
			progs = append(progs, mustCompile(t, p, compile.Target{}))
		}
	}
	return progs
}

// kindsOf returns the verdicts on the three kinds of call.
func kindsOf(p *compile.Program) (ks [3]profile.Kind) {
	for i, d := range []compile.Data{{Nr: 0}, {Nr: 0, Args: [6]uint64{9}}, {Nr: 1}} {
		d.Audit = arch.X86_64.Audit()
		ks[i] = p.Run(d).Kind()
	}
	return ks
}

// What the kernel doesn't tell apart is equal: data that it ignores, and what
// only calls that can't be would show.
func TestEqualToKernel(t *testing.T) {
	ret := func(k uint32) *compile.Program { return raw(t, arch.X86, cbpf.Ret(k)) }
	upper := func(a arch.Arch) *compile.Program {
		return raw(t, a, cbpf.Load(cbpf.OffArch), cbpf.Jump(cbpf.JeqK, a.Audit(), 0, 3),
			cbpf.Load(20), cbpf.Jump(cbpf.JeqK, 0, 1, 0), cbpf.Ret(0x7fff0000), cbpf.Ret(0))
	}
	for _, c := range []struct {
		a, b  *compile.Program
		equal bool
	}{
		{ret(0x7fff0000), ret(0x7fffabcd), true},
		{ret(0x00050fff), ret(0x0005ffff), true},
		{ret(0x00051001), ret(0x00050fff), true},
		{ret(0x00050001), ret(0x00050002), false},
		{ret(0x80000000), ret(0x12345678), true}, // no action
		{ret(0), ret(0x80000000), false},
		{ret(0), ret(7), true},
		{ret(0x00030001), ret(0x00030002), false},
		{ret(0x7ff00001), ret(0x7ff00002), false},
		{upper(arch.X86), ret(0), true},
		{upper(arch.X86_64), raw(t, arch.X86_64, cbpf.Ret(0)), false},
	} {
		w, err := compile.Equal(c.a, c.b)
		if err != nil || (w == nil) != c.equal {
			t.Errorf("%v, %v\n%v\n%v", w, err, c.a, c.b)
		}
		if w != nil && c.a.Run(w.Data) == c.b.Run(w.Data) {
			t.Errorf("%v", w)
		}
		changes, err := compile.Diff(c.a, c.b)
		if err != nil || (len(changes) == 0) != c.equal {
			t.Errorf("%v, %v\n%v\n%v", changes, err, c.a, c.b)
		}
	}
}
