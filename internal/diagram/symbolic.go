package diagram

import (
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"golang.org/x/net/bpf"
)

// value is what a register can hold: bit i is bit i-shift of a word of
// seccomp_data where keep has bit i and 0 elsewhere, then inverted where flip
// has bit i. The zero value is the constant 0.
type value struct {
	word  uint8
	shift int8
	keep  uint32
	flip  uint32
}

func constant(k uint32) value { return value{flip: k} }

// normal forgets the word that a constant came from.
func (v value) normal() value {
	if v.keep == 0 {
		return constant(v.flip)
	}
	return v
}

// of returns the value for a word's value.
func (v value) of(word uint32) uint32 { return shifted(word, v.shift)&v.keep ^ v.flip }

// shifted shifts left by n, or right by -n.
func shifted(w uint32, n int8) uint32 {
	if n < 0 {
		return w >> -n
	}
	return w << n
}

// exec runs an instruction that is neither a jump nor a return. It reports done
// where the program ends with 0, on a division by zero.
func (l *lifter) exec(pc int, st *state) (done bool) {
	ins := l.prog[pc]
	switch ins.Op {
	case cbpf.Ja:
	case cbpf.LdWAbs:
		st.a = value{word: uint8(ins.K / 4), keep: l.word}
		if st.known.word == st.a.word && st.a.word >= wordArgs {
			st.a = constant(st.known.value)
		}
	case cbpf.AndK:
		st.a.keep &= ins.K
		st.a.flip &= ins.K
		st.a = st.a.normal()
	default:
		if l.other != nil {
			*st, done = l.other(l, pc, *st)
			return done
		}
		l.fail(pc, "isn't plain")
	}
	return false
}

// others runs the instructions that exec doesn't know. It takes and returns the
// state by value: a pointer would put all states on the heap.
func (l *lifter) others(pc int, st state) (_ state, done bool) {
	ins := l.prog[pc]
	switch ins.Op {
	case cbpf.LdImm:
		st.a = constant(ins.K)
	case cbpf.LdLen:
		st.a = constant(cbpf.SizeOf)
	case cbpf.LdxImm:
		st.x = constant(ins.K)
	case cbpf.LdxLen:
		st.x = constant(cbpf.SizeOf)
	case cbpf.Tax:
		st.x = st.a
	case cbpf.Txa:
		st.a = st.x
	case cbpf.LdMem, cbpf.LdxMem, cbpf.St, cbpf.Stx:
		l.scratch(ins, &st)
	default:
		done = l.alu(pc, &st)
	}
	return st, done
}

// scratch runs a load from or a store to the scratch memory.
func (l *lifter) scratch(ins bpf.RawInstruction, st *state) {
	mem := new(scratchMemory)
	if st.mem != 0 {
		*mem = *l.mems[st.mem]
	}
	switch at := &mem[ins.K]; ins.Op {
	case cbpf.LdMem:
		st.a = *at
		return
	case cbpf.LdxMem:
		st.x = *at
		return
	case cbpf.St:
		*at = st.a
	case cbpf.Stx:
		*at = st.x
	}
	st.mem = l.memory(mem)
}

// alu runs an arithmetic operation, and reports done as exec does.
func (l *lifter) alu(pc int, st *state) (done bool) {
	ins := l.prog[pc]
	k, ok := l.operand(pc, st)
	if !ok {
		return false
	}
	a := &st.a
	if a.keep == 0 {
		a.flip, ok = cbpf.Compute(ins.Op, a.flip, k)
		return !ok
	}
	switch ins.Op {
	case cbpf.AndK, cbpf.AndX:
		a.keep &= k
		a.flip &= k
	case cbpf.OrK, cbpf.OrX:
		a.keep &^= k
		a.flip |= k
	case cbpf.XorK, cbpf.XorX:
		a.flip ^= k
	case cbpf.LshK, cbpf.LshX:
		k &= 31
		a.keep <<= k
		a.flip <<= k
		a.shift += int8(k)
	case cbpf.RshK, cbpf.RshX:
		k &= 31
		a.keep >>= k
		a.flip >>= k
		a.shift -= int8(k)
	case cbpf.DivX:
		if k == 0 {
			return true
		}
		fallthrough
	default:
		l.fail(pc, "does arithmetic with a value of the call")
	}
	*a = a.normal()
	return false
}

// operand returns the constant operand of an instruction.
func (l *lifter) operand(pc int, st *state) (uint32, bool) {
	if ins := l.prog[pc]; !cbpf.UsesX(ins.Op) {
		return ins.K, true
	}
	if st.x.keep != 0 {
		l.fail(pc, "computes with two values of the call")
		return 0, false
	}
	return st.x.flip, true
}
