package compile_test

import (
	"errors"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/compile/compiletest"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
)

// value returns what a program returns for a call, with all of its bits.
func value(t testing.TB, p *compile.Program, d compile.Data) uint32 {
	w := &cbpf.Words{uint32(d.Nr), d.Audit}
	hi, lo := 1, 0
	if p.Arches()[0].ByteOrder() == arch.S390X.ByteOrder() {
		hi, lo = 0, 1
	}
	for i, v := range append([]uint64{d.InstructionPointer}, d.Args[:]...) {
		w[2+2*i+hi], w[2+2*i+lo] = uint32(v>>32), uint32(v)
	}
	ret, err := cbpf.Run(p.Raw(), w)
	if err != nil {
		t.Fatal(err)
	}
	return ret
}

// kernel returns what the kernel does with several filters, the oldest first: it
// runs them from the newest on, and keeps a value that is lower by its action, a
// signed number (kernel/seccomp.c, seccomp_run_filters).
func kernel(t testing.TB, stack []*compile.Program, d compile.Data) profile.Action {
	const action = 0xffff0000
	ret := uint32(0x7fff0000)
	for i := len(stack) - 1; i >= 0; i-- {
		if v := value(t, stack[i], d); int32(v&action) < int32(ret&action) {
			ret = v
		}
	}
	return profile.ActionOf(ret)
}

// TestFlattenStacks flattens stacks of up to four programs, with all kinds of
// values.
func TestFlattenStacks(t *testing.T) {
	flattened := 0
	for seed := range uint64(trials(50, 500)) {
		d := seeded(seed)
		stack := []*compile.Program{randomForeign(t, d)}
		for n := d(4); len(stack) <= n; {
			if p := randomForeign(t, d); p.Arches()[0].ByteOrder() == stack[0].Arches()[0].ByteOrder() {
				stack = append(stack, p)
			}
		}
		flat, err := compile.Flatten(stack...)
		if err != nil {
			t.Fatalf("%d: %v\n%v", seed, err, stack)
		}
		flattened++
		for _, c := range near(d, 200, stack...) {
			if got, want := flat.Run(c), kernel(t, stack, c); got != want {
				t.Fatalf("%d: on %v %v, want %v\n%v", seed, c, got, want, stack)
			}
		}
	}
	t.Logf("%d flattened", flattened)
}

// Alone, a value that is no action kills the process; in a stack the kernel
// orders it by its number first.
func TestFlattenNoAction(t *testing.T) {
	ret := func(k uint32) *compile.Program { return raw(t, arch.X86_64, cbpf.Ret(k)) }
	for _, c := range []struct {
		oldest, newest uint32
		want           profile.Action
	}{
		{0x7ffe0000, 0x7fff0000, profile.KillProcess()},
		{0x7ffe0000, 0x00050001, profile.Errno(1)},
		{0x00050002, 0x7ffe0000, profile.Errno(2)},
		{0x00010000, 0x00050001, profile.KillProcess()},
		{0x00010000, 0x00000000, profile.KillThread()},
		{0xfff00000, 0x00000000, profile.KillProcess()},
		{0x00050001, 0x00050002, profile.Errno(2)}, // of equal actions the newest
		{0x00030005, 0x00030004, profile.Trap(4)},
		{0x7fff0000, 0x7ffc0000, profile.Log()},
	} {
		stack := []*compile.Program{ret(c.oldest), ret(c.newest)}
		flat, err := compile.Flatten(stack...)
		if err != nil {
			t.Fatal(err)
		}
		call := compile.Data{Audit: arch.X86_64.Audit()}
		if got := flat.Run(call); got != c.want || kernel(t, stack, call) != c.want {
			t.Errorf("%#x, then %#x: %v, kernel %v, want %v", c.oldest, c.newest, got, kernel(t, stack, call), c.want)
		}
	}
}

// TestOverlay tests profile.Overlay: where a rule of the upper profile matches, it
// decides, and elsewhere the lower profile does.
func TestOverlay(t *testing.T) {
	decided := make(map[bool]int)
	for seed := range uint64(trials(30, 300)) {
		d := seeded(seed)
		p, over := randomProfile(d).On(arch.X86_64, arch.X32), randomProfile(d)
		overlay(t, p, over, decided)
	}
	t.Logf("decided by the upper profile, or not: %v", decided)
	if decided[true] < trials(100, 1000) || decided[false] < trials(100, 1000) {
		t.Error("too few calls")
	}
}

// overlay compares p.Overlay(over) with both on calls, and counts which decided.
func overlay(t *testing.T, p, over profile.Profile, decided map[bool]int) {
	target := compile.Target{Arch: arch.X86_64} // where every rule matches or doesn't
	both := p.Overlay(over)
	over.Arches = p.Arches
	prog, err := compile.Compile(both, compile.Options{Target: target})
	if err != nil {
		return
	}
	n := 0
	for call := range compiletest.Boundaries(both, target) {
		if n++; n > 3000 {
			break
		}
		want, err := compile.Evaluate(over, target, call)
		if decided[want.Rule >= 0]++; want.Rule < 0 && err == nil {
			want, err = compile.Evaluate(p, target, call)
		}
		if got := prog.Run(call); err != nil || got != want.Action {
			t.Fatalf("on %v %v, want %v, %v\n%v\n%v", call, got, want, err, describe(p), describe(over))
		}
	}
}

// TestRestrictStack: to restrict is to install both, the second first.
func TestRestrictStack(t *testing.T) {
	done, n := 0, trials(15, 150)
	for seed := range uint64(n) {
		if x, ok := randomPair(seed + 1000); ok && x.restrictStack(t) {
			done++
		}
	}
	if done < n/3 {
		t.Errorf("%d pairs", done)
	}
}

// restrictStack compares Restrict with Flatten; false is that the profile is too
// complex or too long.
func (x pair) restrictStack(t *testing.T) bool {
	both, err := compile.Restrict(x.p, x.q, x.target)
	if errors.Is(err, compile.ErrTooComplex) { // masks and bounds of one argument
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	restricted, err := compile.Compile(both, compile.Options{Target: x.target})
	if isTooLong(err) {
		return false
	}
	flat, err2 := compile.Flatten(x.b, x.a)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	if w, err := compile.Equal(restricted, flat); w != nil || err != nil {
		t.Fatalf("%v, %v", w, err)
	}
	for _, p := range []*compile.Program{x.a, x.b} {
		if w, err := compile.AtLeastAsStrict(restricted, p); w != nil || err != nil {
			t.Fatalf("%v, %v", w, err)
		}
	}
	return true
}
