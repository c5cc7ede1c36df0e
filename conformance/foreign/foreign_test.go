package foreign

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/moby/profiles/seccomp"
	specs "github.com/opencontainers/runtime-spec/specs-go"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/conformance/libseccomp"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// machines are the ABIs of filters, a machine's own first; machines of the byte
// order of those that run this.
func machines() [][]arch.Arch {
	return [][]arch.Arch{
		{arch.X86_64}, {arch.X86_64, arch.X86, arch.X32}, {arch.X86}, {arch.AArch64, arch.ARM}, {arch.ARM},
		{arch.RISCV64}, {arch.PPC64LE}, {arch.MIPSEL64, arch.MIPSEL, arch.MIPSEL64N32}, {arch.MIPSEL},
	}
}

// theirs returns libseccomp's program for a document, at a level of optimisation:
// 1 is a list, 2 a binary tree.
func theirs(t testing.TB, d *oci.Document, arches []arch.Arch, level int) *compile.Program {
	t.Helper()
	def, rules := libseccomp.Flatten(d, arches[0])
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

// ours returns the program compiled from the same document. Crun reads it as it
// is, where runc adds rules for calls that it doesn't know.
func ours(t testing.TB, d *oci.Document, arches []arch.Arch) (profile.Profile, *compile.Program) {
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

// compared holds libseccomp's program for a document against ours and itself.
func compared(t *testing.T, d *oci.Document, arches []arch.Arch, level int) {
	t.Helper()
	their := theirs(t, d, arches, level)
	p, our := ours(t, d, arches)
	target := compile.Target{Arch: arches[0]}
	changes, err := compile.Diff(their, our)
	if err != nil {
		t.Fatal(err)
	}
	unexplained := slices.ContainsFunc(changes, func(c compile.Change) bool { return !younger(c) })
	differ, err := compile.Equal(their, our)
	if err != nil {
		t.Fatal(err)
	}
	if unexplained || (len(changes) == 0) != (differ == nil) {
		t.Fatalf("%v, level %d: %v\n%v\n%s", arches, level, differ, changes, dump(d))
	}
	if differ != nil && (their.Run(differ.Data) != differ.A || our.Run(differ.Data) != differ.B || differ.A == differ.B) {
		t.Fatalf("%v, level %d: %v", arches, level, differ)
	}
	if err := compile.Verify(their, p, target); (err == nil) != (differ == nil) {
		t.Fatalf("%v, level %d: %v, but %v", arches, level, err, differ)
	}
	e, err := their.Explain()
	if err != nil {
		t.Fatal(err)
	}
	again, err := compile.Compile(e.Profile(), compile.Options{Target: target})
	if err != nil {
		t.Fatalf("%v, level %d: %v\n%v", arches, level, err, e)
	}
	if differ, err := compile.Equal(their, again); differ != nil || err != nil {
		t.Fatalf("%v, level %d: explained: %v, %v\n%v", arches, level, differ, err, e)
	}
}

// younger reports whether a change is about calls that libseccomp's table lacks.
func younger(c compile.Change) bool {
	return c.Arch != 0 && len(c.Numbers) == 0 &&
		!slices.ContainsFunc(c.Syscalls, func(name string) bool { return libseccomp.Agrees(c.Arch, name) })
}

// docker returns Docker's default profile as Docker gives it to a runtime on
// this machine, for a container with these capabilities.
func docker(t testing.TB, caps ...string) *oci.Document {
	t.Helper()
	s, err := seccomp.GetDefaultProfile(&specs.Spec{Process: &specs.Process{Capabilities: &specs.LinuxCapabilities{Bounding: caps}}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	d, err := oci.Parse(text, oci.ParseOptions{Dialect: oci.DialectOCI})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDocker compares Docker's default profile on several machines: once whole,
// where only calls that libseccomp's table lacks may differ, and once without
// these calls, where nothing may.
func TestDocker(t *testing.T) {
	t.Logf("libseccomp %s", libseccomp.Version())
	for _, caps := range [][]string{nil, {"CAP_SYS_ADMIN", "CAP_SYS_PTRACE"}, {"CAP_BPF", "CAP_PERFMON", "CAP_SYS_CHROOT"}} {
		d := docker(t, caps...)
		for _, arches := range machines() {
			d.Architectures = arches
			known := *d
			known.Syscalls = slices.Clone(d.Syscalls)
			for i := range known.Syscalls {
				e := &known.Syscalls[i]
				e.Names = slices.DeleteFunc(slices.Clone(e.Names), func(name string) bool {
					return slices.ContainsFunc(arches, func(a arch.Arch) bool { return !libseccomp.Agrees(a, name) })
				})
			}
			for level := 1; level <= 2; level++ {
				compared(t, d, arches, level)
				their := theirs(t, &known, arches, level)
				_, our := ours(t, &known, arches)
				if changes, err := compile.Diff(their, our); len(changes) > 0 || err != nil {
					t.Fatalf("%v, level %d: %v\n%v", arches, level, err, changes)
				}
			}
		}
	}
}

// TestRandom compares 200 random documents.
func TestRandom(t *testing.T) {
	total := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		arches := machines()[r.IntN(len(machines()))]
		d := random(r, arches)
		level := 1 + int(seed%2)
		compared(t, d, arches, level)
		total += len(theirs(t, d, arches, level).Raw())
	}
	t.Logf("%d instructions", total)
}

// random returns a document the meaning of which libseccomp specifies: for each
// call there are one rule with any conditions, or several of equality, or one
// without conditions.
func random(r *rand.Rand, arches []arch.Arch) *oci.Document {
	pick := func(from ...uint64) uint64 { return from[r.IntN(len(from))] }
	kinds := []profile.Kind{profile.KindAllow, profile.KindErrno, profile.KindTrap, profile.KindLog, profile.KindKillThread, profile.KindKillProcess}
	r.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	d := &oci.Document{Dialect: oci.DialectOCI, Architectures: arches, DefaultAction: oci.Action{Kind: kinds[0], Set: true}}
	var names []string
	for _, name := range syscalls.All(arches[0]) {
		muxed := slices.ContainsFunc(arches, func(a arch.Arch) bool { _, _, m := syscalls.Multiplexed(a, name); return m })
		if !muxed && !slices.ContainsFunc(arches, func(a arch.Arch) bool {
			_, ok := syscalls.Lookup(a, name)
			return !ok || !libseccomp.Agrees(a, name)
		}) {
			names = append(names, name)
		}
	}
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	bounds := []profile.Op{profile.OpLess, profile.OpLessEqual, profile.OpGreater, profile.OpGreaterEqual}
	unequal := false
	for range 1 + r.IntN(60) {
		name, rules, conditions := names[0], 1, r.IntN(3)
		names = names[1:]
		ops := []profile.Op{profile.OpEqual, profile.OpMaskedEqual}
		if conditions > 0 && r.IntN(2) == 0 {
			rules = 1 + r.IntN(8)
			ops = ops[:1]
		} else {
			ops = append(ops, bounds...)
			if !unequal {
				ops = append(ops, profile.OpNotEqual)
			}
		}
		kind := kinds[1+r.IntN(3)]
		indexes := r.Perm(6)
		for range rules {
			e := oci.Entry{Names: []string{name}, Action: oci.Action{Kind: kind, Set: true}}
			for i := range conditions {
				a := oci.Arg{Index: indexes[i], Op: ops[r.IntN(len(ops))], Value: pick(0, 1, 2, 7, 0x80000000, 0xffffffff, r.Uint64N(1<<32))}
				switch a.Op {
				case profile.OpEqual, profile.OpGreater, profile.OpGreaterEqual:
					a.Value |= pick(0, 0, 0, 1<<32, 1<<63)
				case profile.OpMaskedEqual:
					a.ValueTwo, a.Value = a.Value, pick(1, 3, 0xff00, 0xffffffff, 1<<32-2, 1<<63|4, 1<<40|1<<20)
				case profile.OpNotEqual:
					unequal = true
					ops = ops[:2]
				}
				e.Args = append(e.Args, a)
			}
			d.Syscalls = append(d.Syscalls, e)
		}
	}
	return d
}

func dump(d *oci.Document) string {
	s := fmt.Sprintln(d.DefaultAction.Kind)
	for _, e := range d.Syscalls {
		s += fmt.Sprintf("\t%v %v", e.Names, e.Action.Kind)
		for _, a := range e.Args {
			s += fmt.Sprintf(" [%d %s %#x %#x]", a.Index, oci.OpName(a.Op), a.Value, a.ValueTwo)
		}
		s += "\n"
	}
	return s
}

// BenchmarkProve measures the proof of programs for Docker's default profile:
// our own, and libseccomp's.
func BenchmarkProve(b *testing.B) {
	for _, arches := range [][]arch.Arch{{arch.X86_64}, {arch.X86_64, arch.X86, arch.X32}} {
		d := docker(b)
		d.Architectures = arches
		p, our := ours(b, d, arches)
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
		for level := 1; level <= 2; level++ {
			their := theirs(b, d, arches, level)
			run(fmt.Sprint("libseccomp's, level ", level), their, func() error { _, err := compile.Equal(their, our); return err })
		}
	}
}
