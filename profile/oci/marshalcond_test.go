package oci_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/longtest"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// holds is what a condition means on an ABI, in the plainest form.
func holds(c profile.Cond, a arch.Arch, name string, args [6]uint64) bool {
	switch c := c.(type) {
	case profile.And:
		return !slices.ContainsFunc(c, func(c profile.Cond) bool { return !holds(c, a, name, args) })
	case profile.Or:
		return slices.ContainsFunc(c, func(c profile.Cond) bool { return holds(c, a, name, args) })
	case profile.Not:
		return !holds(c.Cond, a, name, args)
	case profile.Test:
		low := uint64(1)<<testBits(c, a, name) - 1
		return compare(c.Op, args[c.Field]&low, c.Value&low, c.Mask&low)
	}
	return true
}

// testBits is how many bits a test compares.
func testBits(t profile.Test, a arch.Arch, name string) int {
	bits := a.RegisterBits()
	switch t.Width {
	case profile.WidthLow32:
		bits = 32
	case profile.WidthLong:
		bits = a.Bits()
	case profile.WidthKernel:
		if params, _ := syscalls.Args(a, name); int(t.Field) < len(params) {
			bits = min(bits, params[t.Field].Bits)
		}
	}
	return bits
}

func compare(op profile.Op, x, v, mask uint64) bool {
	return [...]bool{x == v, x != v, x < v, x <= v, x > v, x >= v, x&mask == v&mask}[op]
}

// profileVerdict is the verdict of a profile whose rules are all for one call.
func profileVerdict(p profile.Profile, a arch.Arch, name string, args [6]uint64) profile.Kind {
	for _, rule := range p.Rules {
		if holds(rule.If, a, name, args) {
			return rule.Action.Kind()
		}
	}
	return p.Default.Kind()
}

// runtimeVerdict is what runtimes make of a document in which every call has
// one verdict besides the default: it is given where any entry matches.
func runtimeVerdict(d *oci.Document, a arch.Arch, name string, args [6]uint64) profile.Kind {
	low := uint64(1)<<a.Bits() - 1
	argHolds := func(arg oci.Arg) bool {
		v, mask := arg.Value, uint64(0)
		if arg.Op == profile.OpMaskedEqual {
			v, mask = arg.ValueTwo, arg.Value
		}
		return compare(arg.Op, args[arg.Index]&low, v&low, mask&low)
	}
	for _, e := range d.Syscalls {
		fails := func(arg oci.Arg) bool { return !argHolds(arg) }
		if slices.Contains(e.Names, name) && !slices.ContainsFunc(e.Args, fails) {
			return e.Action.Kind
		}
	}
	return d.DefaultAction.Kind
}

// randomProfiles makes profiles that are about one call.
type randomProfiles struct{ r *rand.Rand }

func (g randomProfiles) value() uint64 {
	small := []uint64{0, 1, 2, 5, 7, 8, 255, 256}
	large := []uint64{1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1<<32 + 1, 1 << 40, 1 << 63, 1<<64 - 2, 1<<64 - 1}
	if g.r.IntN(5) > 0 {
		return oneOf(g.r, small...)
	}
	return oneOf(g.r, large...)
}

func (g randomProfiles) cond(depth int) profile.Cond {
	switch n := g.r.IntN(7); {
	case depth > 0 && n == 0:
		return profile.Not{Cond: g.cond(depth - 1)}
	case depth > 0 && n < 3:
		return profile.And{g.cond(depth - 1), g.cond(depth - 1)}
	case depth > 0 && n < 5:
		return profile.Or{g.cond(depth - 1), g.cond(depth - 1)}
	}
	return profile.Test{Field: profile.Field(g.r.IntN(3)), Width: profile.Width(g.r.IntN(4)), Op: profile.Op(g.r.IntN(7)),
		Value: g.value(), Mask: g.value()}
}

func (g randomProfiles) profile(name string, on []arch.Arch) profile.Profile {
	p := exportable(profile.Log(), on...)
	for range 1 + g.r.IntN(3) {
		p = p.Do(oneOf(g.r, profile.Allow(), profile.Allow(), profile.Log()), name)
		if g.r.IntN(4) > 0 {
			p = p.If(g.cond(2))
		}
	}
	return p
}

// args are the arguments of a call, as wide as the registers of its ABI.
func (g randomProfiles) args(a arch.Arch) [6]uint64 {
	args := [6]uint64{g.value() + uint64(g.r.IntN(2)), g.value(), g.value()}
	if a.RegisterBits() == 32 {
		for i := range args {
			args[i] &= 1<<32 - 1
		}
	}
	return args
}

// TestMarshalMeansTheSame compares random profiles with their documents.
func TestMarshalMeansTheSame(t *testing.T) {
	profiles := 1000
	if longtest.Enabled() {
		profiles = 10000
	}
	g := randomProfiles{rand.New(rand.NewPCG(1, 2))}
	written := 0
	for range profiles {
		on := oneOf(g.r, []arch.Arch{arch.X86_64}, []arch.Arch{arch.X86_64, arch.X86}, []arch.Arch{arch.ARM}, []arch.Arch{arch.AArch64, arch.ARM})
		name := oneOf(g.r, "fcntl", "ioctl", "mremap")
		p := g.profile(name, on)
		text, err := oci.Marshal(p)
		if err != nil {
			continue
		}
		written++
		d, err := oci.Parse(text, oci.ParseOptions{Strict: true})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for range 40 {
			a := oneOf(g.r, on...)
			args := g.args(a)
			if got, want := runtimeVerdict(d, a, name, args), profileVerdict(p, a, name, args); got != want {
				t.Fatalf("%s%#x on %v is %v, want %v\n%v\n%s", name, args, a, got, want, p.Rules, text)
			}
		}
	}
	if written < profiles/4 {
		t.Errorf("only %d profiles had a document", written)
	}
}
