package compile_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/compile/compiletest"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
)

// mutant is a program with one instruction changed.
type mutant struct {
	kind string
	pc   int
	prog []bpf.RawInstruction
}

// mutants returns a program's mutants: each instruction changed in each of these
// ways that it allows.
func mutants(p []bpf.RawInstruction) []mutant {
	var all []mutant
	for pc, ins := range p {
		change := func(kind string, f func(ins *bpf.RawInstruction)) {
			q := slices.Clone(p)
			f(&q[pc])
			if q[pc] != ins {
				all = append(all, mutant{kind, pc, q})
			}
		}
		turn := func(kind string, op uint16) {
			change(kind, func(ins *bpf.RawInstruction) { ins.Op = op })
		}
		switch ins.Op {
		case cbpf.LdWAbs:
			change("next word", func(ins *bpf.RawInstruction) { ins.K += 4 })
			change("word before", func(ins *bpf.RawInstruction) { ins.K -= 4 })
			change("next field", func(ins *bpf.RawInstruction) { ins.K += 8 })
			change("no load", func(ins *bpf.RawInstruction) { *ins = cbpf.JA(0) })
			continue
		case cbpf.Ja:
			change("longer jump", func(ins *bpf.RawInstruction) { ins.K++ })
			change("shorter jump", func(ins *bpf.RawInstruction) { ins.K-- })
			continue
		case cbpf.JeqK:
			turn("JEQ to JGE", cbpf.JgeK)
			turn("JEQ to JGT", cbpf.JgtK)
		case cbpf.JgtK:
			turn("JGT to JGE", cbpf.JgeK)
		case cbpf.JgeK:
			turn("JGE to JGT", cbpf.JgtK)
		case cbpf.JsetK:
			turn("JSET to JEQ", cbpf.JeqK)
		case cbpf.AndK:
			change("no mask", func(ins *bpf.RawInstruction) { *ins = cbpf.JA(0) })
		case cbpf.RetK:
			change("other action", func(ins *bpf.RawInstruction) { ins.K ^= 1 << 16 })
		}
		change("constant + 1", func(ins *bpf.RawInstruction) { ins.K++ })
		change("constant - 1", func(ins *bpf.RawInstruction) { ins.K-- })
		if ins.Op&7 == 5 {
			change("branches swapped", func(ins *bpf.RawInstruction) { ins.Jt, ins.Jf = ins.Jf, ins.Jt })
			change("longer true branch", func(ins *bpf.RawInstruction) { ins.Jt++ })
			change("shorter true branch", func(ins *bpf.RawInstruction) { ins.Jt-- })
			change("longer false branch", func(ins *bpf.RawInstruction) { ins.Jf++ })
			change("shorter false branch", func(ins *bpf.RawInstruction) { ins.Jf-- })
		}
	}
	return slices.DeleteFunc(all, func(m mutant) bool { return cbpf.Check(m.prog) != nil })
}

// TestMutants changes programs. Of each mutant the proof must say truly whether
// it differs: where it says so, by a call on which it does; where it doesn't,
// the mutant must agree on all boundary values of the profile.
func TestMutants(t *testing.T) {
	profiles := []struct {
		entry
		arches []arch.Arch
	}{
		{entry{"container", container(arch.X86_64, arch.X86, arch.X32)}, []arch.Arch{arch.X86_64, arch.X86, arch.X32}},
		{entry{"allow-list", allowList()}, []arch.Arch{arch.X86_64}},
	}
	for _, e := range corpus() {
		if len(e.profile.Rules) <= 100 {
			profiles = append(profiles, struct {
				entry
				arches []arch.Arch
			}{e, []arch.Arch{arch.X86_64, arch.X86}}, struct {
				entry
				arches []arch.Arch
			}{e, []arch.Arch{arch.S390X}})
		}
	}
	var count struct{ mutants, different, equal, checked int }
	equal := make(map[string]int)
	for _, c := range profiles {
		p, target := c.profile.On(c.arches...), compile.Target{Arch: c.arches[0]}
		prog, err := compile.Compile(p, compile.Options{Target: target})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var calls []compile.Data // made when first needed
		for _, m := range mutants(prog.Raw()) {
			count.mutants++
			other, err := compile.FromRaw(m.prog, target.Arch)
			if err != nil {
				t.Fatal(err)
			}
			what := fmt.Sprintf("%s: %s at %d", c.name, m.kind, m.pc)
			err = compile.Verify(other, p, target)
			var differ *compile.MismatchError
			switch {
			case errors.As(err, &differ):
				count.different++
				shows(t, what, differ.Counterexample, p, target, other)
			case err != nil:
				t.Errorf("%s: %v", what, err)
			default:
				count.equal++
				equal[m.kind]++
				if calls == nil {
					calls = slices.Collect(compiletest.Boundaries(p, target))
				}
				for _, d := range append(around(m, c.arches), calls...) {
					count.checked++
					if a, b := prog.Run(d), other.Run(d); a != b {
						t.Fatalf("%s: accepted, but on %v %v became %v", what, d, a, b)
					}
				}
			}
		}
	}
	t.Logf("%d mutants of %d programs: %d differ, each shown by a call; %d are equal, confirmed on %d calls", count.mutants, len(profiles), count.different, count.equal, count.checked)
	t.Logf("equal: %v", equal)
	if count.different < 7500 || count.equal < 700 {
		t.Error("too few mutants")
	}
}

// shows tests that a difference between a profile and a program is real.
func shows(t *testing.T, what string, d compile.Counterexample, p profile.Profile, target compile.Target, prog *compile.Program) {
	t.Helper()
	want, err := compile.Evaluate(p, target, d.Data)
	if err != nil || want.Action != d.A || prog.Run(d.Data) != d.B || d.A == d.B {
		t.Errorf("%s: %v, but the profile says %v (%v) and the program %v", what, d, want.Action, err, prog.Run(d.Data))
	}
}

// around returns calls near the constant that was changed, in every field.
func around(m mutant, arches []arch.Arch) []compile.Data {
	var ds []compile.Data
	for _, k := range []uint32{m.prog[m.pc].K - 1, m.prog[m.pc].K, m.prog[m.pc].K + 1} {
		for _, a := range arches {
			d := compile.Data{Audit: a.Audit()}
			for i := range d.Args {
				d.Args[i] = uint64(k)
			}
			d.Nr = int32(k)
			ds = append(ds, d)
			for _, n := range m.prog { // numbers that the program knows
				d.Nr = int32(n.K)
				if n.Op == cbpf.JeqK || n.Op == cbpf.JgeK {
					ds = append(ds, d)
				}
			}
		}
		ds = append(ds, compile.Data{Audit: k})
	}
	return ds
}
