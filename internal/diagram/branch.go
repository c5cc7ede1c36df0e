package diagram

import (
	"math/bits"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

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

// cell is what is known of the audit architecture and of the number.
type cell struct{ arch, nr span }

// cut is where a cell must be divided: nr or the audit architecture, before at.
type cut struct {
	nr bool
	at uint32
}

// decide decides a test for every input in a cell. A test of the audit
// architecture or of the number that can hold or fail is open, and the cut is
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
