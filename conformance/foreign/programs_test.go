package foreign

import (
	"fmt"
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/conformance/libseccomp"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// machines returns lists of ABIs: a machine's own, then others that its filter
// covers. Their byte order is little-endian, as that of the hosts of these tests.
func machines() [][]arch.Arch {
	return [][]arch.Arch{
		{arch.X86_64}, {arch.X86_64, arch.X86, arch.X32}, {arch.X86}, {arch.AArch64, arch.ARM}, {arch.ARM},
		{arch.RISCV64}, {arch.PPC64LE}, {arch.MIPSEL64, arch.MIPSEL, arch.MIPSEL64N32}, {arch.MIPSEL},
	}
}

// levels are libseccomp's levels of optimisation: a list and a binary tree.
var levels = [...]int{1, 2}

// theirProgram returns libseccomp's program for a document.
func theirProgram(t testing.TB, d *oci.Document, arches []arch.Arch, level int) *compile.Program {
	t.Helper()
	def, rules := libseccomp.RuntimeRules(d, arches[0])
	raw, err := libseccomp.Build(def, arches, rules, level)
	if err != nil {
		t.Fatal(err)
	}
	prog, err := compile.FromRaw(raw, arches[0])
	if err != nil {
		t.Fatal(err)
	}
	return prog
}

// ourProgram returns the program compiled from the same document. It is resolved for
// crun, because runc adds rules for numbers that it doesn't know.
func ourProgram(t testing.TB, d *oci.Document, arches []arch.Arch) (profile.Profile, *compile.Program) {
	t.Helper()
	p, _, err := d.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: arches[0]}, Runtime: oci.Crun})
	if err != nil {
		t.Fatal(err)
	}
	prog, err := compile.Compile(p, compile.Options{Target: compile.Target{Arch: arches[0]}})
	if err != nil {
		t.Fatal(err)
	}
	return p, prog
}

// comparePrograms compares libseccomp's program for a document with ours. What Diff,
// Equal and Verify say of the two must agree.
func comparePrograms(t *testing.T, d *oci.Document, arches []arch.Arch, level int) {
	t.Helper()
	their := theirProgram(t, d, arches, level)
	p, our := ourProgram(t, d, arches)
	target := compile.Target{Arch: arches[0]}
	changes, err := compile.Diff(their, our)
	if err != nil {
		t.Fatal(err)
	}
	unexplained := slices.ContainsFunc(changes, func(c compile.Change) bool { return !unknownThere(c) })
	differ, err := compile.Equal(their, our)
	if err != nil {
		t.Fatal(err)
	}
	if unexplained || (len(changes) == 0) != (differ == nil) {
		t.Fatalf("%v, level %d: %v\n%v\n%s", arches, level, differ, changes, text(d))
	}
	if differ != nil && (their.Run(differ.Data) != differ.A || our.Run(differ.Data) != differ.B || differ.A == differ.B) {
		t.Fatalf("%v, level %d: %v is no counterexample", arches, level, differ)
	}
	if err := compile.Verify(their, p, target); (err == nil) != (differ == nil) {
		t.Fatalf("%v, level %d: Verify returns %v, Equal %v", arches, level, err, differ)
	}
	if err := explainsItself(their, target); err != nil {
		t.Fatalf("%v, level %d: %v", arches, level, err)
	}
}

// explainsItself returns an error unless the explanation of a program compiles to an
// equal program.
func explainsItself(prog *compile.Program, target compile.Target) error {
	e, err := prog.Explain()
	if err != nil {
		return err
	}
	again, err := compile.Compile(e.Profile(), compile.Options{Target: target})
	if err != nil {
		return fmt.Errorf("%w\n%v", err, e)
	}
	if differ, err := compile.Equal(prog, again); differ != nil || err != nil {
		return fmt.Errorf("the explanation differs: %v, %v\n%v", differ, err, e)
	}
	return nil
}

// unknownThere reports whether a change is only about calls that libseccomp's tables
// lack.
func unknownThere(c compile.Change) bool {
	return c.Arch != 0 && len(c.Numbers) == 0 &&
		!slices.ContainsFunc(c.Syscalls, func(name string) bool { return libseccomp.Agrees(c.Arch, name) })
}

// TestDocker compares Docker's default profile on several machines: first whole,
// where only calls that libseccomp's tables lack may differ, then without these
// calls, where nothing may.
func TestDocker(t *testing.T) {
	t.Logf("libseccomp %s", libseccomp.Version())
	for _, caps := range [][]string{nil, {"CAP_SYS_ADMIN", "CAP_SYS_PTRACE"}, {"CAP_BPF", "CAP_PERFMON", "CAP_SYS_CHROOT"}} {
		d := dockerDocument(t, caps...)
		for _, arches := range machines() {
			d.Architectures = arches
			known := libseccomp.WithoutUnknown(d, arches)
			for _, level := range levels {
				comparePrograms(t, d, arches, level)
				their := theirProgram(t, known, arches, level)
				_, our := ourProgram(t, known, arches)
				if changes, err := compile.Diff(their, our); len(changes) > 0 || err != nil {
					t.Fatalf("%v, level %d: %v\n%v", arches, level, err, changes)
				}
			}
		}
	}
}

// TestRandom compares 200 random documents.
func TestRandom(t *testing.T) {
	for seed := range uint64(200) {
		d, arches := randomDocument(seed)
		comparePrograms(t, d, arches, levels[seed%2])
	}
}

// BenchmarkProve measures how long it takes to prove programs for Docker's default
// profile: ours against the profile, and libseccomp's against ours.
func BenchmarkProve(b *testing.B) {
	for _, arches := range [][]arch.Arch{{arch.X86_64}, {arch.X86_64, arch.X86, arch.X32}} {
		d := dockerDocument(b)
		d.Architectures = arches
		p, our := ourProgram(b, d, arches)
		target := compile.Target{Arch: arch.X86_64}
		run := func(name string, prog *compile.Program, f func() error) {
			b.Run(fmt.Sprintf("%d ABIs/%s", len(arches), name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := f(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(len(prog.Raw())), "instructions")
			})
		}
		run("ours", our, func() error { return compile.Verify(our, p, target) })
		for _, level := range levels {
			their := theirProgram(b, d, arches, level)
			run(fmt.Sprint("libseccomp's, level ", level), their, func() error { _, err := compile.Equal(their, our); return err })
		}
	}
}
