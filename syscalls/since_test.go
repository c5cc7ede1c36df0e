package syscalls_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

func TestSince(t *testing.T) {
	for _, tt := range []struct {
		a    arch.Arch
		name string
		want syscalls.Release
	}{
		{arch.X86_64, "read", syscalls.Release{Major: 1}},
		{arch.X86_64, "accept4", syscalls.Release{Major: 2, Minor: 6}},
		{arch.X86_64, "preadv", syscalls.Release{Major: 2, Minor: 6}},
		{arch.X86_64, "pread64", syscalls.Release{Major: 2, Minor: 2}},
		{arch.X86_64, "getxattr", syscalls.Release{Major: 2, Minor: 4}},
		{arch.X86_64, "seccomp", syscalls.Release{Major: 3, Minor: 17}},
		{arch.X86_64, "clone3", syscalls.Release{Major: 5, Minor: 3}},
		{arch.X86_64, "arch_prctl", syscalls.Release{Major: 2, Minor: 6}},
		{arch.X86, "arch_prctl", syscalls.Release{Major: 4, Minor: 12}},
		{arch.X86_64, "tuxcall", syscalls.Release{}},
		{arch.X86_64, "socket", syscalls.Release{Major: 2}},
		{arch.X86, "socket", syscalls.Release{Major: 4, Minor: 3}},
		{arch.S390X, "sendmmsg", syscalls.Release{Major: 4, Minor: 3}},
		{arch.MIPSEL, "semget", syscalls.Release{Major: 5, Minor: 1}},
		{arch.PPC64LE, "semtimedop", syscalls.Release{Major: 5, Minor: 1}},
		{arch.PPC64LE, "read", syscalls.Release{Major: 3, Minor: 13}},
		{arch.ARM, "clock_gettime64", syscalls.Release{Major: 5, Minor: 1}},
		{arch.AArch64, "read", syscalls.Release{Major: 3, Minor: 7}},
		{arch.X32, "read", syscalls.Release{Major: 3, Minor: 4}},
		{arch.RISCV64, "openat2", syscalls.Release{Major: 5, Minor: 6}},
		{arch.RISCV64, "bpf", syscalls.Release{Major: 4, Minor: 15}},
		{arch.LoongArch64, "clone3", syscalls.Release{Major: 5, Minor: 19}},
		{arch.LoongArch64, "memfd_secret", syscalls.Release{Major: 7}},
		{arch.X86_64, "mseal", syscalls.Release{Major: 6, Minor: 10}},
		{arch.X86_64, "rseq_slice_yield", syscalls.Release{Major: 7}},
	} {
		if got, ok := syscalls.Since(tt.a, tt.name); got != tt.want || !ok {
			t.Errorf("Since(%v, %q) = %v, %v; want %v", tt.a, tt.name, got, ok, tt.want)
		}
	}
	for _, name := range []string{"open", "nothing", ""} {
		if r, ok := syscalls.Since(arch.AArch64, name); ok {
			t.Errorf("Since(aarch64, %q) = %v", name, r)
		}
	}
}

// TestSinceOrder checks that no call is newer than the tables. From number 424 on,
// all ABIs have the same numbers in order of release, except for a few that were
// kept for a call whose merge was late.
func TestSinceOrder(t *testing.T) {
	newest, err := syscalls.ParseRelease(syscalls.LinuxVersion)
	if err != nil {
		t.Fatal(err)
	}
	late := []string{"close_range", "quotactl_fd", "memfd_secret"}
	for _, a := range arch.All() {
		last := syscalls.Release{}
		for nr, name := range syscalls.All(a) {
			r, ok := syscalls.Since(a, name)
			if !ok || r.Compare(newest) > 0 {
				t.Errorf("Since(%v, %q) = %v, %v", a, name, r, ok)
			}
			if n := nr - a.Base(); n < 424 || n >= 512 || slices.Contains(late, name) {
				continue
			}
			if r.Compare(last) < 0 {
				t.Errorf("%v: %s of %v comes after a call of %v", a, name, r, last)
			}
			last = r
		}
	}
}

func TestRelease(t *testing.T) {
	for s, want := range map[string]syscalls.Release{
		"6.12": {Major: 6, Minor: 12}, "4.8": {Major: 4, Minor: 8}, "6.12.48+deb13-amd64": {Major: 6, Minor: 12},
		"5.15-rc1": {Major: 5, Minor: 15}, "0.0": {}, "7.2_x": {Major: 7, Minor: 2},
	} {
		got := syscalls.Release{Major: 9}
		if err := got.UnmarshalText([]byte(s)); err != nil || got != want {
			t.Errorf("ParseRelease(%q) = %v, %v; want %v", s, got, err, want)
		}
		text, err := got.MarshalText()
		if err != nil || string(text) != want.String() || !strings.HasPrefix(s, want.String()) {
			t.Errorf("%q becomes %q, %v", s, text, err)
		}
	}
	for _, s := range []string{"", "6", "6.", ".12", "a.b", "6.x", "6.12x", "-6.12", "6.-1", "+6.1", "6 .1", "99999.1", "6.99999", strings.Repeat("9", 1<<16)} {
		r := syscalls.Release{Major: 9}
		if err := r.UnmarshalText([]byte(s)); err == nil || r.Major != 9 || len(err.Error()) > 200 {
			t.Errorf("ParseRelease(%.20q) = %v, %.300v", s, r, err)
		}
	}
}

func TestReleaseCompare(t *testing.T) {
	ordered := []syscalls.Release{{}, {Major: 2, Minor: 6}, {Major: 3}, {Major: 3, Minor: 9}, {Major: 3, Minor: 10}, {Major: 4}}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := a.Compare(b); got < 0 != (i < j) || got > 0 != (i > j) {
				t.Errorf("%v.Compare(%v) = %d", a, b, got)
			}
		}
	}
}
