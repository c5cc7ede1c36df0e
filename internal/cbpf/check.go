package cbpf

import (
	"strconv"

	"golang.org/x/net/bpf"
)

// Check applies the kernel's rules for seccomp filters (net/core/filter.c
// bpf_check_classic and check_load_and_stores, kernel/seccomp.c
// seccomp_check_filter). The error is an [*Error] that names the first
// instruction at fault.
func Check(prog []bpf.RawInstruction) error {
	n := len(prog)
	if n == 0 {
		return &Error{-1, "the program is empty"}
	}
	if n > MaxInsns {
		return &Error{-1, "the program has " + strconv.Itoa(n) + " instructions; the limit is " + strconv.Itoa(MaxInsns)}
	}
	// What is known before an instruction has a bit for each scratch word that has
	// been written on every path to it.
	var first *Error
	both := func(a, b uint16) uint16 { return a & b }
	Forward(prog, 0, 0xffff, both, func(pc int, written uint16, send func(int, uint16)) {
		ins := prog[pc]
		o := lookup(ins.Op)
		switch {
		case first != nil:
			return
		case !o.keeps(ins, n-pc-1):
			first = broken(prog, pc)
			return
		case o.verb == storeA || o.verb == storeX:
			written |= 1 << ins.K
		case o.from == scratch && written>>ins.K&1 == 0:
			first = unwritten(prog, pc)
			return
		case o.verb == ret: // after which the kernel's check goes on as after any other
			send(pc+1, written)
		}
		next, k := Next(prog, pc)
		for _, to := range next[:k] {
			send(to, written)
		}
	})
	if first != nil {
		return first
	}
	if lookup(prog[n-1].Op).verb != ret {
		return &Error{n - 1, Format(prog, n-1) + ": the last instruction must be a ret"}
	}
	return nil
}

// keeps reports whether an instruction keeps the rule of its operation o, with
// rest instructions after it. What lies before the instruction is not its
// business.
func (o op) keeps(ins bpf.RawInstruction, rest int) bool {
	switch o.rule {
	case ruleNone:
		return o.verb != unknown
	case ruleOffset:
		return ins.K < SizeOf && ins.K&3 == 0
	case ruleScratch:
		return ins.K < ScratchWords
	case ruleNonzero:
		return ins.K != 0
	case ruleShift:
		return ins.K < 32
	case ruleJump:
		return uint64(ins.K) < uint64(rest)
	case ruleBranch:
		return max(int(ins.Jt), int(ins.Jf)) < rest
	}
	return false // ruleRefused
}

// broken is the error of an instruction that doesn't keep its rule.
func broken(prog []bpf.RawInstruction, pc int) *Error {
	ins, why := prog[pc], ""
	switch lookup(ins.Op).rule {
	case ruleNone:
		return &Error{pc, codeText(ins.Op) + " is no operation code of classic BPF"}
	case ruleRefused:
		why = "seccomp has no such operation; it loads aligned words only, and knows no mod"
	case ruleOffset:
		why = "load at offset " + decimal(ins.K) + "; offsets are multiples of 4 below " + decimal(SizeOf)
	case ruleScratch:
		why = "there are " + decimal(ScratchWords) + " scratch words"
	case ruleNonzero:
		why = "division by zero"
	case ruleShift:
		why = "shift by 32 or more"
	case ruleJump, ruleBranch:
		why = "jump past the end"
	}
	return &Error{pc, Format(prog, pc) + ": " + why}
}

// unwritten is the error of a load from a scratch word that not every path to
// it has written: the kernel doesn't clear them.
func unwritten(prog []bpf.RawInstruction, pc int) *Error {
	return &Error{pc, Format(prog, pc) + ": M[" + decimal(prog[pc].K) + "] may be read before it is written"}
}

// Cost returns the length of a program that passed [Check] as the kernel counts
// it against the limit of 32768 for all filters of a thread: after conversion to
// eBPF (net/core/filter.c bpf_convert_filter, kernel/seccomp.c
// seccomp_attach_filter). With net.core.bpf_jit_harden it may count more.
func Cost(prog []bpf.RawInstruction) int {
	n := 3 // A = 0, X = 0, and the pointer to seccomp_data
	for _, ins := range prog {
		n++
		switch o := lookup(ins.Op); {
		case ins.Op == DivX:
			n += 4 // test X for 0 and return
		case ins.Op == RetK:
			n++ // the value, then the exit
		case o.verb == branch:
			if o.from == constant && ins.K >= 1<<31 {
				n++ // constants are signed there, so this one needs a register
			}
			inverts := ins.Op != JsetK && ins.Op != JsetX
			if ins.Jf != 0 && (ins.Jt != 0 || !inverts) {
				n++ // jumps there have one target
			}
		}
	}
	return n
}
