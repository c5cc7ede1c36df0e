package oci_test

import (
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// TestResolveFindings holds the findings about rules.
func TestResolveFindings(t *testing.T) {
	for _, tt := range []struct {
		name, arches string
		rules        []string
		want         []string // "pointer id"
	}{
		{"nothing", "", []string{"read A 0==1", "write B"}, nil},
		{"like the default", "", []string{"read D", "read A"}, []string{"/syscalls/0 equals-default"}},
		{"ignored", "", []string{"read A", "read B"}, []string{"/syscalls/1 ignored-rule"}},
		{"erased", "", []string{"read A 0==1", "read B"}, []string{"/syscalls/0 erased-rule"}},
		{"narrower", "", []string{"read A 0==1", "read B 0==1 1==2"}, []string{"/syscalls/1 narrower-rule"}},
		{"redundant", "", []string{"read A", "read A 0==1"}, []string{"/syscalls/1 redundant-rule"}},
		{"repeated", "", []string{"read A", "read A"}, nil},
		{"reported once", `"SCMP_ARCH_X86"`, []string{"read A", "read,read B", "read B 0==1 0==2"},
			[]string{"/syscalls/1 ignored-rule", "/syscalls/2 ignored-rule"}},
		{"truncated", `"SCMP_ARCH_X86"`, []string{"read A 0==0x100000000 1==0"}, []string{"/syscalls/0 truncated-value"}},
		{"a mask is not", `"SCMP_ARCH_X86"`, []string{"read A 0&0xffffffffffffffff=1"}, nil},
		{"vacuous", `"SCMP_ARCH_X86"`, []string{"read A 0&0x100000000=0"}, []string{"/syscalls/0 truncated-mask"}},
		{"socketcall's arguments", `"SCMP_ARCH_X86"`, []string{"socket A 0==1"}, []string{"/syscalls/0 mux-argument"}},
		{"socketcall decides", `"SCMP_ARCH_X86"`, []string{"socketcall A", "socket A 0==1"}, nil},
		{"socketcall decides otherwise", `"SCMP_ARCH_X86"`, []string{"socketcall OK", "socket A 0==1"}, []string{"/syscalls/1 ignored-rule"}},
		{"order", "", []string{"read A 0<5 1==1", "read B 1!=5"}, []string{"/syscalls/1 unspecified-order"}},
		{"order of halves", "", []string{"read A 0<5", "read B 0<0x100000005"}, []string{"/syscalls/1 unspecified-order"}},
		{"order of lower bounds", "", []string{"read A 0>5", "read B 0>0x100000005"}, nil},
		{"names that are not there", `"SCMP_ARCH_AARCH64"`, []string{"ioctl A 0==1", "open A 0==1"}, []string{"/syscalls unspecified-abi"}},
		{"arch", `"SCMP_ARCH_SH"`, []string{"ioctl A"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := rulesDoc(t, tt.arches, tt.rules...)
			_, fs, err := d.Resolve(crunOn(arch.X86_64))
			if err != nil {
				t.Fatal(err)
			}
			if got := pointersAndIDs(t, fs); !slices.Equal(got, tt.want) {
				t.Errorf("findings %v, want %v\n%v", got, tt.want, fs)
			}
			o := crunOn(arch.X86_64)
			o.Strict = true
			if _, fs, err := d.Resolve(o); (err != nil) != (tt.want != nil) || fs != nil {
				t.Errorf("strict: findings %v, error %v", fs, err)
			}
		})
	}
}

func pointersAndIDs(t *testing.T, fs oci.Findings) []string {
	t.Helper()
	var out []string
	for _, f := range fs {
		if f.Line == 0 || f.Text == "" {
			t.Errorf("no position or text: %v", f)
		}
		out = append(out, f.Pointer+" "+f.ID)
	}
	return out
}
