package syscalls_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

// TestNumbers checks numbers by hand: those of the kernel's tables that differ
// most from ABI to ABI.
func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		a    arch.Arch
		name string
		nr   uint32
	}{
		{arch.X86_64, "read", 0}, {arch.X86_64, "clone3", 435}, {arch.X86_64, "tuxcall", 184}, {arch.X86_64, "uprobe", 336},
		{arch.X86, "read", 3}, {arch.X86, "socketcall", 102}, {arch.X86, "restart_syscall", 0}, {arch.X86, "socket", 359},
		{arch.X32, "read", 0x40000000}, {arch.X32, "ioctl", 0x40000000 + 514}, {arch.X32, "preadv2", 0x40000000 + 546},
		{arch.ARM, "read", 3}, {arch.ARM, "set_tls", 0xf0005}, {arch.ARM, "breakpoint", 0xf0001}, {arch.ARM, "get_tls", 0xf0006},
		{arch.ARM, "cacheflush", 0xf0002}, {arch.ARM, "arm_fadvise64_64", 270},
		{arch.AArch64, "read", 63}, {arch.AArch64, "renameat", 38}, {arch.AArch64, "memfd_secret", 447},
		{arch.LoongArch64, "read", 63}, {arch.LoongArch64, "memfd_secret", 447}, {arch.LoongArch64, "statx", 291},
		{arch.RISCV64, "riscv_flush_icache", 259}, {arch.RISCV64, "getrlimit", 163},
		{arch.MIPS, "read", 4003}, {arch.MIPSEL, "read", 4003}, {arch.MIPS64, "read", 5000}, {arch.MIPSEL64, "read", 5000},
		{arch.MIPS64N32, "read", 6000}, {arch.MIPSEL64N32, "read", 6000}, {arch.MIPS, "syscall", 4000},
		{arch.PARISC, "read", 3}, {arch.PARISC64, "accept4", 320}, {arch.M68K, "atomic_barrier", 336},
		{arch.PPC, "sys_debug_setcontext", 256}, {arch.PPC64LE, "switch_endian", 363}, {arch.PPC64, "semtimedop", 392},
		{arch.S390, "getuid32", 199}, {arch.S390X, "getuid", 199}, {arch.S390, "file_setattr", 469}, {arch.S390X, "listns", 470},
		{arch.SH, "accept4", 358}, {arch.SHEB, "accept4", 358}, {arch.SH, "rseq_slice_yield", 471},
	} {
		if nr, ok := syscalls.Lookup(tt.a, tt.name); nr != tt.nr || !ok {
			t.Errorf("Lookup(%v, %q) = %d, %v; want %d", tt.a, tt.name, nr, ok, tt.nr)
		}
	}
	for _, tt := range []struct {
		a    arch.Arch
		name string
	}{
		{arch.AArch64, "open"}, {arch.LoongArch64, "renameat"}, {arch.LoongArch64, "getrlimit"}, {arch.S390, "listns"},
		{arch.X86, "accept"}, {arch.X86, "semop"}, {arch.ARM, "socketcall"}, {arch.ARM, "time"}, {arch.X86_64, "spu_run"},
		{arch.X86_64, "llseek"}, {arch.MIPS, "reserved82"}, {arch.X86_64, ""}, {arch.X86_64, "Read"},
		{arch.X86_64, strings.Repeat("read", 100)},
	} {
		if nr, ok := syscalls.Lookup(tt.a, tt.name); ok {
			t.Errorf("Lookup(%v, %q) = %d", tt.a, tt.name, nr)
		}
	}
}

// readCSV returns the lines of a CSV file, each by the names of its columns.
func readCSV(t *testing.T, file string) []map[string]string {
	t.Helper()
	input, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(input)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var lines []map[string]string
	for _, row := range rows[1:] {
		line := map[string]string{}
		for i, cell := range row {
			line[rows[0][i]] = cell
		}
		lines = append(lines, line)
	}
	return lines
}

// columnsOf returns the ABIs that have a column in lines of syscalls.csv.
func columnsOf(lines []map[string]string) []arch.Arch {
	return slices.DeleteFunc(arch.All(), func(a arch.Arch) bool {
		_, ok := lines[0][a.String()]
		return !ok
	})
}

// TestCSV compares every cell of syscalls.csv with Lookup and Name.
func TestCSV(t *testing.T) {
	lines := readCSV(t, "syscalls.csv")
	if len(lines) < 508 {
		t.Errorf("%d names", len(lines))
	}
	for _, line := range lines {
		name := line["name"]
		if !syscalls.Known(name) || syscalls.Nearest(name) != name {
			t.Errorf("%s is not known", name)
		}
		for _, a := range columnsOf(lines) {
			checkCell(t, a, name, line[a.String()])
		}
	}
}

func checkCell(t *testing.T, a arch.Arch, name, cell string) {
	t.Helper()
	nr, ok := syscalls.Lookup(a, name)
	if cell == "" {
		if ok {
			t.Errorf("%v: %s is %d; csv has none", a, name, nr)
		}
		return
	}
	want, err := strconv.ParseUint(cell, 10, 32)
	if err != nil || !ok || nr != uint32(want)+a.Base() {
		t.Errorf("%v: %s is %d, %v; csv has %q", a, name, nr, ok, cell)
	}
	if back, ok := syscalls.Name(a, nr); back != name || !ok {
		t.Errorf("%v: %d is %q, want %q", a, nr, back, name)
	}
}

// TestAll compares All with Lookup, and the number of calls with syscalls.csv.
func TestAll(t *testing.T) {
	lines := readCSV(t, "syscalls.csv")
	columns := columnsOf(lines)
	for _, a := range arch.All() {
		last, n := int64(-1), 0
		for nr, name := range syscalls.All(a) {
			if back, ok := syscalls.Lookup(a, name); !ok || back != nr || int64(nr) <= last {
				t.Errorf("%v: All yields %s as %d after %d, Lookup %d", a, name, nr, last, back)
			}
			last = int64(nr)
			n++
		}
		want := n
		if slices.Contains(columns, a) {
			want = len(slices.DeleteFunc(slices.Clone(lines), func(line map[string]string) bool { return line[a.String()] == "" }))
		}
		if n < 300 || n != want {
			t.Errorf("%v: All yields %d calls, want %d", a, n, want)
		}
	}
}

// TestTwins checks that ABIs which share a column have the same calls.
func TestTwins(t *testing.T) {
	for a, b := range map[arch.Arch]arch.Arch{arch.MIPS: arch.MIPSEL, arch.MIPS64: arch.MIPSEL64, arch.MIPS64N32: arch.MIPSEL64N32,
		arch.PPC64: arch.PPC64LE, arch.SH: arch.SHEB} {
		for nr, name := range syscalls.All(a) {
			if back, ok := syscalls.Lookup(b, name); !ok || back != nr {
				t.Errorf("%s is %d on %v and %d, %v on %v", name, nr, a, back, ok, b)
			}
		}
	}
}

func TestNameMisses(t *testing.T) {
	for _, tt := range []struct {
		a  arch.Arch
		nr uint32
	}{
		{arch.X86_64, 1<<32 - 1}, {arch.X86_64, 0x40000000}, {arch.X86_64, 400}, {arch.X86_64, 5000}, {arch.X86_64, 0xf0001},
		{arch.X32, 0}, {arch.X32, 1<<32 - 1}, {arch.X32, 0x40000000 + 13}, {arch.MIPS, 3}, {arch.MIPS, 3999}, {arch.MIPS, 4082},
		{arch.MIPS64, 4003}, {arch.ARM, 640}, {arch.ARM, 645}, {arch.ARM, 0xf0000}, {arch.ARM, 0xf0007}, {arch.ARM, 0xeffff},
		{arch.ARM, 1<<32 - 1}, {arch.AArch64, 244},
	} {
		if name, ok := syscalls.Name(tt.a, tt.nr); ok || name != "" {
			t.Errorf("Name(%v, %#x) = %q", tt.a, tt.nr, name)
		}
	}
}

func TestInvalidArch(t *testing.T) {
	for _, a := range []arch.Arch{0, arch.SHEB + 1, 255} {
		nr, lookup := syscalls.Lookup(a, "read")
		name, named := syscalls.Name(a, 0)
		since, released := syscalls.Since(a, "read")
		_, _, multiplexed := syscalls.Multiplexed(a, "socket")
		if lookup || nr != 0 || named || name != "" || released || since != (syscalls.Release{}) || multiplexed {
			t.Errorf("Arch(%d) has calls", a)
		}
		for nr := range syscalls.All(a) {
			t.Errorf("All(%d) yields %d", a, nr)
		}
	}
}

func TestNearest(t *testing.T) {
	for name, want := range map[string]string{
		"ckock_adjtime": "clock_adjtime", "clone4": "clone", "opneat": "openat", "epoll_create_1": "epoll_create1",
		"getpidd": "getpid", "": "", "quite_another_thing": "", strings.Repeat("read", 1<<18): "",
	} {
		if got := syscalls.Nearest(name); got != want {
			t.Errorf("Nearest(%.20q) = %q, want %q", name, got, want)
		}
	}
	if syscalls.Known("ckock_adjtime") || !syscalls.Known("clock_adjtime") {
		t.Error("Known")
	}
}

func TestAllStops(t *testing.T) {
	var names []string
	for _, name := range syscalls.All(arch.X86_64) {
		if names = append(names, name); len(names) == 3 {
			break
		}
	}
	if !slices.Equal(names, []string{"read", "write", "open"}) {
		t.Errorf("All begins with %v", names)
	}
}

func TestAllocs(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		syscalls.Lookup(arch.X86_64, "sched_rr_get_interval_time64")
		syscalls.Lookup(arch.MIPS, "nothing")
		syscalls.Name(arch.ARM, 0xf0005)
		syscalls.Known("read")
		syscalls.Since(arch.X86, "socket")
		syscalls.Multiplexed(arch.X86, "shmctl")
		for range syscalls.All(arch.S390X) {
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkLookup(b *testing.B) {
	var names []string
	for _, name := range syscalls.All(arch.X86_64) {
		names = append(names, name)
	}
	for b.Loop() {
		for _, name := range names {
			syscalls.Lookup(arch.AArch64, name)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(names)), "ns/name")
}

func BenchmarkName(b *testing.B) {
	for b.Loop() {
		syscalls.Name(arch.X86_64, 257)
	}
}

func BenchmarkNearest(b *testing.B) {
	for b.Loop() {
		syscalls.Nearest("ckock_adjtime")
	}
}
