package oci

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// collect fills x.names in the order in which the rules name them.
func (x *exporter) collect() {
	at := make(map[string]int)
	closed := make(map[string]bool)
	for i := range x.p.Rules {
		r := &x.p.Rules[i]
		for _, name := range r.Syscalls {
			k, ok := at[name]
			if !ok {
				k = len(x.names)
				at[name] = k
				x.names = append(x.names, callExport{name: name})
			}
			if n := &x.names[k]; !closed[name] && !slices.Contains(n.rules, i) {
				n.rules = append(n.rules, i)
				closed[name] = r.If == nil
				n.conditional = n.conditional || r.If != nil
			}
		}
	}
	for i := range x.names {
		x.name(&x.names[i])
	}
}

// name finds the entries for n: the condition under which its rules together give a
// verdict that isn't the default.
func (x *exporter) name(n *callExport) {
	n.verdict = x.def
	var whole profile.Cond = profile.Or{} // where the verdict differs from the default
	for _, i := range slices.Backward(n.rules) {
		r := &x.p.Rules[i]
		cond := r.If
		if cond == nil {
			cond = profile.And{}
		}
		v, _ := x.verdict(r.Action)
		switch {
		case v == x.def:
			whole = profile.And{profile.Not{Cond: cond}, whole}
			continue
		case n.verdict == x.def:
			n.verdict = v
		case n.verdict != v:
			x.failRule(i, "%s has another verdict besides the default too, and a document has no order for them", n.name)
			return
		}
		whole = profile.Or{cond, whole}
	}
	form, err := normalForm(whole, false, func(t profile.Test) (profile.Test, argWidth, error) { return x.fit(t, n.name) })
	if err == nil {
		n.entries, err = x.arguments(form)
	}
	if err != nil {
		x.failConditions(n, "%s: %v", n.name, err)
	}
	if len(n.entries) == 0 { // runc's highest number counts this too
		n.verdict, n.entries = x.def, [][]Arg{nil}
	}
}

// fit returns the argWidth of a test in the named call, and the test with its
// constants within it.
func (x *exporter) fit(t profile.Test, name string) (profile.Test, argWidth, error) {
	if t.Field == profile.IP {
		return t, argWidth{}, errors.New("a document doesn't test the instruction pointer")
	}
	long := 32
	if x.has64 {
		long = 64
	}
	bits, err := x.width(t, name)
	if err != nil {
		return t, argWidth{}, err
	}
	d := argWidth{bits: bits}
	if d.bits > 32 && t.Width != profile.WidthLong && x.wide32 {
		return t, d, fmt.Errorf("of %s the runtimes compare only 32 bits on some of the ABIs", argName(t))
	}
	d.bits = min(d.bits, long)
	d.whole = d.bits == long
	if t.Op == profile.OpMaskedEqual {
		t.Value &= t.Mask
	}
	truncates := t.Width == profile.WidthLow32 || t.Width == profile.WidthLong && long == 32
	for _, v := range []*uint64{&t.Value, &t.Mask} {
		if err := x.fitConstant(v, t, d, truncates); err != nil {
			return t, d, err
		}
	}
	return t, d, nil
}

// fitConstant cuts a constant of t to the bits that are compared. It fails where
// that would change its meaning, here or on some of the ABIs.
func (x *exporter) fitConstant(v *uint64, t profile.Test, d argWidth, truncates bool) error {
	signExtended := *v|d.max()>>1 == math.MaxUint64
	if *v > d.max() && !truncates && !signExtended {
		return fmt.Errorf("%#x is more than the %d bits of %s", *v, d.bits, argName(t))
	}
	*v &= d.max()
	if d.bits > 32 && x.has32 && *v > math.MaxUint32 {
		return fmt.Errorf("of %#x the runtimes see only 32 bits on some of the ABIs", *v)
	}
	return nil
}

// width returns how many bits a test looks at on an ABI of 64. All bits of a
// register of 32 fit any width.
func (x *exporter) width(t profile.Test, name string) (int, error) {
	switch t.Width {
	case profile.WidthLow32:
		return 32, nil
	case profile.WidthRegister, profile.WidthLong:
		return 64, nil
	}
	bits, whole := 0, 64
	for _, a := range x.arches {
		if _, ok := syscalls.Lookup(a, name); !ok {
			continue
		}
		n := a.RegisterBits()
		params, _ := syscalls.Args(a, name)
		if i := int(t.Field); i < len(params) {
			n = params[i].Bits
		}
		switch {
		case n == 32 && a.RegisterBits() == 32:
			whole = 32
		case bits == 0:
			bits = n
		case bits != n:
			return 0, fmt.Errorf("of %s the kernel reads %d or %d bits, by ABI", argName(t), min(n, bits), max(n, bits))
		}
	}
	return cmp.Or(bits, whole), nil
}

// arguments writes a form as the conditions of entries, of which any suffices.
func (x *exporter) arguments(form []term) ([][]Arg, error) {
	entries, err := x.argumentsWith(form, false)
	if err == nil && !x.specified(entries) {
		entries, err = x.argumentsWith(form, true)
	}
	return entries, err
}

func (x *exporter) argumentsWith(form []term, masks bool) ([][]Arg, error) {
	var entries [][]Arg
	for _, c := range form {
		some := [][]Arg{nil}
		for i, r := range c {
			if !r.set {
				continue
			}
			args, err := r.comparisons(i, masks, x.has32 && x.has64 && r.of.bits > 32)
			if err != nil {
				return nil, err
			}
			if some = eachWith(some, args); len(some) > maxTerms {
				return nil, errTooLarge
			}
		}
		entries = append(entries, some...)
		if len(entries) > maxTerms {
			return nil, errTooLarge
		}
	}
	return entries, nil
}

// eachWith returns each of lists with each of args at its end.
func eachWith(lists [][]Arg, args []Arg) [][]Arg {
	var out [][]Arg
	for _, list := range lists {
		for _, a := range args {
			out = append(out, append(slices.Clip(list), a))
		}
	}
	return out
}

// specified reports whether libseccomp specifies what several entries of one call
// mean, on each of the ABIs.
func (x *exporter) specified(entries [][]Arg) bool {
	var d callDomain
	for _, args := range entries {
		c := make(conjunction, len(args))
		for i, a := range args {
			c[i] = testOf(a)
		}
		d.add(c)
	}
	return (!x.has32 || d.specified(32)) && (!x.has64 || d.specified(64))
}

// checkMultiplexed fails for calls that go through socketcall or ipc where
// these would get another verdict than p's.
func (x *exporter) checkMultiplexed() {
	for i := range x.names {
		n := &x.names[i]
		on := x.multiplexed(n.name)
		switch {
		case on == 0:
		case n.conditional:
			x.failConditions(n, "on %v the runtimes don't look at the arguments that %s has through socketcall or ipc", on, n.name)
		default:
			x.checkEachVia(n)
		}
	}
}

// failConditions reports an error of all rules of n that have conditions.
func (x *exporter) failConditions(n *callExport, format string, args ...any) {
	for _, i := range n.rules {
		if x.p.Rules[i].If != nil {
			x.failRule(i, format, args...)
		}
	}
}

func (x *exporter) checkEachVia(n *callExport) {
	for _, a := range x.arches {
		if via, _, ok := syscalls.Multiplexed(a, n.name); ok {
			x.checkVia(n, a, via)
		}
	}
}

// checkVia fails if calls of n that are made through via get another verdict
// from the runtimes. They compare all of the number that selects the call,
// while of that of ipc the kernel reads 16 bits, and of that of socketcall 32.
func (x *exporter) checkVia(n *callExport, a arch.Arch, via string) {
	k := slices.IndexFunc(x.names, func(o callExport) bool { return o.name == via })
	switch {
	case k < 0 && n.verdict != x.def && (via == "ipc" || a.Bits() == 64):
		x.failRule(n.rules[0], "on %v the runtimes know %s through %s only by part of its numbers; a rule must give %[3]s itself a verdict", a, n.name, via)
	case k < 0:
	// An unconditional rule of socketcall silences those of what it does,
	// which is p's meaning too if it is first.
	case !x.names[k].unconditional() || x.names[k].verdict != n.verdict && (x.names[k].conditional || x.names[k].verdict == x.def || x.names[k].rules[0] >= n.rules[0]):
		x.failRule(n.rules[0], "on %v the runtimes let the rule of %s decide about %s", a, via, n.name)
	}
}

// checkSpecified fails for ABIs on which libseccomp doesn't specify what rules
// for their own calls do.
func (x *exporter) checkSpecified() {
	for _, a := range x.arches {
		if d := x.abiDomain(a); !d.specified(a, x.arches) {
			x.fail("on %v, which has no number of its own for %s, nothing specifies what the runtimes do, as all other rules there have conditions; any unconditional one helps", a, d.lacking)
		}
	}
}

func (x *exporter) abiDomain(a arch.Arch) abiDomain {
	var d abiDomain
	mux := multiplexes(a)
	for i := range x.names {
		n := &x.names[i]
		if n.verdict == x.def {
			continue
		}
		c := callOn(a, n.name)
		d.conditional = d.conditional || c.direct || c.multiplexed
		d.unconditional = d.unconditional || c.direct && n.unconditional()
		if !c.direct && (c.multiplexed || !mux) {
			d.lacking = n.name
		}
	}
	return d
}

// checkENOSYS fails for calls that runc, with this document, would answer with
// ENOSYS.
func (x *exporter) checkENOSYS() {
	if !enosysApplies(x.def.kind) {
		return
	}
	for _, a := range x.arches {
		e := enosysRule{arch: a}
		for i := range x.names {
			e.count(x.names[i].name)
		}
		for i := range x.names {
			if n := &x.names[i]; n.verdict != x.def && e.hides(n.name) {
				x.failRule(n.rules[0], "on %v runc would answer ENOSYS to %s; name a call with a higher number too", a, n.name)
			}
		}
	}
}

// argName names the argument of a test for a message.
func argName(t profile.Test) string { return "arg" + strconv.Itoa(int(t.Field)) }
