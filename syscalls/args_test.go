package syscalls_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

// argsText writes parameters as "fd:32 buf:p count:64"; an address that doesn't
// fill its register is p32.
func argsText(a arch.Arch, params []syscalls.Param) string {
	var words []string
	for _, p := range params {
		switch {
		case p.Pointer && p.Bits == a.RegisterBits():
			words = append(words, p.Name+":p")
		case p.Pointer:
			words = append(words, fmt.Sprintf("%s:p%d", p.Name, p.Bits))
		default:
			words = append(words, fmt.Sprintf("%s:%d", p.Name, p.Bits))
		}
	}
	return strings.Join(words, " ")
}

var (
	uid16  = on(arch.X86, arch.ARM, arch.M68K, arch.S390, arch.SH, arch.SHEB)
	n32    = on(arch.MIPS64N32, arch.MIPSEL64N32)
	mips64 = on(arch.MIPS64, arch.MIPSEL64)
)

func on(abis ...arch.Arch) []arch.Arch { return abis }

// argsCases are parameters as the functions in the kernel's sources have them,
// checked by hand: those that differ most from ABI to ABI.
var argsCases = []struct {
	abis       []arch.Arch
	name, want string
}{
	// The declared widths, but at most a register.
	{arch.All(), "socket", "family:32 type:32 protocol:32"},
	{arch.All(), "personality", "personality:32"},
	{arch.All(), "getpid", ""},
	{arch.All(), "rt_sigreturn", ""},
	{on(arch.X86_64, arch.X32, arch.AArch64, arch.S390X), "openat", "dfd:32 filename:p flags:32 mode:16"},
	{on(arch.X86_64, arch.X32, arch.AArch64, arch.MIPS64N32, arch.S390X), "read", "fd:32 buf:p count:64"},
	{on(arch.X86, arch.ARM, arch.MIPS, arch.PPC, arch.PARISC), "read", "fd:32 buf:p count:32"},
	{on(arch.X86_64, arch.X32, arch.MIPS64N32, arch.PPC64), "prctl", "option:32 arg2:64 arg3:64 arg4:64 arg5:64"},
	{arch.All(), "mq_open", "u_name:p oflag:32 mode:16 u_attr:p"},
	{on(arch.X86), "prctl", "option:32 arg2:32 arg3:32 arg4:32 arg5:32"},
	{on(arch.X86_64, arch.RISCV64), "clone3", "uargs:p size:64"},

	// kernel/uid16.c and the calls that came after it.
	{uid16, "chown", "filename:p user:16 group:16"},
	{uid16, "setresuid", "ruid:16 euid:16 suid:16"},
	{uid16, "setfsgid", "gid:16"},
	{uid16, "chown32", "filename:p user:32 group:32"},
	{uid16, "fchownat", "dfd:32 filename:p user:32 group:32 flag:32"},
	{on(arch.X86_64, arch.X32, arch.MIPS, arch.PPC, arch.PARISC, arch.S390X), "chown", "filename:p user:32 group:32"},
	{on(arch.X86_64, arch.AArch64, arch.MIPS64N32, arch.PPC64LE), "setresuid", "ruid:32 euid:32 suid:32"},

	// 64 bits in two registers, and what follows them.
	{on(arch.X86_64, arch.X32, arch.AArch64, arch.MIPS64N32, arch.PARISC64, arch.PPC64, arch.S390X), "pread64",
		"fd:32 buf:p count:64 pos:64"},
	{on(arch.X86), "pread64", "fd:32 ubuf:p count:32 poslo:32 poshi:32"},
	{on(arch.ARM, arch.MIPSEL, arch.SH), "pread64", "fd:32 buf:p count:32 pad:32 pos_lo:32 pos_hi:32"},
	{on(arch.MIPS, arch.SHEB), "pread64", "fd:32 buf:p count:32 pad:32 pos_hi:32 pos_lo:32"},
	{on(arch.M68K), "pread64", "fd:32 buf:p count:32 pos_hi:32 pos_lo:32"},
	{on(arch.PARISC), "pread64", "fd:32 buf:p count:32 high:32 low:32"},
	{on(arch.PPC), "pread64", "fd:32 ubuf:p count:32 pad:32 pos1:32 pos2:32"},
	{on(arch.S390), "pread64", "fd:32 ubuf:p count:32 high:32 low:32"},
	{on(arch.X86_64, arch.X32, arch.MIPS64N32), "fallocate", "fd:32 mode:32 offset:64 len:64"},
	{on(arch.X86, arch.ARM, arch.MIPSEL, arch.SH), "fallocate", "fd:32 mode:32 offset_lo:32 offset_hi:32 len_lo:32 len_hi:32"},
	{on(arch.X86, arch.ARM, arch.MIPSEL), "fanotify_mark", "fanotify_fd:32 flags:32 mask_lo:32 mask_hi:32 dfd:32 pathname:p"},
	{on(arch.MIPS, arch.PPC, arch.S390), "fanotify_mark", "fanotify_fd:32 flags:32 mask_hi:32 mask_lo:32 dfd:32 pathname:p"},
	{on(arch.X86_64, arch.MIPS64N32), "fanotify_mark", "fanotify_fd:32 flags:32 mask:64 dfd:32 pathname:p"},
	{on(arch.ARM), "ftruncate64", "fd:32 pad:32 length_lo:32 length_hi:32"},
	{on(arch.ARM), "arm_fadvise64_64", "fd:32 advice:32 offset_lo:32 offset_hi:32 len_lo:32 len_hi:32"},
	{on(arch.MIPS), "fadvise64", "fd:32 pad:32 offset_hi:32 offset_lo:32 len_hi:32 len_lo:32"}, // and a seventh
	{on(arch.PPC), "fadvise64_64", "fd:32 advice:32 offset_high:32 offset_low:32 len_high:32 len_low:32"},
	{on(arch.SH), "readahead", "fd:32 offset_lo:32 offset_hi:32 count:32"},
	{on(arch.PPC), "readahead", "fd:32 pad:32 offset1:32 offset2:32 count:32"},
	{on(arch.X86, arch.MIPS, arch.PPC), "_llseek", "fd:32 offset_high:32 offset_low:32 result:p whence:32"},

	// Compat entries on registers of 64 bits.
	{on(arch.X86_64, arch.AArch64, arch.PPC64), "ioctl", "fd:32 cmd:32 arg:64"},
	{slices.Concat(n32, on(arch.X32, arch.X86, arch.S390)), "ioctl", "fd:32 cmd:32 arg:32"},
	{on(arch.X86_64), "preadv2", "fd:32 vec:p vlen:64 pos_l:64 pos_h:64 flags:32"},
	{on(arch.X32), "preadv2", "fd:32 vec:p vlen:64 pos:64 flags:32"},
	{n32, "preadv2", "fd:32 vec:p vlen:32 pos_low:32 pos_high:32 flags:32"},
	{on(arch.X32), "io_submit", "ctx_id:32 nr:32 iocbpp:p"},
	{on(arch.X32), "io_getevents", "ctx_id:64 min_nr:64 nr:64 events:p timeout:p"},
	{n32, "io_getevents", "ctx_id:32 min_nr:32 nr:32 events:p timeout:p"},
	{n32, "msgsnd", "msqid:32 msgp:p32 msgsz:32 msgflg:32"},
	{mips64, "msgsnd", "msqid:32 msgp:p msgsz:64 msgflg:32"},
	{on(arch.X32), "ptrace", "request:32 pid:32 addr:32 data:32"},
	{on(arch.X86_64), "ptrace", "request:64 pid:32 addr:64 data:64"},

	// Orders, and blocks of parameters.
	{on(arch.X86_64, arch.X32, arch.LoongArch64), "clone", "clone_flags:32 newsp:64 parent_tidptr:p child_tidptr:p tls:64"},
	{on(arch.AArch64, arch.RISCV64, arch.PPC64, arch.MIPS64N32), "clone", "clone_flags:32 newsp:64 parent_tidptr:p tls:64 child_tidptr:p"},
	{on(arch.X86, arch.ARM, arch.MIPS, arch.PPC), "clone", "clone_flags:32 newsp:32 parent_tidptr:p tls:32 child_tidptr:p"},
	{on(arch.M68K, arch.SH), "clone", "clone_flags:32 newsp:32 parent_tidptr:p child_tidptr:p tls:32"},
	{on(arch.S390X), "clone", "newsp:64 clone_flags:32 parent_tidptr:p child_tidptr:p tls:64"},
	{on(arch.X86_64, arch.X32, arch.AArch64), "mmap", "addr:64 len:64 prot:64 flags:64 fd:32 off:64"},
	{on(arch.X86, arch.M68K, arch.S390, arch.S390X), "mmap", "arg:p"},
	{on(arch.X86, arch.ARM), "mmap2", "addr:32 len:32 prot:32 flags:32 fd:32 pgoff:32"},
	{on(arch.X86), "select", "arg:p"},
	{on(arch.S390), "ipc", "call:32 first:32 second:32 third:32 ptr:p"},
	{on(arch.X86, arch.ARM), "sigsuspend", "unused1:32 unused2:32 mask:32"},
	{on(arch.PPC), "sigsuspend", "mask:32"},
	{on(arch.MIPS), "pipe", ""},
	{on(arch.ARM), "set_tls", "tp:32"},
	{on(arch.X86_64), "arch_prctl", "option:32 arg2:64"},
}

func TestArgs(t *testing.T) {
	for _, tt := range argsCases {
		for _, a := range tt.abis {
			params, ok := syscalls.Args(a, tt.name)
			if got := argsText(a, params); got != tt.want || !ok {
				t.Errorf("Args(%v, %q) = %q, %v; want %q", a, tt.name, got, ok, tt.want)
			}
		}
	}
}

// TestArgsUnknown asks for names that are no calls, for calls that the ABI lacks,
// and for calls that no kernel defines.
func TestArgsUnknown(t *testing.T) {
	for _, tt := range []struct {
		a    arch.Arch
		name string
	}{
		{arch.X86_64, "nothing"}, {arch.X86_64, ""}, {0, "read"}, {255, "read"}, {arch.X86_64, "chown32"}, {arch.X86, "accept"},
		{arch.X86_64, "tuxcall"}, {arch.MIPS, "syscall"}, {arch.PPC64, "select"}, {arch.PPC, "map_shadow_stack"},
	} {
		if params, ok := syscalls.Args(tt.a, tt.name); ok || params != nil {
			t.Errorf("Args(%v, %q) = %v, %v", tt.a, tt.name, params, ok)
		}
		if bits, ok := syscalls.ArgBits(tt.a, tt.name, 0); ok || bits != 0 {
			t.Errorf("ArgBits(%v, %q, 0) = %d, %v", tt.a, tt.name, bits, ok)
		}
	}
}

func TestArgsCopied(t *testing.T) {
	read, _ := syscalls.Args(arch.X86_64, "read")
	read[0].Bits = 1
	_ = append(read[:1], syscalls.Param{})
	if again, _ := syscalls.Args(arch.X86_64, "read"); again[0].Bits != 32 || again[1].Name != "buf" {
		t.Error("a caller can change the tables")
	}
}

// abiCall is a call on an ABI.
type abiCall struct {
	abi  arch.Arch
	name string
}

// readArgsCSV returns the parameters that args.csv has for each call of each ABI.
func readArgsCSV(t *testing.T) map[abiCall]string {
	t.Helper()
	params := map[abiCall]string{}
	for _, row := range readCSV(t, "args.csv") {
		name, abis := row["name"], strings.Fields(row["abis"])
		for _, a := range arch.All() {
			_, has := syscalls.Lookup(a, name)
			listed := slices.Contains(abis, a.String())
			if listed && !has {
				t.Errorf("%v has no %s", a, name)
			}
			if has && (listed || row["abis"] == "*") {
				params[abiCall{a, name}] = row["args"] // the line of all others comes first
			}
		}
	}
	return params
}

// narrow is a list of args.csv on an ABI with 32-bit registers, where a long and an
// address have 32 bits.
func narrow(list string) string {
	list = strings.ReplaceAll(strings.ReplaceAll(list+" ", ":64 ", ":32 "), ":p32 ", ":p ")
	return strings.TrimSuffix(list, " ")
}

// TestArgsCSV compares Args with args.csv for every call of every ABI.
func TestArgsCSV(t *testing.T) {
	all := readArgsCSV(t)
	for _, a := range arch.All() {
		for nr, name := range syscalls.All(a) {
			want, listed := all[abiCall{a, name}]
			if a.RegisterBits() == 32 {
				want = narrow(want)
			}
			params, ok := syscalls.Args(a, name)
			if got := argsText(a, params); !listed || ok != (want != "?") || ok && got != want {
				t.Errorf("Args(%v, %q) = %q, %v; want %q", a, name, got, ok, want)
			}
			if n := nr - a.Base(); !ok && n >= 403 && n < 512 && name != "map_shadow_stack" {
				t.Errorf("Args(%v, %q) is not known", a, name)
			}
		}
	}
}

// TestArgBits compares ArgBits with Args, beyond both ends of the list too.
func TestArgBits(t *testing.T) {
	for _, a := range arch.All() {
		for _, name := range syscalls.All(a) {
			params, _ := syscalls.Args(a, name)
			for i := -1; i < 8; i++ {
				checkArgBits(t, abiCall{a, name}, params, i)
			}
		}
	}
}

func checkArgBits(t *testing.T, call abiCall, params []syscalls.Param, i int) {
	t.Helper()
	bits, ok := syscalls.ArgBits(call.abi, call.name, i)
	if i < 0 || i >= len(params) {
		if ok || bits != 0 {
			t.Errorf("%v: ArgBits(%d) = %d, %v; the parameters are %v", call, i, bits, ok, params)
		}
		return
	}
	p := params[i]
	if !ok || bits != p.Bits || p.Name == "" || bits > call.abi.RegisterBits() || !slices.Contains([]int{8, 16, 32, 64}, bits) {
		t.Errorf("%v: ArgBits(%d) = %d, %v; the parameter is %+v", call, i, bits, ok, p)
	}
}

func TestArgsAllocs(t *testing.T) {
	n := testing.AllocsPerRun(100, func() {
		if params, ok := syscalls.Args(arch.ARM, "pread64"); !ok || len(params) != 6 {
			t.Error(len(params))
		}
		if bits, ok := syscalls.ArgBits(arch.ARM, "pread64", 5); !ok || bits != 32 {
			t.Error(bits)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkArgs(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if params, ok := syscalls.Args(arch.ARM, "pread64"); !ok || len(params) != 6 {
			b.Fatal(len(params))
		}
	}
}
