package compile_test

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

var update = flag.Bool("update", false, "write the files of testdata that tests compare with")

// golden compares a text with a file of testdata, or writes it there.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s differs (-want +got); -update writes it:\n%s", path, diff)
	}
}

// TestListings shows what small profiles become.
func TestListings(t *testing.T) {
	x64 := compile.Target{Arch: arch.X86_64}
	var b strings.Builder
	for _, l := range []struct {
		name   string
		p      profile.Profile
		target compile.Target
	}{
		{"zero", profile.Profile{}, x64},
		{"names", profile.New(eperm).Allow("read", "write", "exit_group"), x64},
		{"lone number", profile.New(profile.Allow()).Deny(errno.ENOSYS, "clone3"), x64},
		{"int and size_t", profile.New(eperm).
			Allow("socket").If(arg(0).In(1, 2)).
			Allow("read").If(arg(2).LessEqual(1 << 33)), x64},
		{"both byte orders: big", profile.New(eperm).Allow("read").If(arg(2).LessEqual(1 << 33)), compile.Target{Arch: arch.S390X}},
		{"three ABIs", profile.New(eperm).On(arch.X86_64, arch.X86, arch.X32).
			Allow("read").Do(profile.Log(), "socket"), x64},
		{"masks and modes", profile.New(profile.Allow()).
			Deny(errno.EPERM, "chmod").If(arg(1).AnyBits(0o6000)).
			Deny(errno.EPERM, "fchmod").If(arg(1).Equal(0o4755)).
			Do(profile.KillProcess(), "mprotect").If(arg(2).AllBits(6)), compile.Target{Arch: arch.X86_64}},
		{"multiplexed", profile.New(eperm).Allow("connect").Do(profile.Log(), "socket").If(arg(0).Equal(1)), compile.Target{Arch: arch.X86}},
	} {
		prog, err := compile.Compile(l.p, compile.Options{Target: l.target})
		if err != nil {
			t.Fatalf("%s: %v", l.name, err)
		}
		fmt.Fprintf(&b, "-- %s: %v --\n%v", l.name, prog.Stats(nil), prog)
	}
	golden(t, "listings.txt", b.String())
}

// goldenGroups are the ABIs for which the programs of the corpus are recorded.
var goldenGroups = [][]arch.Arch{
	{arch.X86_64, arch.X86, arch.X32},
	{arch.AArch64, arch.ARM},
	{arch.S390X, arch.S390},
	{arch.MIPSEL64, arch.MIPSEL, arch.MIPSEL64N32},
}

// goldenOptions are the ways to compile of which the programs are recorded, by
// file. The lengths and ways beside the hashes say what they are good for.
func goldenOptions() map[string]compile.Options {
	return map[string]compile.Options{
		"programs.txt":   {},
		"exhaustive.txt": {Effort: compile.Exhaustive()},
		"weights.txt": {Target: compile.Target{Kernel: syscalls.Release{Major: 6, Minor: 12}}, Weights: compile.Weights{
			{Syscall: "read", Calls: 1000}, {Syscall: "ioctl", Calls: 500}, {Syscall: "socket", Calls: 80}, {Syscall: "connect", Calls: 80},
			{Syscall: "futex", Calls: 2000}, {Syscall: "clone", Calls: 3}, {Syscall: "prctl", Calls: 20}, {Syscall: "mprotect", Calls: 300},
			{Arch: arch.X86, Syscall: "ioctl", Calls: 40}, {Arch: arch.X32, Syscall: "read", Calls: 9}, {Arch: arch.ARM, Syscall: "fcntl", Calls: 900},
			{Arch: arch.S390, Syscall: "mmap", Calls: 5000}, {Arch: arch.MIPSEL, Syscall: "kill", Calls: 7},
		}},
	}
}

// TestPrograms records the length of each program of the corpus, its longest
// way, and a hash of its bytes, which is the same on every machine that compiles
// it.
func TestPrograms(t *testing.T) {
	for file, o := range goldenOptions() {
		var b strings.Builder
		for _, e := range corpus() {
			for _, g := range goldenGroups {
				prog := compiled(t, e.profile.On(g...), o)
				bin, err := prog.MarshalBinary()
				if err != nil {
					t.Fatal(err)
				}
				s := prog.Stats(nil)
				fmt.Fprintf(&b, "%-20s %-28s %4d %3d %x\n", e.name, groupName(g), s.Instructions, s.LongestPath, sha256.Sum256(bin))
			}
		}
		golden(t, file, b.String())
	}
}

// Equal input gives equal bytes each time.
func TestDeterminism(t *testing.T) {
	g := []arch.Arch{arch.X86_64, arch.X86, arch.X32}
	p := profile.New(eperm).On(g...)
	for _, e := range corpus() {
		if strings.Contains("families ioctl modes wide sockets", e.name) {
			p.Rules = append(p.Rules, e.profile.Rules...)
		}
	}
	same(t, p, compile.Options{}, 1000)
	for _, o := range goldenOptions() {
		same(t, p, o, 50)
	}
	rnd := rand.New(rand.NewPCG(7, 1))
	for range 40 {
		same(t, p, randomOptions(rnd.IntN, g), 5)
	}
}

// same compiles p several times.
func same(t *testing.T, p profile.Profile, o compile.Options, times int) {
	t.Helper()
	var first []byte
	for i := range times {
		bin, _ := compiled(t, p, o).MarshalBinary()
		if i == 0 {
			first = bin
		}
		if !bytes.Equal(first, bin) {
			t.Fatalf("%+v: run %d gives other bytes", o, i)
		}
	}
}

// Every program of the corpus keeps the kernel's rules, and comes back from its
// bytes as it was.
func TestBinary(t *testing.T) {
	for _, g := range triedGroups() {
		for _, e := range corpus() {
			if len(e.profile.Rules) > 100 && !isLong(g) {
				continue
			}
			prog, err := compile.Compile(e.profile.On(g...), compile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := cbpf.Check(prog.Raw()); err != nil {
				t.Fatalf("%s: %v", e.name, err)
			}
			bin, _ := prog.MarshalBinary()
			back, err := compile.Decode(bin, g[0])
			if err != nil || back.String() != prog.String() {
				t.Fatalf("%s on %v: %v", e.name, g, err)
			}
			if len(bin) != 8*prog.Stats(nil).Instructions || prog.Stats(nil).ABIs != len(g) {
				t.Fatalf("%s on %v: %d bytes, %v", e.name, g, len(bin), prog.Stats(nil))
			}
		}
	}
}
