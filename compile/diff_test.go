package compile_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// truth evaluates a condition of a change: its tests say how many bits count.
func truth(t *testing.T, c profile.Cond, d compile.Data) bool {
	switch c := c.(type) {
	case nil:
		return true
	case profile.And:
		return !slices.ContainsFunc(c, func(c profile.Cond) bool { return !truth(t, c, d) })
	case profile.Or:
		return slices.ContainsFunc(c, func(c profile.Cond) bool { return truth(t, c, d) })
	case profile.Test:
		v := d.InstructionPointer
		if c.Field != profile.IP {
			v = d.Args[c.Field]
		}
		switch c.Width {
		case profile.WidthLow32:
			v = uint64(uint32(v))
		case profile.WidthRegister:
		default:
			t.Fatalf("width %v", c.Width)
		}
		switch c.Op {
		case profile.OpEqual:
			return v == c.Value
		case profile.OpLessEqual:
			return v <= c.Value
		case profile.OpGreaterEqual:
			return v >= c.Value
		case profile.OpMaskedEqual:
			return v&c.Mask == c.Value
		}
	}
	t.Fatalf("condition %v", c)
	return false
}

// selects reports whether a change is about a call.
func selects(t *testing.T, c compile.Change, d compile.Data) bool {
	a, _ := arch.ByAudit(d.Audit, uint32(d.Nr))
	if c.Arch == 0 {
		if d.Audit < c.Audits.First || c.Audits.Last < d.Audit {
			return false
		}
		a = 0
	} else if a != c.Arch {
		return false
	}
	in := slices.ContainsFunc(c.Numbers, func(r profile.NumberRange) bool { return r.First <= uint32(d.Nr) && uint32(d.Nr) <= r.Last })
	if name, ok := syscalls.Name(a, uint32(d.Nr)); ok && a != 0 {
		in = in || slices.Contains(c.Syscalls, name)
	}
	return in && truth(t, c.If, d)
}

// diffCounts are what TestDiffForeign met.
type diffCounts struct{ changed, unchanged, complex int }

// TestDiffForeign: of the changes between two programs, exactly one is about
// each call whose verdict changes, and it says from what to what; none is about
// any other call.
func TestDiffForeign(t *testing.T) {
	var count diffCounts
	n := trials(120, 1200)
	for seed := range uint64(n) {
		d := seeded(seed)
		a, b := randomForeign(t, d), randomForeign(t, d)
		if d(2) == 0 {
			if ms := mutants(a.Raw()); len(ms) > 0 {
				b = raw(t, a.Arches()[0], ms[int(seed)%len(ms)].prog...)
			}
		}
		if a.Arches()[0].ByteOrder() == b.Arches()[0].ByteOrder() {
			count.diff(t, a, b, d)
		}
	}
	t.Logf("%+v", count)
	if count.changed < 8*n || count.unchanged < 8*n || count.complex > n/20 {
		t.Error("too few calls")
	}
}

// diff compares the changes between two programs with single calls.
func (n *diffCounts) diff(t *testing.T, a, b *compile.Program, d dice) {
	t.Helper()
	changes, err := compile.Diff(a, b)
	if errors.Is(err, compile.ErrTooComplex) {
		n.complex++
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	differ, err := compile.Equal(a, b)
	if err != nil || (differ == nil) != (len(changes) == 0) {
		t.Fatalf("%v, %v, but %v", differ, err, changes)
	}
	calls := near(d, 200, a, b)
	if differ != nil {
		calls = append(calls, differ.Data)
	}
	for _, c := range calls {
		x, y := a.Run(c), b.Run(c)
		about := slices.DeleteFunc(slices.Clone(changes), func(change compile.Change) bool { return !selects(t, change, c) })
		switch {
		case x == y && len(about) == 0:
			n.unchanged++
		case x != y && len(about) == 1 && about[0].A == x && about[0].B == y:
			n.changed++
		default:
			t.Fatalf("on %v %v became %v, but the changes are\n%v\nof\n%v", c, x, y, about, changes)
		}
	}
}

// TestDiffText shows changes as people read them.
func TestDiffText(t *testing.T) {
	p := profile.New(eperm).On(arch.X86_64, arch.X86).Allow("read", "write", "socket")
	q := profile.New(eperm).On(arch.X86_64).Allow("read", "socket").If(arg(0).Low32().NotEqual(38)).
		Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 5000, Last: 5009}, {First: 0xffffffff, Last: 0xffffffff}}, Action: profile.Log()})
	changes, err := compile.Diff(mustCompile(t, p, compile.Target{}), mustCompile(t, q, compile.Target{}))
	if err != nil {
		t.Fatal(err)
	}
	var x64 compile.Changes
	for _, c := range changes {
		if c.Arch == arch.X86_64 {
			x64 = append(x64, c)
		}
	}
	want := `x86_64: read, socket: low32(arg0) == 38: Allow → Errno(EPERM)
x86_64: write: Allow → Errno(EPERM)
x86_64: 5000-5009, -1: Errno(EPERM) → Log
`
	if got := x64.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	foreign, err := compile.Diff(raw(t, arch.X86, cbpf.Ret(0)), raw(t, arch.X86, cbpf.Ret(0x7fff0000)))
	if got := foreign.String(); err != nil || got != "audit architectures 0x0-0xffffffff: 0-4294967295: KillThread → Allow\n" {
		t.Errorf("%q, %v", got, err)
	}
}
