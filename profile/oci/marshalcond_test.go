package oci_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// holds is what a condition means on an ABI, said plainly.
func holds(c profile.Cond, a arch.Arch, name string, args [6]uint64) bool {
	switch c := c.(type) {
	case profile.And:
		return !slices.ContainsFunc(c, func(c profile.Cond) bool { return !holds(c, a, name, args) })
	case profile.Or:
		return slices.ContainsFunc(c, func(c profile.Cond) bool { return holds(c, a, name, args) })
	case profile.Not:
		return !holds(c.Cond, a, name, args)
	case profile.Test:
		bits := a.RegisterBits()
		switch c.Width {
		case profile.WidthLow32:
			bits = 32
		case profile.WidthLong:
			bits = a.Bits()
		case profile.WidthKernel:
			if params, _ := syscalls.Args(a, name); int(c.Field) < len(params) {
				bits = min(bits, params[c.Field].Bits)
			}
		}
		low := uint64(1)<<bits - 1
		return compare(c.Op, args[c.Field]&low, c.Value&low, c.Mask&low)
	}
	return true
}

func compare(op profile.Op, x, v, mask uint64) bool {
	return [...]bool{x == v, x != v, x < v, x <= v, x > v, x >= v, x&mask == v&mask}[op]
}

// runtimeVerdict is what runtimes make of a document in which every call has
// one verdict besides the default: it is given where any entry matches.
func runtimeVerdict(d *oci.Document, a arch.Arch, name string, args [6]uint64) profile.Kind {
	low := uint64(1)<<a.Bits() - 1
	for _, e := range d.Syscalls {
		match := slices.Contains(e.Names, name)
		for _, arg := range e.Args {
			v, mask := arg.Value, uint64(0)
			if arg.Op == profile.OpMaskedEqual {
				v, mask = arg.ValueTwo, arg.Value
			}
			match = match && compare(arg.Op, args[arg.Index]&low, v&low, mask&low)
		}
		if match {
			return e.Action.Kind
		}
	}
	return d.DefaultAction.Kind
}

// TestMarshalMeansTheSame compares random profiles with their documents.
func TestMarshalMeansTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	values := []uint64{0, 1, 2, 5, 7, 8, 255, 256, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1<<32 + 1, 1 << 40, 1 << 63, 1<<64 - 2, 1<<64 - 1}
	sets := [][]arch.Arch{{arch.X86_64}, {arch.X86_64, arch.X86}, {arch.ARM}, {arch.AArch64, arch.ARM}}
	pick := func() uint64 {
		if r.IntN(3) > 0 {
			return values[r.IntN(8)]
		}
		return values[r.IntN(len(values))]
	}
	var cond func(depth int) profile.Cond
	cond = func(depth int) profile.Cond {
		switch n := r.IntN(7); {
		case depth > 0 && n == 0:
			return profile.Not{Cond: cond(depth - 1)}
		case depth > 0 && n < 3:
			return profile.And{cond(depth - 1), cond(depth - 1)}
		case depth > 0 && n < 5:
			return profile.Or{cond(depth - 1), cond(depth - 1)}
		}
		return profile.Test{Field: profile.Field(r.IntN(3)), Width: profile.Width(r.IntN(4)), Op: profile.Op(r.IntN(7)), Value: pick(), Mask: pick()}
	}
	done := 0
	for range 4000 {
		on := sets[r.IntN(len(sets))]
		p := exportable(profile.Log(), on...)
		name := []string{"fcntl", "ioctl", "mremap"}[r.IntN(3)]
		for range 1 + r.IntN(3) {
			p = p.Do([]profile.Action{profile.Allow(), profile.Allow(), profile.Log()}[r.IntN(3)], name)
			if r.IntN(4) > 0 {
				p = p.If(cond(2))
			}
		}
		text, err := oci.Marshal(p)
		if err != nil {
			continue
		}
		d, err := oci.Parse(text, oci.ParseOptions{Strict: true})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		done++
		for range 40 {
			args := [6]uint64{pick() + uint64(r.IntN(2)), pick(), pick()}
			a := on[r.IntN(len(on))]
			if a.RegisterBits() == 32 {
				for i := range args {
					args[i] &= 1<<32 - 1
				}
			}
			want := p.Default.Kind()
			for _, rule := range p.Rules {
				if holds(rule.If, a, name, args) {
					want = rule.Action.Kind()
					break
				}
			}
			if got := runtimeVerdict(d, a, name, args); got != want {
				t.Fatalf("%s%#x on %v is %v, want %v\n%v\n%s", name, args, a, got, want, p.Rules, text)
			}
		}
	}
	if done < 1000 {
		t.Errorf("only %d profiles had a document", done)
	}
}
