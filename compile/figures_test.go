package compile_test

import (
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
		"figures.txt":            {},
		"figures-exhaustive.txt": {Effort: compile.Exhaustive()},
		"figures-weights.txt": {Target: compile.Target{Kernel: syscalls.Release{Major: 6, Minor: 12}}, Weights: compile.Weights{
			{Syscall: "read", Calls: 1000}, {Syscall: "ioctl", Calls: 500}, {Syscall: "socket", Calls: 80}, {Syscall: "connect", Calls: 80},
			{Syscall: "futex", Calls: 2000}, {Syscall: "clone", Calls: 3}, {Syscall: "prctl", Calls: 20}, {Syscall: "mprotect", Calls: 300},
			{Arch: arch.X86, Syscall: "ioctl", Calls: 40}, {Arch: arch.X32, Syscall: "read", Calls: 9}, {Arch: arch.ARM, Syscall: "fcntl", Calls: 900},
			{Arch: arch.S390, Syscall: "mmap", Calls: 5000}, {Arch: arch.MIPSEL, Syscall: "kill", Calls: 7},
		}},
	}
}

// TestFigures records the figures of each program of the corpus. What the programs are
// is in the listings.
func TestFigures(t *testing.T) {
	for file, o := range goldenOptions() {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			if file == "figures-exhaustive.txt" {
				longtest.Skip(t)
			}
			o.SkipProof = true
			var b strings.Builder
			writeRow(&b, len(o.Weights) > 0, "profile", "ABIs", "instructions", "longest path", "mean path", "weighted mean")
			for _, e := range corpus() {
				for _, g := range goldenGroups {
					s := compiled(t, e.profile.On(g...), o).Stats(o.Weights)
					writeRow(&b, len(o.Weights) > 0, e.name, groupName(g), s.Instructions, s.LongestPath,
						fmt.Sprintf("%.3f", s.MeanPath), fmt.Sprintf("%.3f", s.WeightedPath))
				}
			}
			golden.Compare(t, file, b.String())
		})
	}
}

// writeRow writes a row of a table, whose last column is there if there are weights.
func writeRow(b *strings.Builder, weighted bool, name, group string, instructions, longest, mean, weightedMean any) {
	fmt.Fprintf(b, "%-20s %-28s %12v %13v %10v", name, group, instructions, longest, mean)
	if weighted {
		fmt.Fprintf(b, " %14v", weightedMean)
	}
	b.WriteByte('\n')
}
