package compile

import (
	"fmt"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// Stats are figures about a program.
type Stats struct {
	Instructions int // in the program
	// LongestPath is the most instructions that any call can make it run,
	// counting ways that no input takes.
	LongestPath int
	ABIs        int // that the program covers
}

// Stats returns figures about the program.
func (p *Program) Stats() Stats {
	return Stats{Instructions: len(p.raw), LongestPath: p.longest(), ABIs: len(p.arches)}
}

// String returns the figures in one line.
func (s Stats) String() string {
	abis := "ABIs"
	if s.ABIs == 1 {
		abis = "ABI"
	}
	return fmt.Sprintf("%d instructions, longest path %d, %d %s", s.Instructions, s.LongestPath, s.ABIs, abis)
}

// longest returns the length of the longest way through the program. From the
// end, each instruction's ways on are known when it is its turn.
func (p *Program) longest() int {
	steps := make([]int, len(p.raw))
	for pc := len(p.raw) - 1; pc >= 0; pc-- {
		next, n := cbpf.Next(p.raw, pc)
		for _, to := range next[:n] {
			steps[pc] = max(steps[pc], steps[to])
		}
		steps[pc]++
	}
	return steps[0]
}
