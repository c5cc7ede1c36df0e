package oci_test

import (
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// TestENOSYS holds runc's rules for numbers above those that are named.
func TestENOSYS(t *testing.T) {
	for _, tt := range []struct {
		name   string
		native arch.Arch
		arches string
		rules  []string
		want   map[string]string
		ids    []string
	}{
		{"alone", arch.X86_64, "", []string{"write OK"}, map[string]string{
			"x86_64 write": "OK", "x86_64 read": "D", "x86_64 2": "S", "x86_64 0x3fffffff": "S", "x86_64 0x40000001": "D", "x86_64 0xffffffff": "D"}, nil},
		{"only number 0", arch.X86_64, "", []string{"read OK"}, map[string]string{"x86_64 read": "OK", "x86_64 1": "D", "x86_64 500": "D"}, nil},
		{"with x32", arch.X86_64, `"SCMP_ARCH_X32"`, []string{"write OK"}, map[string]string{
			"x86_64 2": "S", "x32 0x40000002": "S", "x32 0x40000001": "OK", "x86_64 0xffffffff": "S", "x86_64 0x80000000": "S", "x86_64 0xc0000000": "S"}, nil},
		{"dropped rules count", arch.X86_64, "", []string{"write OK", "io_uring_setup D"}, map[string]string{"x86_64 425": "D", "x86_64 426": "S", "x86_64 2": "D"}, []string{"equals-default"}},
		{"default allows", arch.X86_64, "", nil, nil, nil},
		{"socket doesn't count", arch.X86_64, `"SCMP_ARCH_X86"`, []string{"read,socket OK"}, map[string]string{
			"x86 read": "OK", "x86 socket": "S", "x86 socketcall 1": "S", "x86 4": "S", "x86_64 socket": "OK"}, []string{"hidden-by-enosys"}},
		{"s390x", arch.S390X, "", []string{"exit OK"}, map[string]string{"s390x exit": "OK", "s390x 0": "S", "s390x 2": "S", "s390x 0xffffffff": "S"}, nil},
		{"mips", arch.MIPS64, "", []string{"read,write OK"}, map[string]string{"mips64 write": "OK", "mips64 5002": "S", "mips64 4000": "D"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := rulesDoc(t, tt.arches, tt.rules...)
			o := oci.ResolveOptions{Target: oci.Target{Arch: tt.native}}
			p, fs, err := d.Resolve(o)
			if got := ids(fs, err); !slices.Equal(got, tt.ids) {
				t.Fatalf("%v, want %v", got, tt.ids)
			}
			checkVerdicts(t, p, tt.want)
		})
	}
}

// TestENOSYSNotWhereDefaultAllows holds that there are no such rules then.
func TestENOSYSNotWhereDefaultAllows(t *testing.T) {
	for _, action := range []string{"ALLOW", "LOG", "TRACE"} {
		d := mustParse(t, `{"defaultAction":"SCMP_ACT_`+action+`","syscalls":[{"names":["write"],"action":"SCMP_ACT_KILL"}]}`, 0)
		if p, _, err := d.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: arch.X86_64}}); err != nil || len(p.Rules) != 1 {
			t.Errorf("default %s: %v %v", action, p.Rules, err)
		}
	}
}
