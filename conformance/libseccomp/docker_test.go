package libseccomp

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/moby/profiles/seccomp"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// TestDocker compares Docker's default profile on every target, for containers
// without capabilities, with Docker's own set of them and with all.
func TestDocker(t *testing.T) {
	text, err := json.Marshal(seccomp.DefaultProfile())
	if err != nil {
		t.Fatal(err)
	}
	d, err := oci.Parse(text, oci.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Dialect != oci.DialectDocker {
		t.Errorf("dialect %v", d.Dialect)
	}
	var c counts
	for name, caps := range capSets(d) {
		for _, native := range arch.All() {
			if !Supports(native) {
				continue
			}
			target := oci.Target{Arch: native, Caps: caps, Kernel: syscalls.Release{Major: 6, Minor: 12}}
			p, findings, err := d.Resolve(oci.ResolveOptions{Target: target, Runtime: oci.Crun})
			if err != nil {
				t.Errorf("%v, %s: %v", native, name, err)
				continue
			}
			for _, f := range findings {
				t.Logf("%v, %s: %v", native, name, f)
			}
			known := agreed(d, p.Arches)
			if p, _, err = known.Resolve(oci.ResolveOptions{Target: target, Runtime: oci.Crun}); err != nil {
				t.Errorf("%v, %s: %v", native, name, err)
				continue
			}
			flat := filtered(known, target)
			def, rules := Flatten(flat, native)
			prog, err := Build(def, p.Arches, rules, 2)
			if err != nil {
				t.Errorf("%v, %s: %v", native, name, err)
				continue
			}
			c.documents++
			g := &generator{Rand: rand.New(rand.NewPCG(1, uint64(native)))}
			for _, e := range flat.Syscalls {
				for _, a := range e.Args {
					g.values = append(g.values, a.Value, a.ValueTwo)
				}
			}
			if err := comparePoints(g, flat, p, prog, 6000, &c); err != nil {
				t.Errorf("%v, %s: %v", native, name, err)
			}
			c.points += 6000
		}
	}
	t.Log(c.String())
}

func capSets(d *oci.Document) map[string][]string {
	var all []string
	for _, e := range d.Syscalls {
		all = append(append(all, e.Includes.Caps...), e.Excludes.Caps...)
	}
	return map[string][]string{
		"none": nil,
		"default": {"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID",
			"CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE"},
		"all": all,
	}
}

// filtered returns d with the entries that moby keeps for a target, as its
// source has it (seccomp_linux.go): a second reading of what includes and
// excludes mean.
func filtered(d *oci.Document, t oci.Target) *oci.Document {
	out := &oci.Document{Dialect: oci.DialectOCI, DefaultAction: d.DefaultAction, DefaultErrno: d.DefaultErrno}
	has := func(c string) bool { return slices.Contains(t.Caps, c) }
	newer := func(r syscalls.Release) bool { return t.Kernel.Major*1000+t.Kernel.Minor >= r.Major*1000+r.Minor }
next:
	for _, e := range d.Syscalls {
		if slices.Contains(e.Excludes.Arches, t.Arch) || slices.ContainsFunc(e.Excludes.Caps, has) ||
			e.Excludes.MinKernelSet && newer(e.Excludes.MinKernel) {
			continue
		}
		if e.Includes.Arches != nil && !slices.Contains(e.Includes.Arches, t.Arch) {
			continue
		}
		for _, c := range e.Includes.Caps {
			if !has(c) {
				continue next
			}
		}
		if e.Includes.MinKernelSet && !newer(e.Includes.MinKernel) {
			continue
		}
		out.Syscalls = append(out.Syscalls, e)
	}
	return out
}

// agreed returns d without the names whose numbers on the ABIs differ from the
// library's, which may be older.
func agreed(d *oci.Document, arches []arch.Arch) *oci.Document {
	d = &oci.Document{Dialect: d.Dialect, DefaultAction: d.DefaultAction, DefaultErrno: d.DefaultErrno,
		ArchMap: d.ArchMap, Syscalls: slices.Clone(d.Syscalls)}
	for i := range d.Syscalls {
		e := &d.Syscalls[i]
		e.Names = slices.DeleteFunc(slices.Clone(e.Names), func(name string) bool {
			return slices.ContainsFunc(arches, func(a arch.Arch) bool { return !Agrees(a, name) })
		})
	}
	d.Syscalls = slices.DeleteFunc(d.Syscalls, func(e oci.Entry) bool { return len(e.Names) == 0 })
	return d
}

func ExampleBuild() {
	prog, err := Build(0x7fff0000, []arch.Arch{arch.X86_64}, []Rule{{Name: "ptrace", Action: 0x50001}}, 1)
	fmt.Println(len(prog) > 0, err)
	// Output: true <nil>
}
