package oci

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/internal/jsontree"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Marshal writes a profile as an OCI document in which the runtimes give every
// call the verdict that p gives it. Where they would not, it fails and names every
// rule concerned, as a [profile.RuleError].
//
// In such a document an unconditional rule overrides all others of its call, and
// conditional ones that give different verdicts have no reliable order. A call can
// therefore have only one verdict besides the default. Its conditions may be any:
// Marshal joins all rules of the call and rewrites the conditions into a form that
// the runtimes read correctly.
//
// The document is for machines whose own ABI is one of p.Arches, or for every
// machine if that is empty. In the latter case everything must hold on every ABI,
// and an error such as ENOSYS, whose number differs between them, can't be
// written: list the ABIs. BadArch must be KillThread, which is what the runtimes do
// to foreign ABIs.
//
// One difference is unavoidable: runc answers ENOSYS to numbers above the highest
// that the document names. This changes p's default and never the verdict of a
// rule. A runtime whose libseccomp is too old to know a name ignores the name.
func Marshal(p profile.Profile) ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	x := newExporter(p)
	d := x.document()
	if err := x.err(); err != nil {
		return nil, err
	}
	text, err := d.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "\t"); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// exporter makes a document of a profile.
type exporter struct {
	p      profile.Profile
	arches []arch.Arch // those that it must be right for
	has32  bool        // one of them compares 32 bits
	has64  bool        // one of them compares 64 bits
	wide32 bool        // one of them compares 32 bits of registers that have 64

	def   verdict
	names []callExport
	errs  []error
	rules [][]string // the errors of each rule
}

// verdict is an action with its number instead of an error's name.
type verdict struct {
	kind profile.Kind
	data uint16
}

// callExport is the entries of one name in the document.
type callExport struct {
	name        string
	rules       []int // that name it, up to the first unconditional one
	conditional bool  // one of these has a condition, if only one that always holds
	verdict     verdict
	entries     [][]Arg // any of which gives the verdict; one without arguments always
}

// unconditional reports whether all calls of the name have the verdict.
func (n *callExport) unconditional() bool { return len(n.entries) == 1 && len(n.entries[0]) == 0 }

func newExporter(p profile.Profile) *exporter {
	x := &exporter{p: p, arches: p.Arches, rules: make([][]string, len(p.Rules))}
	if len(x.arches) == 0 {
		for _, a := range arch.All() {
			if ownKernel(a) {
				x.arches = append(x.arches, a)
			}
		}
	}
	for _, a := range x.arches {
		x.has64 = x.has64 || a.Bits() == 64
		x.has32 = x.has32 || a.Bits() == 32
		x.wide32 = x.wide32 || a.RegisterBits() != a.Bits()
	}
	return x
}

// ownKernel reports whether a is the own ABI of some kernel.
func ownKernel(a arch.Arch) bool {
	return a != arch.X32 && a != arch.MIPS64N32 && a != arch.MIPSEL64N32
}

func (x *exporter) err() error { return errors.Join(x.errs...) }

func (x *exporter) fail(format string, args ...any) {
	x.errs = append(x.errs, fmt.Errorf("oci: not representable: "+format, args...))
}

// failRule reports an error of a rule, once.
func (x *exporter) failRule(i int, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if slices.Contains(x.rules[i], text) {
		return
	}
	x.rules[i] = append(x.rules[i], text)
	x.errs = append(x.errs, &profile.RuleError{Rule: i, Comment: x.p.Rules[i].Comment, Err: errors.New("not representable: " + text)})
}

func (x *exporter) document() *Document {
	d := &Document{Dialect: DialectOCI, Architectures: x.p.Arches, Flags: x.p.Flags, FlagsSet: true,
		ListenerPath: x.p.ListenerPath, ListenerMetadata: x.p.ListenerMetadata}
	x.checkProfile()
	var err error
	if x.def, err = x.verdict(x.p.Default); err != nil {
		x.fail("default action: %v", err)
	}
	d.DefaultAction, d.DefaultErrno = x.def.oci()
	for i := range x.p.Rules {
		x.checkRule(i)
	}
	if len(x.errs) > 0 {
		return d // what follows would only repeat it
	}
	x.collect()
	x.checkMultiplexed()
	x.checkSpecified()
	x.checkENOSYS()
	d.Syscalls = x.entries()
	return d
}

func (x *exporter) checkProfile() {
	if x.p.BadArch != profile.KillThread() {
		x.fail("the runtimes answer foreign ABIs with KillThread, not with %v", x.p.BadArch)
	}
	if x.p.Default.Kind() == profile.KindNotify {
		x.fail("runc refuses Notify as the default action")
	}
	if !slices.ContainsFunc(x.arches, ownKernel) {
		x.fail("none of its ABIs is a kernel's own, which the runtimes add")
	}
	for _, a := range x.arches[1:] {
		if len(x.p.Arches) > 0 && a.ByteOrder() != x.arches[0].ByteOrder() {
			x.fail("%v and %v have different byte orders", x.arches[0], a)
		}
	}
}

func (x *exporter) checkRule(i int) {
	r := &x.p.Rules[i]
	if r.Arches != nil {
		x.failRule(i, "a document has no rules for some of its ABIs")
	}
	if len(r.Numbers) > 0 {
		x.failRule(i, "a document has no numbers")
	}
	for _, name := range r.Syscalls {
		x.checkName(i, name)
	}
	if _, err := x.verdict(r.Action); err != nil {
		x.failRule(i, "%v", err)
	}
}

// checkName checks a name of rule i.
func (x *exporter) checkName(i int, name string) {
	r := &x.p.Rules[i]
	if !syscalls.Known(name) {
		x.failRule(i, "no ABI has a call %s", jsontree.Quote(name))
	}
	if r.Direct && x.multiplexed(name) != 0 {
		x.failRule(i, "a document's rule also covers %s through socketcall or ipc", name)
	}
	if r.Action.Kind() == profile.KindNotify && name == "write" {
		x.failRule(i, "runc refuses Notify for write")
	}
}

// multiplexed returns the first of the ABIs where name can be called through
// socketcall or ipc, or zero.
func (x *exporter) multiplexed(name string) arch.Arch {
	for _, a := range x.arches {
		if _, _, ok := syscalls.Multiplexed(a, name); ok {
			return a
		}
	}
	return 0
}

// verdict returns what a is on every ABI.
func (x *exporter) verdict(a profile.Action) (verdict, error) {
	v := verdict{a.Kind(), a.Data()}
	switch {
	case v.kind == profile.KindTrap && v.data != 0:
		return v, errors.New("a document's Trap has no data")
	case v.kind != profile.KindErrno:
		return v, nil
	}
	for i, on := range x.arches {
		n, ok := a.Errno().Number(on)
		if !ok {
			return v, fmt.Errorf("%v has no %v", on, a.Errno())
		}
		if i > 0 && n != v.data {
			return v, fmt.Errorf("%v is %d on %v and %d on %v", a.Errno(), v.data, x.arches[0], n, on)
		}
		v.data = n
	}
	if v.data >= maxErrno {
		return v, fmt.Errorf("the runtimes refuse error numbers from %d on", maxErrno)
	}
	return v, nil
}

// oci returns v as a document has it.
func (v verdict) oci() (Action, Errno) {
	e := Errno{}
	if v.kind == profile.KindErrno || v.kind == profile.KindTrace {
		e = Errno{errno.Errno(v.data), true}
	}
	return Action{v.kind, true}, e
}

// entries returns the entries of the document. Names that have the same share
// theirs.
func (x *exporter) entries() []Entry {
	var groups [][]*callExport
	for i := range x.names {
		n := &x.names[i]
		g := slices.IndexFunc(groups, func(group []*callExport) bool { return group[0].same(n) })
		if g < 0 {
			g = len(groups)
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], n)
	}
	var out []Entry
	for _, group := range groups {
		var names []string
		for _, n := range group {
			names = append(names, n.name)
		}
		for _, args := range group[0].entries {
			e := Entry{Names: names, Args: args}
			e.Action, e.Errno = group[0].verdict.oci()
			out = append(out, e)
		}
	}
	return out
}

// same reports whether two names have the same entries.
func (n *callExport) same(o *callExport) bool {
	return n.verdict == o.verdict && slices.EqualFunc(n.entries, o.entries, slices.Equal)
}
