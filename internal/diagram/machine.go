package diagram

import (
	"math/bits"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// Words of seccomp_data.
const (
	wordNr   = cbpf.OffNr / 4
	wordArch = cbpf.OffArch / 4
	wordIP   = cbpf.OffIP / 4
	wordArgs = wordIP // words from here on are symbols
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
// state: through a pointer, all states would be on the heap.
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

// scratchMemory is the machine's other memory.
type scratchMemory [scratchWords]value

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

// wordTest is a test of the accumulator.
type wordTest struct {
	code uint16 // JeqK, JgtK, JgeK or JsetK
	a    value
	k    uint32
}

// plain reports whether t compares a word as it is.
func (t wordTest) plain(word uint32) bool {
	return t.a == value{word: t.a.word, keep: word} && t.code != cbpf.JsetK
}

func (l *lifter) test(pc int, st *state) (wordTest, bool) {
	ins := l.prog[pc]
	k, ok := l.operand(pc, st)
	code := ins.Op
	switch code {
	case cbpf.JeqX:
		code = cbpf.JeqK
	case cbpf.JgtX:
		code = cbpf.JgtK
	case cbpf.JgeX:
		code = cbpf.JgeK
	case cbpf.JsetX:
		code = cbpf.JsetK
	}
	return wordTest{code, st.a, k}, ok
}

// decide decides a test for every input in a cell. A test of the audit
// architecture or of the number that can go both ways is open, and the cut is
// where to divide the cell; so is a test of an argument, without a cut.
func (l *lifter) decide(t wordTest, c cell) (outcome, cut) {
	answer := func(yes bool) outcome {
		if yes {
			return holds
		}
		return fails
	}
	if t.a.keep == 0 {
		return answer(cbpf.Holds(t.code, t.a.flip, t.k)), cut{}
	}
	if t.a.word >= wordArgs {
		return open, cut{}
	}
	s := c.arch
	if t.a.word == wordNr {
		s = c.nr
	}
	if t.plain(l.word) {
		first, last := cbpf.Holds(t.code, s.first, t.k), cbpf.Holds(t.code, s.last, t.k)
		at := t.k
		switch {
		case t.code == cbpf.JeqK && s.first < t.k && t.k < s.last:
		case first == last:
			return answer(first), cut{}
		case t.code == cbpf.JgtK || t.code == cbpf.JeqK && first:
			at++
		}
		return open, cut{t.a.word == wordNr, at}
	}
	// Bits above the highest in which the ends differ are the same throughout.
	n := bits.Len32(s.first ^ s.last)
	varying := t.a.keep & shifted(1<<n-1, t.a.shift)
	if t.code == cbpf.JsetK {
		varying &= t.k
	}
	if varying == 0 {
		return answer(cbpf.Holds(t.code, t.a.of(s.first), t.k)), cut{}
	}
	return open, cut{t.a.word == wordNr, s.last >> (n - 1) << (n - 1)}
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

// argTest returns a test of an argument's word as one of its field.
func (l *lifter) argTest(t wordTest) Test {
	ops := [...]Op{cbpf.JeqK: Equal, cbpf.JgtK: Greater, cbpf.JgeK: GreaterEqual, cbpf.JsetK: AnyBit}
	field := FieldIP
	if w := int(t.a.word); w >= wordArgs+2 {
		field = FieldArg0 + (w-wordArgs-2)/2
	}
	shift := int(t.a.shift)
	if low := int(t.a.word)%2 == l.swapped; !low {
		shift -= 32
	}
	return Test{Op: ops[t.code], K: uint64(t.k), Operand: Operand{
		Field: uint8(field), Shift: int8(shift), Keep: uint64(t.a.keep), Flip: uint64(t.a.flip)}}
}

// What a program looks at from an instruction on.
const (
	liveA    uint64 = 1 << 0
	liveX    uint64 = 1 << 1
	liveCell uint64 = 1 << 2                  // the audit architecture or the number
	liveMem  uint64 = 1 << 3                  // the first of the scratch words
	liveWord uint64 = 1 << (3 + scratchWords) // the first of the words of seccomp_data
)

const scratchWords = cbpf.ScratchWords

// liveness returns, for each instruction, what is looked at from there on before
// it is set.
func liveness(prog []bpf.RawInstruction) []uint64 {
	live := make([]uint64, len(prog))
	for pc := len(prog) - 1; pc >= 0; pc-- {
		ins := prog[pc]
		next, n := cbpf.Next(prog, pc)
		for _, to := range next[:n] {
			live[pc] |= live[to]
		}
		switch ins.Op {
		case cbpf.LdWAbs:
			live[pc] = live[pc]&^liveA | liveWord<<(ins.K/4)
			if ins.K/4 < wordArgs {
				live[pc] |= liveCell
			}
		case cbpf.LdImm, cbpf.LdLen:
			live[pc] &^= liveA
		case cbpf.LdxImm, cbpf.LdxLen:
			live[pc] &^= liveX
		case cbpf.LdMem:
			live[pc] = live[pc]&^liveA | liveMem<<ins.K
		case cbpf.LdxMem:
			live[pc] = live[pc]&^liveX | liveMem<<ins.K
		case cbpf.St:
			live[pc] = live[pc]&^(liveMem<<ins.K) | liveA
		case cbpf.Stx:
			live[pc] = live[pc]&^(liveMem<<ins.K) | liveX
		case cbpf.Tax:
			live[pc] = live[pc]&^liveX | liveA
		case cbpf.Txa:
			live[pc] = live[pc]&^liveA | liveX
		case cbpf.Ja, cbpf.RetK:
		default: // arithmetic, tests and RetA
			live[pc] |= liveA
			if cbpf.UsesX(ins.Op) {
				live[pc] |= liveX
			}
		}
	}
	return live
}
