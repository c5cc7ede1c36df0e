package compile_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/compile/compiletest"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
)

// pair is two filters for the same ABIs, with calls on which they may differ.
type pair struct {
	target compile.Target
	p, q   profile.Profile
	a, b   *compile.Program
}

// randomPair returns two random profiles that differ in little, or false if
// they don't compile.
func randomPair(seed uint64) (x pair, ok bool) {
	gs := groups()
	g := gs[seed%uint64(len(gs))]
	d := seeded(seed)
	x.target = compile.Target{Arch: g[0]}
	x.p = randomProfile(d).On(g...)
	x.q = x.p
	x.q.Rules = slices.Clone(x.p.Rules)
	other := randomProfile(d)
	switch i := d(len(x.q.Rules)); d(5) {
	case 0:
		x.q.Default = other.Default
	case 1:
		x.q.BadArch = other.BadArch
	case 2:
		x.q.Rules[i].Action = other.Rules[0].Action
	case 3:
		x.q.Rules = slices.Delete(x.q.Rules, i, i+1)
	case 4:
		x.q.Rules[i] = other.Rules[0]
	}
	var err1, err2 error
	x.a, err1 = compile.Compile(x.p, compile.Options{Target: x.target})
	x.b, err2 = compile.Compile(x.q, compile.Options{Target: x.target})
	return x, err1 == nil && err2 == nil
}

// calls returns the boundaries of both profiles.
func (x pair) calls() []compile.Data {
	var ds []compile.Data
	for _, p := range []profile.Profile{x.p, x.q} {
		n := 0
		for d := range compiletest.Boundaries(p, x.target) {
			if ds = append(ds, d); n > 10_000 {
				break
			}
			n++
		}
	}
	return ds
}

// stricter is the verdict of two filters of which x was installed last.
func stricter(x, y profile.Action) profile.Action {
	if y.Kind() < x.Kind() {
		return y
	}
	return x
}

// TestRandomPairs checks what Equal, Verify, Flatten, Restrict, Explain and Diff say
// about whole programs against what these do on single calls.
func TestRandomPairs(t *testing.T) {
	for seed := range uint64(trials(30, 300)) {
		x, ok := randomPair(seed)
		if !ok {
			continue
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			calls := x.calls()
			x.equal(t, calls)
			x.stacked(t, calls)
			x.explained(t)
			x.diff(t, calls)
			if t.Failed() {
				t.Logf("%v\n%v", describe(x.p), describe(x.q))
			}
		})
	}
}

// equal tests Equal, AtLeastAsStrict and Verify: a counterexample is real, and
// where there is said to be none, none is found.
func (x pair) equal(t *testing.T, calls []compile.Data) {
	diff, err := compile.Equal(x.a, x.b)
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := relate(t, x.a, x.b); ok {
		r.check(t, calls)
	}
	if err := compile.Verify(x.a, x.p, x.target); err != nil {
		t.Errorf("Verify: %v", err)
	}
	err = compile.Verify(x.b, x.p, x.target)
	if diff == nil {
		if err != nil {
			t.Errorf("Verify: %v, but Equal", err)
		}
		return
	}
	var wrong *compile.MismatchError
	if !errors.As(err, &wrong) {
		t.Fatalf("Verify: %v, but Equal: %v", err, diff)
	}
	if c := wrong.Counterexample; x.a.Run(c.Data) != c.A || x.b.Run(c.Data) != c.B || c.A == c.B {
		t.Errorf("Verify: %v, but %v and %v", err, x.a.Run(c.Data), x.b.Run(c.Data))
	}
}

// stacked tests Flatten and Restrict.
func (x pair) stacked(t *testing.T, calls []compile.Data) {
	flat, err := compile.Flatten(x.a, x.b)
	if err != nil {
		t.Fatalf("Flatten: %v; of %v and %v", err, x.a.Stats(nil), x.b.Stats(nil))
	}
	both, err := compile.Restrict(x.p, x.q, x.target)
	if err != nil {
		t.Fatalf("Restrict: %v", err)
	}
	restricted, err := compile.Compile(both, compile.Options{Target: x.target})
	if isTooLong(err) {
		return
	}
	if err != nil {
		t.Fatalf("Restrict: %v", err)
	}
	for _, d := range calls {
		a, b := x.a.Run(d), x.b.Run(d)
		if got, want := flat.Run(d), stricter(b, a); got != want {
			t.Fatalf("Flatten: on %v %v, want %v of %v and %v", d, got, want, a, b)
		}
		if got, want := restricted.Run(d), stricter(a, b); got != want {
			t.Fatalf("Restrict: on %v %v, want %v of %v and %v", d, got, want, a, b)
		}
	}
}

// isTooLong reports whether a short program has no short explanation: it happens
// where one argument is compared by order and under masks.
func isTooLong(err error) bool {
	var tooLong *compile.TooLongError
	return errors.As(err, &tooLong) || errors.Is(err, compile.ErrTooComplex)
}

// explained tests that Explain loses nothing.
func (x pair) explained(t *testing.T) {
	e, err := x.a.Explain()
	if err != nil {
		t.Fatalf("Explain: %v", err)
	}
	again, err := compile.Compile(e.Profile(), compile.Options{Target: x.target})
	if isTooLong(err) {
		return
	}
	if err != nil {
		t.Fatalf("%v\n%v", err, e)
	}
	if diff, err := compile.Equal(x.a, again); diff != nil || err != nil {
		t.Errorf("Explain: %v, %v\n%v", diff, err, e)
	}
}

// diff tests that each change is one, and that there is no other.
func (x pair) diff(t *testing.T, calls []compile.Data) {
	changes, err := compile.Diff(x.a, x.b)
	if err != nil {
		t.Fatal(err)
	}
	index := x.indexOf(t, changes)
	for _, d := range calls {
		want := [2]profile.Action{x.a.Run(d), x.b.Run(d)}
		got := [2]profile.Action{want[0], want[0]}
		if i := x.changeOf(t, index, changes, d); i >= 0 {
			got = [2]profile.Action{changes[i].A, changes[i].B}
		}
		if got != want {
			t.Fatalf("Diff: on %v %v, want %v\n%v", d, got, want, changes)
		}
	}
}

// indexOf returns a profile whose verdict on a call is the index of its change.
func (x pair) indexOf(t *testing.T, changes compile.Changes) profile.Profile {
	index := profile.Profile{Default: profile.Allow(), BadArch: profile.Allow()}
	for _, a := range arch.All() {
		if a.ByteOrder() == x.a.Arches()[0].ByteOrder() {
			index.Arches = append(index.Arches, a)
		}
	}
	for i, c := range changes {
		if c.String() == "" || c.A == c.B {
			t.Errorf("%+v is no change", c)
		}
		if c.Arch != 0 {
			index.Rules = append(index.Rules, profile.Rule{Arches: []arch.Arch{c.Arch}, Direct: true,
				Syscalls: c.Syscalls, Numbers: c.Numbers, If: c.If, Action: profile.Trap(uint16(i))})
		}
	}
	return index
}

// changeOf returns the index of the change that is about a call, or -1.
func (x pair) changeOf(t *testing.T, index profile.Profile, changes compile.Changes, d compile.Data) int {
	i := slices.IndexFunc(changes, func(c compile.Change) bool {
		return c.Arch == 0 && c.Audits.First <= d.Audit && d.Audit <= c.Audits.Last
	})
	if _, ok := arch.ByAudit(d.Audit, uint32(d.Nr)); i >= 0 || !ok {
		return i
	}
	v, err := compile.Evaluate(index, x.target, d)
	if err != nil {
		t.Fatalf("%v\n%v", err, changes)
	}
	if v.Rule < 0 {
		return -1
	}
	return int(v.Action.Data())
}

// A filter that has one verdict on everything covers no ABI in particular.
func TestConstantFilter(t *testing.T) {
	target := compile.Target{Arch: arch.X86_64}
	p := profile.Profile{Default: profile.Log(), BadArch: profile.Log()}
	prog, err := compile.Compile(p, compile.Options{Target: target})
	if err != nil {
		t.Fatal(err)
	}
	pair{target: target, p: p, q: p, a: prog, b: prog}.explained(t)
	if flat, err := compile.Flatten(prog, prog); err != nil || flat.String() != prog.String() {
		t.Errorf("Flatten: %v, %v", flat, err)
	}
	if _, err := compile.Restrict(p, p, target); err != nil {
		t.Errorf("Restrict: %v", err)
	}
}

// sumProgram compares nr + arg 0, which no comparison with constants can say.
func sumProgram(t *testing.T) *compile.Program {
	return raw(t, arch.X86_64, []bpf.RawInstruction{
		{Op: cbpf.LdWAbs}, {Op: cbpf.Tax}, {Op: cbpf.LdWAbs, K: 16}, {Op: cbpf.AddX}, {Op: cbpf.JeqK, Jt: 1, K: 5}, {Op: cbpf.RetK}, {Op: cbpf.RetK, K: 0x7fff0000},
	}...)
}

// Programs that can't be compared are refused.
func TestIncomparable(t *testing.T) {
	p := profile.New(eperm).Allow("read")
	little, big, sum := compiled(t, p, on(arch.X86_64)), compiled(t, p, on(arch.S390X)), sumProgram(t)
	for name, f := range map[string]func(a, b *compile.Program) error{
		"Equal":           func(a, b *compile.Program) error { _, err := compile.Equal(a, b); return err },
		"AtLeastAsStrict": func(a, b *compile.Program) error { _, err := compile.AtLeastAsStrict(a, b); return err },
		"Diff":            func(a, b *compile.Program) error { _, err := compile.Diff(a, b); return err },
		"Flatten":         func(a, b *compile.Program) error { _, err := compile.Flatten(a, b); return err },
	} {
		if err := f(little, big); err == nil || !strings.Contains(err.Error(), "byte order") {
			t.Errorf("%s: %v", name, err)
		}
		wantLiftError(t, name, f(little, sum))
		wantLiftError(t, name, f(sum, little))
	}
	_, err := sum.Explain()
	wantLiftError(t, "Explain", err)
	wantLiftError(t, "Verify", compile.Verify(sum, profile.New(eperm), compile.Target{Arch: arch.X86_64}))
	if _, err := compile.Flatten(); err == nil {
		t.Error("Flatten of nothing")
	}
}

func wantLiftError(t *testing.T, name string, err error) {
	t.Helper()
	var lift *compile.LiftError
	if !errors.As(err, &lift) {
		t.Errorf("%s: %v, want a LiftError", name, err)
	}
}

// Verify and Restrict refuse bad profiles.
func TestBadProfiles(t *testing.T) {
	good := profile.New(eperm)
	bad := good.If(nil)
	if err := compile.Verify(compiled(t, good, on(arch.X86_64)), bad, compile.Target{}); err == nil {
		t.Error("Verify takes a bad profile")
	}
	for _, pq := range [][2]profile.Profile{{bad, good}, {good, bad}} {
		if _, err := compile.Restrict(pq[0], pq[1], compile.Target{}); err == nil {
			t.Error("Restrict takes a bad profile")
		}
	}
}
