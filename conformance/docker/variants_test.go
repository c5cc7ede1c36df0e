package docker

import (
	"fmt"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// variant is the default profile as one runtime reads it for one container.
type variant struct {
	name    string // machine/runtime/capabilities
	target  compile.Target
	profile profile.Profile
}

// machines returns those for which Docker's default profile is resolved.
func machines() []arch.Arch {
	return []arch.Arch{arch.X86_64, arch.AArch64, arch.ARM, arch.S390X, arch.PPC64LE, arch.RISCV64, arch.LoongArch64, arch.MIPS64}
}

// variants returns the profile for every machine, runtime and set of capabilities.
func variants(t testing.TB) (vs []variant) {
	t.Helper()
	d := document(t)
	for _, machine := range machines() {
		for _, runtime := range []oci.Runtime{oci.Runc, oci.Crun} {
			for _, set := range CapSets(d) {
				vs = append(vs, resolve(t, d, machine, runtime, set))
			}
		}
	}
	return vs
}

func resolve(t testing.TB, d *oci.Document, machine arch.Arch, runtime oci.Runtime, set CapSet) variant {
	t.Helper()
	kernel := syscalls.Release{Major: 6, Minor: 12}
	runtimeName := "runc"
	if runtime == oci.Crun {
		runtimeName = "crun"
	}
	name := fmt.Sprintf("%v/%s/%s", machine, runtimeName, set.Name)
	p, _, err := d.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: machine, Kernel: kernel, Caps: set.Caps}, Runtime: runtime})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return variant{name, compile.Target{Arch: machine, Kernel: kernel}, p}
}

// isDockers reports whether the variant is what Docker gives a container that is
// started without options.
func (v variant) isDockers() bool { return strings.HasSuffix(v.name, "/runc/default") }

func (v variant) compile(t testing.TB, skipProof bool) *compile.Program {
	t.Helper()
	prog, err := compile.Compile(v.profile, compile.Options{Target: v.target, SkipProof: skipProof})
	if err != nil {
		t.Fatalf("%s: %v", v.name, err)
	}
	return prog
}
