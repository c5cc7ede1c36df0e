package cbpf

import (
	"strconv"

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
	if o.name == none {
		return ".raw " + codeText(ins.Op) + ", " + decimal(uint32(ins.Jt)) + ", " + decimal(uint32(ins.Jf)) + ", " + hex(ins.K)
	}
	text, usesK, usesJ := names[o.name], false, false
	if o.name != tax && o.name != txa { // which name the register
		var operand string
		operand, usesK = o.from.text(ins.K)
		text += operand
	}
	next := pc + 1
	switch o.verb {
	case jump:
		text += " " + strconv.FormatUint(uint64(next)+uint64(ins.K), 10)
		usesK = true
	case branch:
		text += ", " + strconv.Itoa(next+int(ins.Jt)) + ", " + strconv.Itoa(next+int(ins.Jf))
		usesJ = true
	}
	if !usesJ && (ins.Jt != 0 || ins.Jf != 0) {
		text += " ; jt " + decimal(uint32(ins.Jt)) + ", jf " + decimal(uint32(ins.Jf))
	}
	if !usesK && ins.K != 0 {
		text += " ; k " + hex(ins.K)
	}
	return text
}

// text returns an operand with a space before it, and whether it is made of k.
func (from operand) text(k uint32) (text string, usesK bool) {
	n := decimal(k)
	switch from {
	case constant:
		return " #" + hex(k), true
	case count:
		return " #" + n, true
	case cell, scratch:
		return " M[" + n + "]", true
	case regA:
		return " a", false
	case regX:
		return " x", false
	case dataWord:
		return " [" + n + "]", true
	case dataSize:
		return " #len", false
	case dataIndirect:
		return " [x+" + n + "]", true
	case dataHeader:
		return " 4*([" + n + "]&0xf)", true
	}
	return "", false
}

// The texts are made without package fmt, which would be a good part of the size
// of a small program that installs a filter. Inlining decimal would add 400 bytes.

//go:noinline
func decimal(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

func hex(n uint32) string { return "0x" + strconv.FormatUint(uint64(n), 16) }

// codeText returns an operation code with four digits.
func codeText(code uint16) string {
	const digits = 4
	s := strconv.FormatUint(1<<(4*digits)|uint64(code), 16) // with a 1 before them
	return "0x" + s[1:]
}
