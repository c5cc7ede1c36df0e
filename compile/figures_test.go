package compile_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/internal/golden"
	"github.com/portcullis-go/portcullis/internal/longtest"
	"github.com/portcullis-go/portcullis/syscalls"
)

// goldenGroups are the ABIs for which the programs of the corpus are recorded.
var goldenGroups = [][]arch.Arch{
	{arch.X86_64, arch.X86, arch.X32},
	{arch.AArch64, arch.ARM},
	{arch.S390X, arch.S390},
	{arch.MIPSEL64, arch.MIPSEL, arch.MIPSEL64N32},
}

// goldenOptions are the options with which programs are recorded, by file.
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

// TestPrograms records the length of each program of the corpus, its longest path, and
// a hash of its bytes, which is the same on every machine that compiles it.
func TestPrograms(t *testing.T) {
	for file, o := range goldenOptions() {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			if file == "exhaustive.txt" {
				longtest.Skip(t)
			}
			o.SkipProof = true
			var b strings.Builder
			for _, e := range corpus() {
				for _, g := range goldenGroups {
					writeFigures(t, &b, e, g, o)
				}
			}
			golden.Compare(t, file, b.String())
		})
	}
}

// writeFigures writes the line of one program.
func writeFigures(t *testing.T, b *strings.Builder, e entry, g []arch.Arch, o compile.Options) {
	t.Helper()
	prog := compiled(t, e.profile.On(g...), o)
	bin, err := prog.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	s := prog.Stats(nil)
	fmt.Fprintf(b, "%-20s %-28s %4d %3d %x\n", e.name, groupName(g), s.Instructions, s.LongestPath, sha256.Sum256(bin))
}
