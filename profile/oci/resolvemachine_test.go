package oci_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// TestIncludes holds which entries count on which machine.
func TestIncludes(t *testing.T) {
	machine := oci.Target{Arch: arch.AArch64, Kernel: syscalls.Release{Major: 5, Minor: 10}, Caps: []string{"CAP_A", "CAP_B"}}
	for _, tt := range []struct {
		conditions     string
		docker, podman bool // the entry counts
	}{
		{`"includes":{}`, true, true},
		{`"includes":{"caps":["CAP_A","CAP_B"]}`, true, true},
		{`"includes":{"caps":["CAP_A","CAP_C"]}`, false, false},
		{`"includes":{"caps":["cap_a"]}`, false, false},
		{`"excludes":{"caps":["CAP_C","CAP_B"]}`, false, false},
		{`"excludes":{"caps":["CAP_C"]}`, true, true},
		{`"includes":{"caps":["CAP_A"]},"excludes":{"caps":["CAP_A"]}`, false, false},
		{`"includes":{"arches":["arm","arm64"]}`, true, true},
		{`"includes":{"arches":["arm"]}`, false, false},
		{`"excludes":{"arches":["arm64"]}`, false, false},
		{`"includes":{"minKernel":"5.10"}`, true, true},
		{`"includes":{"minKernel":"5.11"}`, false, true},
		{`"includes":{"minKernel":"6.1"}`, false, true},
		{`"excludes":{"minKernel":"4.8"}`, false, true},
		{`"excludes":{"minKernel":""}`, false, true},
		{`"excludes":{"minKernel":"5.11"}`, true, true},
	} {
		doc := `{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW",` + tt.conditions + `}]}`
		for _, dialect := range []oci.Dialect{oci.DialectDocker, oci.DialectPodman, oci.DialectOCI} {
			d := mustParse(t, doc, dialect)
			p, _, err := d.Resolve(oci.ResolveOptions{Target: machine, Runtime: oci.Crun})
			if err != nil {
				t.Fatal(err)
			}
			want := dialect == oci.DialectOCI || dialect == oci.DialectDocker && tt.docker || dialect == oci.DialectPodman && tt.podman
			if got := len(p.Rules) == 1; got != want {
				t.Errorf("%s, dialect %d: counts %v, want %v", tt.conditions, dialect, got, want)
			}
		}
	}
}

// TestArches holds which ABIs a filter covers, and the findings about them.
func TestArches(t *testing.T) {
	archMap := func(arch string, sub ...string) string {
		return fmt.Sprintf(`"archMap":[{"architecture":%q,"subArchitectures":["%s"]},{"architecture":%q,"subArchitectures":[]}]`, arch, strings.Join(sub, `","`), arch)
	}
	for _, tt := range []struct {
		native  arch.Arch
		dialect oci.Dialect
		runtime oci.Runtime
		keys    string
		want    string
		ids     []string
	}{
		{arch.X86_64, oci.DialectOCI, 0, `"architectures":[]`, "[x86_64]", nil},
		{arch.X86_64, oci.DialectOCI, 0, `"architectures":["SCMP_ARCH_X86","SCMP_ARCH_X86_64"]`, "[x86_64 x86]", nil},
		{arch.X86_64, oci.DialectOCI, 0, `"architectures":["SCMP_ARCH_SH"]`, "[x86_64 sh]", []string{"arch-refused"}},
		{arch.X86_64, oci.DialectOCI, oci.Crun, `"architectures":["SCMP_ARCH_SH"]`, "[x86_64 sh]", nil},
		{arch.X86_64, oci.DialectOCI, 0, `"architectures":["SCMP_ARCH_S390X"]`, "[]", []string{"error foreign-endian"}},
		{arch.X86_64, oci.DialectDocker, 0, archMap("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"), "[x86_64 x86 x32]", nil},
		{arch.AArch64, oci.DialectDocker, 0, archMap("SCMP_ARCH_X86_64", "SCMP_ARCH_X86"), "[aarch64]", nil},
		{arch.RISCV64, oci.DialectDocker, 0, archMap("SCMP_ARCH_RISCV64", "SCMP_ARCH_RISCV64"), "[riscv64]", nil},
		{arch.PPC64, oci.DialectDocker, 0, archMap("SCMP_ARCH_PPC64", "SCMP_ARCH_PPC"), "[ppc64 ppc]", nil},
		{arch.PPC64, oci.DialectPodman, 0, archMap("SCMP_ARCH_PPC64", "SCMP_ARCH_PPC"), "[ppc64 ppc]", []string{"arch-map-unmatched"}},
		{arch.MIPSEL, oci.DialectDocker, 0, archMap("SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64"), "[mipsel mipsel64]", []string{"arch-map-unmatched"}},
	} {
		d := mustParse(t, `{"defaultAction":"SCMP_ACT_ERRNO",`+tt.keys+`,"syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}`, tt.dialect)
		p, fs, err := d.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: tt.native}, Runtime: tt.runtime})
		if got := fmt.Sprint(p.Arches); got != tt.want || !slices.Equal(ids(fs, err), tt.ids) {
			t.Errorf("%v, %s: %s %v, want %s %v", tt.native, tt.keys, got, ids(fs, err), tt.want, tt.ids)
		}
	}
}

func TestArchNames(t *testing.T) {
	doc := `{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW","includes":{"arches":["mips"]}}]}`
	for _, tt := range []struct {
		dialect oci.Dialect
		ids     []string
	}{{oci.DialectDocker, []string{"arch-unmatched"}}, {oci.DialectPodman, nil}} {
		p, fs, err := mustParse(t, doc, tt.dialect).Resolve(crunOn(arch.MIPS))
		if len(p.Rules) != 1 || !slices.Equal(ids(fs, err), tt.ids) {
			t.Errorf("%v: rules %v, %v", tt.dialect, p.Rules, ids(fs, err))
		}
	}
}

func TestFlags(t *testing.T) {
	for _, tt := range []struct {
		dialect oci.Dialect
		runtime oci.Runtime
		keys    string
		want    []profile.Flag
		ids     []string
	}{
		{oci.DialectOCI, 0, `"x":1`, []profile.Flag{profile.FlagSpecAllow}, nil},
		{oci.DialectOCI, 0, `"flags":[]`, nil, nil},
		{oci.DialectDocker, 0, `"flags":[]`, []profile.Flag{profile.FlagSpecAllow}, nil},
		{oci.DialectOCI, 0, `"flags":["SECCOMP_FILTER_FLAG_LOG","SECCOMP_FILTER_FLAG_LOG"]`, []profile.Flag{profile.FlagLog}, nil},
		{oci.DialectOCI, 0, `"flags":["SECCOMP_FILTER_FLAG_TSYNC"]`, []profile.Flag{profile.FlagTSync}, []string{"tsync-ignored"}},
		{oci.DialectOCI, oci.Crun, `"flags":["SECCOMP_FILTER_FLAG_TSYNC"]`, []profile.Flag{profile.FlagTSync}, nil},
		{oci.DialectOCI, 0, `"flags":["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]`, nil, []string{"error wait-without-notify"}},
		{oci.DialectOCI, oci.Crun, `"flags":["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]`, []profile.Flag{profile.FlagWaitKillableRecv}, []string{"wait-without-notify"}},
		{oci.DialectOCI, 0, `"flags":["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"],"listenerPath":"/s","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_NOTIFY"}]`,
			[]profile.Flag{profile.FlagWaitKillableRecv}, nil},
	} {
		p, fs, err := mustParse(t, `{"defaultAction":"SCMP_ACT_ALLOW",`+tt.keys+`}`, tt.dialect).Resolve(
			oci.ResolveOptions{Target: oci.Target{Arch: arch.X86_64}, Runtime: tt.runtime})
		if !slices.Equal(p.Flags, tt.want) || !slices.Equal(ids(fs, err), tt.ids) {
			t.Errorf("%s, runtime %d: %v %v, want %v %v", tt.keys, tt.runtime, p.Flags, ids(fs, err), tt.want, tt.ids)
		}
	}
}
