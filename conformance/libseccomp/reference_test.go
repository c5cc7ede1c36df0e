package libseccomp

import (
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// machines are the targets and what their filters also cover.
func machines() [][]arch.Arch {
	return [][]arch.Arch{
		{arch.X86_64}, {arch.X86_64, arch.X86, arch.X32}, {arch.X86_64, arch.X86}, {arch.X86}, {arch.X32},
		{arch.ARM}, {arch.AArch64}, {arch.AArch64, arch.ARM}, {arch.LoongArch64}, {arch.M68K},
		{arch.MIPS}, {arch.MIPSEL}, {arch.MIPS64, arch.MIPS, arch.MIPS64N32}, {arch.MIPSEL64, arch.MIPSEL, arch.MIPSEL64N32},
		{arch.MIPS64}, {arch.MIPSEL64}, {arch.MIPS64N32}, {arch.MIPSEL64N32},
		{arch.PARISC}, {arch.PARISC64}, {arch.PPC}, {arch.PPC64}, {arch.PPC64LE}, {arch.RISCV64},
		{arch.S390}, {arch.S390X}, {arch.S390X, arch.S390}, {arch.SH}, {arch.SHEB},
	}
}

// TestDocuments compares random documents whose rules libseccomp orders.
func TestDocuments(t *testing.T) {
	const documents, points = 20000, 60
	t.Logf("libseccomp %s", Version())
	var c counts
	for seed := range uint64(documents) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 0))}
		d := g.document(styleOne, styleEqual, styleOrdered, styleLower, styleMixed)
		arches := pick(g, machines()...)
		if slices.ContainsFunc(arches, func(a arch.Arch) bool { return !Supports(a) }) {
			c.unsupported++
			continue
		}
		d.Architectures = arches[1:]
		if err := compare(g, d, arches, points, &c); err != nil {
			t.Errorf("document %d: %v", seed, err)
		}
		if t.Failed() && c.different > 20 {
			break
		}
	}
	t.Log(c.String())
	if c.documents < 2000 {
		t.Error("too few documents are compared to mean anything")
	}
	if c.stricter > c.documents/1000 || c.masked > c.documents/1000 {
		t.Error("too many documents are refused by profile alone, or differ for their masks")
	}
}

type counts struct{ documents, points, refused, stricter, masked, outside, different, unsupported int }

func (c *counts) String() string {
	return fmt.Sprintf("%d documents compared at %d points, %d refused by both and %d by profile alone; %d different, and %d with masks on several arguments; %d outside the order that libseccomp specifies and %d on an ABI that it lacks",
		c.documents, c.points, c.refused, c.stricter, c.different, c.masked, c.outside, c.unsupported)
}

// compare returns how libseccomp and the resolved profile differ.
func compare(g *generator, d *oci.Document, arches []arch.Arch, points int, c *counts) error {
	native := arches[0]
	p, findings, err := d.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: native}, Runtime: oci.Crun})
	if unspecified(findings) || Version() < "2.6" && changedSince(d) {
		c.outside++
		return nil
	}
	def, rules := Flatten(d, native)
	prog, refErr := Build(def, arches, rules, 1+g.IntN(2))
	c.documents++
	if conflict := hasID(err, "conflicting-rules"); conflict || err != nil || refErr != nil {
		var re *RuleError
		if conflict && errors.As(refErr, &re) && re.Errno == syscall.EEXIST {
			c.refused++
			return nil
		}
		if conflict && refErr == nil {
			c.stricter++
			return nil
		}
		c.different++
		return fmt.Errorf("profile: %v, libseccomp: %v\n%s", err, refErr, dump(d, arches))
	}
	c.points += points
	return comparePoints(g, d, p, prog, points, c)
}

func comparePoints(g *generator, d *oci.Document, p profile.Profile, prog []bpf.RawInstruction, points int, c *counts) error {
	if err := cbpf.Check(prog); err != nil {
		return err
	}
	e := newEvaluator(p)
	for range points {
		x := g.call(d, p.Arches)
		want, err := cbpf.Run(prog, x.words(p.Arches[0]))
		if err != nil {
			return err
		}
		if p.Arches[0].ByteOrder() != arch.Native().ByteOrder() && bits.ReverseBytes32(want) == e.verdict(x) {
			continue // a constant of a program for the other byte order
		}
		if got := e.verdict(x); got != want {
			if masksSeveral(d) {
				c.masked++
				return nil
			}
			c.different++
			return fmt.Errorf("%+v: profile %#x, libseccomp %#x\n%s", x, got, want, dump(d, p.Arches))
		}
	}
	return nil
}

// call returns a call of one of the document's names, directly or through
// socketcall or ipc, or of any number.
func (g *generator) call(d *oci.Document, arches []arch.Arch) call {
	a := pick(g, arches...)
	x := call{audit: a.Audit(), nr: a.Base() + uint32(g.IntN(480))}
	for i := range x.args {
		x.args[i] = g.value()
	}
	if g.IntN(20) == 0 {
		x.nr = pick[uint32](g, 0xffffffff, 0, a.Base(), x.nr|1<<30)
		return x
	}
	names := pick(g, d.Syscalls...).Names
	name := pick(g, names...)
	if nr, ok := syscalls.Lookup(a, name); ok {
		x.nr = nr
	}
	if via, sub, ok := syscalls.Multiplexed(a, name); ok && g.IntN(2) == 0 {
		x.nr, _ = syscalls.Lookup(a, via)
		x.args[0] = uint64(sub)
	}
	return x
}

// unspecified reports whether the order of d's rules is the profile's own: one
// of the findings says so.
func unspecified(fs oci.Findings) bool {
	return slices.ContainsFunc(fs, func(f oci.Finding) bool {
		return f.ID == "unspecified-order" || f.ID == "unspecified-abi"
	})
}

// changedSince reports whether versions before 2.6 may order d's rules in
// another way than later ones: upper bounds beyond 32 bits, and several
// inequalities.
func changedSince(d *oci.Document) bool {
	unequal := 0
	for _, e := range d.Syscalls {
		for _, a := range e.Args {
			switch a.Op {
			case profile.OpNotEqual:
				unequal++
			case profile.OpLess, profile.OpLessEqual:
				if a.Value>>32 != 0 {
					return true
				}
			}
		}
	}
	return unequal > 1
}

// masksSeveral reports whether d has a mask in a rule with several conditions,
// of which the selector of socketcall or ipc is one. In which order rules with
// these are tried isn't specified by libseccomp at every point.
func masksSeveral(d *oci.Document) bool {
	return slices.ContainsFunc(d.Syscalls, func(e oci.Entry) bool {
		_, _, muxed := syscalls.Multiplexed(arch.X86, e.Names[0])
		return (len(e.Args) > 1 || muxed) && slices.ContainsFunc(e.Args, func(a oci.Arg) bool { return a.Op == profile.OpMaskedEqual })
	})
}

func hasID(err error, id string) bool {
	var fs oci.Findings
	return errors.As(err, &fs) && slices.ContainsFunc(fs, func(f oci.Finding) bool { return f.ID == id })
}

func dump(d *oci.Document, arches []arch.Arch) string {
	s := fmt.Sprintln(arches, d.DefaultAction.Kind, d.DefaultErrno)
	for _, e := range d.Syscalls {
		s += fmt.Sprintf("\t%v %v %v", e.Names, e.Action.Kind, e.Errno)
		for _, a := range e.Args {
			s += fmt.Sprintf(" [%d %s %#x %#x]", a.Index, oci.OpName(a.Op), a.Value, a.ValueTwo)
		}
		s += "\n"
	}
	return s
}
