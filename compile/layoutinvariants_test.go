package compile

import (
	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/decision"
)

// The kernel takes the program, and no instruction is superfluous.
func (c *StageChecker) laidOut(d *decisions, code []bpf.RawInstruction) {
	if err := cbpf.Check(code); err != nil {
		c.fail("%v", err)
	}
	before := make([]accumulator, len(code))
	before[0] = accumulator{reached: true, word: noWord}
	for pc, ins := range code {
		if !before[pc].reached {
			c.fail("instruction %d can't be reached\n%v", pc, &Program{raw: code, arches: d.from.arches, order: d.from.order})
		}
		after := c.after(d, before[pc], pc, ins)
		next, n := cbpf.Next(code, pc)
		for _, to := range next[:n] {
			before[to].join(after)
			c.jump(code, pc, to)
		}
	}
}

// accumulator is what the accumulator holds on all paths to an instruction: a word, and
// under which mask.
type accumulator struct {
	reached bool
	word    uint8
	mask    uint32
}

// noWord is the number of no word.
const noWord = 0xff

// join adds another path.
func (a *accumulator) join(b accumulator) {
	if !a.reached {
		*a = b
	} else if *a != b {
		a.word = noWord
	}
}

// after checks an instruction and returns the accumulator after it.
func (c *StageChecker) after(d *decisions, a accumulator, pc int, ins bpf.RawInstruction) accumulator {
	switch ins.Op {
	case cbpf.LdWAbs:
		loaded := accumulator{true, uint8(ins.K / 4), decision.AllBits}
		if a == loaded && d.passes.has(passLoadElimination) {
			c.fail("instruction %d loads what is there", pc)
		}
		return loaded
	case cbpf.AndK:
		if a.mask &= ins.K; ins.K == decision.AllBits {
			c.fail("instruction %d masks nothing", pc)
		}
	}
	return a
}

// jump checks that a jump doesn't lead to another whose target it reaches.
func (c *StageChecker) jump(code []bpf.RawInstruction, pc, to int) {
	c.Figures.Jumps++
	if code[to].Op != cbpf.Ja || to == pc+1 && code[pc].Op == cbpf.LdWAbs {
		return
	}
	if end := to + 1 + int(code[to].K); code[pc].Op == cbpf.Ja || end-pc-1 <= 255 {
		c.fail("instruction %d jumps to the jump at %d, and could to %d", pc, to, end)
	}
}
