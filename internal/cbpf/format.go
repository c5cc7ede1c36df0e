package cbpf

import (
	"fmt"
	"strings"

	"golang.org/x/net/bpf"
)

// Format returns instruction pc in the notation of the kernel's bpf_asm, with
// jump targets as absolute instruction numbers. It never fails: what is no
// instruction is shown as its raw fields, and fields that the operation ignores
// follow in a comment where they aren't 0, so that no two instructions look the
// same. A pc outside of the program gives "".
func Format(prog []bpf.RawInstruction, pc int) string {
	if pc < 0 || pc >= len(prog) {
		return ""
	}
	ins := prog[pc]
	o := lookup(ins.Op)
	if o.text == "" {
		return fmt.Sprintf(".raw %#04x, %d, %d, %#x", ins.Op, ins.Jt, ins.Jf, ins.K)
	}
	text, usesK, usesJ := o.text, strings.Contains(o.text, "%"), false
	if usesK {
		text = fmt.Sprintf(text, ins.K)
	}
	next := uint64(pc) + 1
	switch o.verb {
	case jump:
		text, usesK = fmt.Sprintf("%s %d", text, next+uint64(ins.K)), true
	case branch:
		text, usesJ = fmt.Sprintf("%s, %d, %d", text, next+uint64(ins.Jt), next+uint64(ins.Jf)), true
	}
	if !usesJ && (ins.Jt != 0 || ins.Jf != 0) {
		text += fmt.Sprintf(" ; jt %d, jf %d", ins.Jt, ins.Jf)
	}
	if !usesK && ins.K != 0 {
		text += fmt.Sprintf(" ; k %#x", ins.K)
	}
	return text
}
