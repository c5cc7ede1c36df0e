package docker

import (
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// document returns moby's default profile, which is recognised as Docker's.
func document(t testing.TB) *oci.Document {
	t.Helper()
	d, err := Document()
	if err != nil {
		t.Fatal(err)
	}
	if d.Dialect != oci.DialectDocker {
		t.Errorf("the dialect is %v", d.Dialect)
	}
	return d
}

// TestApplied looks at entries whose conditions depend on capabilities, the ABI
// and the kernel.
func TestApplied(t *testing.T) {
	d := document(t)
	has := func(name string, target oci.Target) bool {
		return slices.ContainsFunc(Applied(d, target), func(e oci.Entry) bool { return slices.Contains(e.Names, name) && len(e.Args) == 0 })
	}
	v3, v6 := syscalls.Release{Major: 3, Minor: 10}, syscalls.Release{Major: 6, Minor: 12}
	for _, tt := range []struct {
		name   string
		target oci.Target
		want   bool
	}{
		{"read", oci.Target{Arch: arch.X86_64}, true},
		{"mount", oci.Target{Arch: arch.X86_64}, false},
		{"mount", oci.Target{Arch: arch.X86_64, Caps: []string{"CAP_SYS_ADMIN"}}, true},
		{"arch_prctl", oci.Target{Arch: arch.X86_64}, true},
		{"arch_prctl", oci.Target{Arch: arch.RISCV64}, false},
		{"ptrace", oci.Target{Arch: arch.X86_64, Kernel: v3}, false},
		{"ptrace", oci.Target{Arch: arch.X86_64, Kernel: v6}, true},
	} {
		if got := has(tt.name, tt.target); got != tt.want {
			t.Errorf("%s on %+v: %v, want %v", tt.name, tt.target, got, tt.want)
		}
	}
}
