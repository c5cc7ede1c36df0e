package libseccomp

import (
	"errors"
	"fmt"
	"math/bits"
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

// machines returns lists of ABIs: a target's own, then others that its filter covers.
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

// TestDocuments compares random documents whose rule order libseccomp specifies.
func TestDocuments(t *testing.T) {
	const documents, points = 20000, 60
	t.Logf("libseccomp %s", Version())
	var c counts
	for seed := range uint64(documents) {
		g := newGenerator(seed, 0)
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
		t.Errorf("only %d documents were compared", c.documents)
	}
	if c.stricter > c.documents/1000 || c.masked > c.documents/1000 {
		t.Error("too many documents are refused by package oci alone, or differ in masked conditions")
	}
}

// counts says how many documents were compared, and what became of the others.
type counts struct {
	documents, points int
	refused           int // by libseccomp and by package oci
	stricter          int // refused by package oci alone
	masked            int // different, with masks whose order libseccomp does not specify
	outside           int // in an order that libseccomp does not specify
	different         int
	unsupported       int // for an ABI that libseccomp lacks
}

func (c *counts) String() string {
	return fmt.Sprintf("%d documents compared at %d points: %d refused by both and %d by package oci alone; %d different, and %d with masks on several arguments. Not compared: %d whose order libseccomp doesn't specify, %d for an ABI that it lacks",
		c.documents, c.points, c.refused, c.stricter, c.different, c.masked, c.outside, c.unsupported)
}

// compare returns an error if libseccomp and the resolved profile differ.
func compare(g *generator, d *oci.Document, arches []arch.Arch, points int, c *counts) error {
	native := arches[0]
	p, findings, err := d.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: native}, Runtime: oci.Crun})
	if unspecified(findings) || Version() < "2.6" && orderedOtherwise(d) {
		c.outside++
		return nil
	}
	def, rules := RuntimeRules(d, native)
	prog, refusal := Build(def, arches, rules, 1+g.rand.IntN(2))
	c.documents++
	if err != nil || refusal != nil {
		return compareRefusals(d, err, refusal, c)
	}
	c.points += points
	return comparePoints(g, d, p, prog, points, c)
}

// compareRefusals accepts that both refuse rules that conflict, for which libseccomp
// has EEXIST, or package oci alone.
func compareRefusals(d *oci.Document, err, refusal error, c *counts) error {
	var rule *RuleError
	conflict := hasID(err, "conflicting-rules")
	switch {
	case conflict && refusal == nil:
		c.stricter++
		return nil
	case conflict && errors.As(refusal, &rule) && rule.Errno == syscall.EEXIST:
		c.refused++
		return nil
	}
	c.different++
	return fmt.Errorf("oci: %v, libseccomp: %v\n%s", err, refusal, text(d))
}

// comparePoints compares verdicts on random calls.
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
		got := e.verdict(x)
		if p.Arches[0].ByteOrder() != arch.Native().ByteOrder() && bits.ReverseBytes32(want) == got {
			continue // libseccomp wrote the return value in the host's byte order
		}
		if got == want {
			continue
		}
		if masksSeveral(d) {
			c.masked++
			return nil
		}
		c.different++
		return fmt.Errorf("%v: %+v: profile %#x, libseccomp %#x\n%s", p.Arches, x, got, want, text(d))
	}
	return nil
}

// call returns a call of one of the document's names, made directly or through
// socketcall or ipc, or a call with any number.
func (g *generator) call(d *oci.Document, arches []arch.Arch) call {
	a := pick(g, arches...)
	x := call{audit: a.Audit(), nr: a.Base() + uint32(g.rand.IntN(480))}
	for i := range x.args {
		x.args[i] = g.value()
	}
	if g.rand.IntN(20) == 0 {
		x.nr = pick[uint32](g, 0xffffffff, 0, a.Base(), x.nr|1<<30)
		return x
	}
	names := pick(g, d.Syscalls...).Names
	name := pick(g, names...)
	if nr, ok := syscalls.Lookup(a, name); ok {
		x.nr = nr
	}
	if via, sub, ok := syscalls.Multiplexed(a, name); ok && g.rand.IntN(2) == 0 {
		x.nr, _ = syscalls.Lookup(a, via)
		x.args[0] = uint64(sub)
	}
	return x
}

// unspecified reports whether libseccomp leaves the order of the rules open, which
// package oci reports as a finding.
func unspecified(fs oci.Findings) bool {
	return slices.ContainsFunc(fs, func(f oci.Finding) bool {
		return f.ID == "unspecified-order" || f.ID == "unspecified-abi"
	})
}

// orderedOtherwise reports whether libseccomp before 2.6 may order the rules
// differently from later versions: upper bounds beyond 32 bits, and several
// inequalities.
func orderedOtherwise(d *oci.Document) bool {
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

// masksSeveral reports whether a rule with several conditions has a mask among them.
// The selector of socketcall or ipc counts as a condition. libseccomp does not fully
// specify the order of such rules.
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

// text returns a document as JSON, to reproduce a failure.
func text(d *oci.Document) []byte {
	b, err := d.MarshalJSON()
	if err != nil {
		return []byte(err.Error())
	}
	return b
}
