package syscalls_test

import (
	"fmt"
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
	newest, err := syscalls.ParseRelease(syscalls.LinuxVersion)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range arch.All() {
		last := syscalls.Release{}
		for nr, name := range syscalls.All(a) {
			r, ok := syscalls.Since(a, name)
			if !ok || r.Compare(newest) > 0 {
				t.Errorf("Since(%v, %q) = %v, %v", a, name, r, ok)
			}
			// From 424 on, all ABIs have the same numbers, in order of release
			// but for a few that were kept for a call whose merge was late.
			late := name == "close_range" || name == "quotactl_fd" || name == "memfd_secret"
			if n := nr - a.Base(); n >= 424 && n < 512 && !late {
				if r.Compare(last) < 0 {
					t.Errorf("%v: %s of %v comes after a call of %v", a, name, r, last)
				}
				last = r
			}
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
	ordered := []syscalls.Release{{}, {Major: 2, Minor: 6}, {Major: 3}, {Major: 3, Minor: 9}, {Major: 3, Minor: 10}, {Major: 4}}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := a.Compare(b); got < 0 != (i < j) || got > 0 != (i > j) {
				t.Errorf("%v.Compare(%v) = %d", a, b, got)
			}
		}
	}
}

// argsText writes parameters as "fd:32 buf:p".
func argsText(params []syscalls.Param) string {
	var words []string
	for _, p := range params {
		if p.Pointer {
			words = append(words, p.Name+":p")
		} else {
			words = append(words, fmt.Sprintf("%s:%d", p.Name, p.Bits))
		}
	}
	return strings.Join(words, " ")
}

func TestArgs(t *testing.T) {
	for name, want := range map[string]string{
		"read":             "fd:32 buf:p count:64",
		"socket":           "family:32 type:32 protocol:32",
		"openat":           "dfd:32 filename:p flags:32 mode:16",
		"clone":            "clone_flags:64 newsp:64 parent_tidptr:p child_tidptr:64 tls:64",
		"clone3":           "uargs:p size:64",
		"ioctl":            "fd:32 cmd:32 arg:64",
		"personality":      "personality:32",
		"prctl":            "option:32 arg2:64 arg3:64 arg4:64 arg5:64",
		"mmap":             "addr:64 len:64 prot:64 flags:64 fd:64 off:64",
		"fallocate":        "fd:32 mode:32 offset:64 len:64",
		"fanotify_mark":    "fanotify_fd:32 flags:32 mask:64 dfd:32 pathname:p",
		"rseq_slice_yield": "",
		"getpid":           "",
		"set_tls":          "tp:64",
		"chown32":          "filename:p user:32 group:32",
		"_llseek":          "fd:32 offset_high:64 offset_low:64 result:p whence:32",
		"mq_open":          "u_name:p oflag:32 mode:16 u_attr:p",
		"arch_prctl":       "option:32 arg2:64",
	} {
		params, ok := syscalls.Args(name)
		if got := argsText(params); got != want || !ok {
			t.Errorf("Args(%q) = %q, %v; want %q", name, got, ok, want)
		}
	}
	for _, name := range []string{"tuxcall", "nothing", ""} {
		if params, ok := syscalls.Args(name); ok || params != nil {
			t.Errorf("Args(%q) = %v", name, params)
		}
	}
	read, _ := syscalls.Args("read")
	read[0].Bits = 1
	if again, _ := syscalls.Args("read"); again[0].Bits != 32 {
		t.Error("a caller can change the tables")
	}
}

// TestArgsAll checks what holds for all: few calls without known parameters,
// none of the new ones; sound values; and nothing narrower than 32 bits in a
// place that a 64-bit number moves on 32-bit ABIs.
func TestArgsAll(t *testing.T) {
	var unknown []string
	seen := map[string]bool{}
	for _, a := range arch.All() {
		for nr, name := range syscalls.All(a) {
			params, ok := syscalls.Args(name)
			if !ok && !seen[name] {
				unknown = append(unknown, name)
				if n := nr - a.Base(); n >= 403 && n < 512 {
					t.Errorf("Args(%q) is not known", name)
				}
			}
			seen[name] = true
			shifted := false
			for _, p := range params {
				if p.Name == "" || p.Pointer && p.Bits != 64 || !slices.Contains([]int{8, 16, 32, 64}, p.Bits) {
					t.Errorf("Args(%q) has %+v", name, p)
				}
				if shifted && p.Bits < 32 {
					t.Errorf("Args(%q): %s has %d bits in a place that moves", name, p.Name, p.Bits)
				}
				shifted = shifted || p.Bits == 64 && !p.Pointer
			}
			if len(params) > 6 {
				t.Errorf("Args(%q) has %d parameters", name, len(params))
			}
		}
	}
	if len(unknown) > 30 {
		t.Errorf("no parameters known of %d calls: %v", len(unknown), unknown)
	}
}

func TestMultiplexed(t *testing.T) {
	mux := []arch.Arch{arch.X86, arch.M68K, arch.MIPS, arch.MIPSEL, arch.PPC, arch.PPC64, arch.PPC64LE, arch.S390, arch.S390X, arch.SH, arch.SHEB}
	calls := map[string]uint32{"socket": 1, "accept": 5, "send": 9, "accept4": 18, "recvmmsg": 19, "sendmmsg": 20,
		"semop": 1, "semget": 2, "semctl": 3, "semtimedop": 4, "msgsnd": 11, "msgctl": 14, "shmat": 21, "shmctl": 24}
	for _, a := range arch.All() {
		for name, want := range calls {
			via, call, ok := syscalls.Multiplexed(a, name)
			if ok != slices.Contains(mux, a) {
				t.Errorf("Multiplexed(%v, %q) = %v", a, name, ok)
				continue
			}
			if !ok {
				continue
			}
			wantVia := "socketcall"
			if strings.HasPrefix(name, "sem") || strings.HasPrefix(name, "msg") || strings.HasPrefix(name, "shm") {
				wantVia = "ipc"
			}
			if via != wantVia || call != want {
				t.Errorf("Multiplexed(%v, %q) = %s %d", a, name, via, call)
			}
			nr, ok := syscalls.Lookup(a, via)
			if base := map[string]uint32{"socketcall": 102, "ipc": 117}[via]; !ok || nr != base+a.Base() {
				t.Errorf("%v: %s is %d, %v", a, via, nr, ok)
			}
		}
	}
	for _, name := range []string{"", "read", "socketcall", "ipc", "recvmmsg_time64", "semtimedop_time64"} {
		if via, call, ok := syscalls.Multiplexed(arch.X86, name); ok {
			t.Errorf("Multiplexed(x86, %q) = %s %d", name, via, call)
		}
	}
}

// TestDirect checks which multiplexed calls have a number of their own.
func TestDirect(t *testing.T) {
	abis := []arch.Arch{arch.X86, arch.M68K, arch.MIPS, arch.PPC, arch.PPC64, arch.S390, arch.S390X, arch.SH}
	for name, want := range map[string][8]uint32{ // 0: none
		"socket":     {359, 356, 4183, 326, 326, 359, 359, 340},
		"accept":     {0, 0, 4168, 330, 330, 0, 0, 344},
		"recv":       {0, 0, 4175, 336, 336, 0, 0, 350},
		"sendmsg":    {370, 367, 4179, 341, 341, 370, 370, 355},
		"recvmmsg":   {337, 371, 4335, 343, 343, 357, 357, 357},
		"semop":      {},
		"semget":     {393, 393, 4393, 393, 393, 393, 393, 393},
		"semtimedop": {0, 0, 0, 0, 392, 0, 392, 0},
		"shmctl":     {396, 396, 4396, 396, 396, 396, 396, 396},
	} {
		for i, a := range abis {
			if nr, ok := syscalls.Lookup(a, name); nr != want[i] || ok != (want[i] != 0) {
				t.Errorf("Lookup(%v, %q) = %d, %v; want %d", a, name, nr, ok, want[i])
			}
		}
	}
}
