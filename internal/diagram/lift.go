package diagram

import (
	"encoding/binary"
	"fmt"
	"slices"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// LiftError reports an instruction whose effect has no exact meaning here: one
// that computes with two values of the call, or adds to or multiplies one.
type LiftError struct {
	PC  int
	Msg string
}

func (e *LiftError) Error() string { return fmt.Sprintf("instruction %d: %s", e.PC, e.Msg) }

// Lift returns the meaning of a program that cbpf.Check accepts, for a kernel of
// that byte order. Results are what canon makes of the returned values. Errors
// are a *LiftError or ErrTooComplex.
//
// The program is executed with symbols for the words of seccomp_data. Of the
// audit architecture and the number an interval is known, which is divided where
// a test could go both ways; a test of an argument goes both ways, and what comes
// of them is joined by [Store.Choose]. Jumps lead forward only, so every way ends.
func Lift(s *Store, prog []bpf.RawInstruction, order binary.ByteOrder, canon func(uint32) uint32) (Meaning, error) {
	l := &lifter{Store: s, prog: prog, live: liveness(prog), canon: canon, memo: make([][]memoized, len(prog))}
	if order == binary.ByteOrder(binary.BigEndian) {
		l.swapped = 1
	}
	var m Meaning
	full := span{0, ^uint32(0)}
	for arches := []span{full}; len(arches) > 0 && l.err == nil; {
		at := arches[len(arches)-1]
		l.numbers, l.cut = nil, cut{}
		l.cell++
		l.run(0, state{}, cell{at, full})
		if arches = arches[:len(arches)-1]; l.cut.at != 0 {
			arches = append(arches, span{l.cut.at, at.last}, span{at.first, l.cut.at - 1})
			continue
		}
		m = m.Append(at.first, l.numbers)
	}
	if l.err == nil {
		l.err = s.Err()
	}
	return m, l.err
}

type lifter struct {
	*Store
	prog    []bpf.RawInstruction
	live    []uint32
	canon   func(uint32) uint32
	swapped int // 1 where the high half of a field comes first

	numbers []Number
	cut     cut // of the audit architectures, where not zero
	err     error

	cell int // counts the cells for which the memo is filled
	memo [][]memoized
	mems [][16]value // scratch memories; state.mem is an index, 0 the empty one
}

// memoized is the meaning of the program from one instruction on.
type memoized struct {
	state state
	cell  int // for which it holds; 0 is all
	ref   Ref
}

// span is an interval of 32-bit numbers, both ends included.
type span struct{ first, last uint32 }

// cell is what is known of the audit architecture and of the number.
type cell struct{ arch, nr span }

// cut is where a cell must be divided: nr or the audit architecture, before at.
type cut struct {
	nr bool
	at uint32
}

// state is what the machine holds.
type state struct {
	a, x value
	mem  int
}

// run executes from pc on and appends what becomes of each number in c. It stops
// early if l.cut or l.err is set.
func (l *lifter) run(pc int, st state, c cell) {
	for l.cut.at == 0 && l.err == nil && l.step() {
		ins := l.prog[pc]
		if next, n := cbpf.Next(l.prog, pc); n == 2 {
			t, ok := l.test(pc, st)
			if !ok {
				return
			}
			o, where := l.decide(t, c)
			switch {
			case o == holds:
				pc = next[0]
			case o == fails:
				pc = next[1]
			case where.at == 0:
				l.appendArgs(pc, st, c)
				return
			case !where.nr:
				l.cut = where
				return
			default:
				// Once for each part, the lower first: numbers ascend.
				l.run(pc, st, cell{c.arch, span{c.nr.first, where.at - 1}})
				c.nr.first = where.at
				l.cell++
			}
			continue
		}
		if ins.Op == cbpf.RetK || ins.Op == cbpf.RetA {
			l.appendArgs(pc, st, c)
			return
		}
		var done bool
		if st, done = l.exec(pc, st); done {
			l.numbers = AppendNumber(l.numbers, c.nr.first, l.Result(l.canon(0)))
			return
		}
		next, _ := cbpf.Next(l.prog, pc)
		pc = next[0]
	}
}

// appendArgs appends what becomes of the numbers in c from an instruction on
// that looks at arguments.
func (l *lifter) appendArgs(pc int, st state, c cell) {
	l.cell++
	r, where := l.args(pc, st, c)
	switch {
	case l.err != nil:
	case where.at == 0:
		l.numbers = AppendNumber(l.numbers, c.nr.first, r)
	case where.nr:
		l.appendArgs(pc, st, cell{c.arch, span{c.nr.first, where.at - 1}})
		if l.cut.at == 0 {
			l.appendArgs(pc, st, cell{c.arch, span{where.at, c.nr.last}})
		}
	default:
		l.cut = where
	}
}

// args returns the diagram of the program from pc on for every number in c, or
// where c must be divided first.
func (l *lifter) args(pc int, st state, c cell) (Ref, cut) {
	for l.step() {
		st = l.mask(pc, st)
		id := 0
		if l.ofCell(pc, st) {
			id = l.cell
		}
		l.steps += len(l.memo[pc])
		for _, m := range l.memo[pc] {
			if m.state == st && (m.cell == 0 || m.cell == l.cell) {
				return m.ref, cut{}
			}
		}
		next, n := cbpf.Next(l.prog, pc)
		switch {
		case n == 0:
			return l.result(pc, st)
		case n == 1:
			var done bool
			if st, done = l.exec(pc, st); done {
				return l.Result(l.canon(0)), cut{}
			}
			pc = next[0]
			continue
		}
		t, ok := l.test(pc, st)
		if !ok {
			return 0, cut{}
		}
		o, where := l.decide(t, c)
		if o != open {
			pc = next[1]
			if o == holds {
				pc = next[0]
			}
			continue
		}
		if where.at != 0 {
			return 0, where
		}
		yes, where := l.args(next[0], st, c)
		if where.at != 0 || l.err != nil {
			return 0, where
		}
		no, where := l.args(next[1], st, c)
		if where.at != 0 || l.err != nil {
			return 0, where
		}
		r := l.Choose(l.argTest(t), yes, no)
		l.memo[pc] = append(l.memo[pc], memoized{st, id, r})
		return r, cut{}
	}
	return 0, cut{}
}

// result returns the diagram of a return.
func (l *lifter) result(pc int, st state) (Ref, cut) {
	k := l.prog[pc].K
	if l.prog[pc].Op == cbpf.RetA {
		if st.a.keep != 0 {
			l.fail(pc, "returns a value of the call")
			return 0, cut{}
		}
		k = st.a.flip
	}
	return l.Result(l.canon(k)), cut{}
}

func (l *lifter) fail(pc int, msg string) {
	if l.err == nil {
		l.err = &LiftError{pc, msg}
	}
}

// mask forgets what the program doesn't look at from pc on, so that states which
// differ in nothing else are one.
func (l *lifter) mask(pc int, st state) state {
	live := l.live[pc]
	if live&liveA == 0 {
		st.a = value{}
	}
	if live&liveX == 0 {
		st.x = value{}
	}
	if st.mem != 0 {
		mem := l.mems[st.mem]
		for i := range mem {
			if live&(liveMem<<i) == 0 {
				mem[i] = value{}
			}
		}
		st.mem = l.memory(mem)
	}
	return st
}

// ofCell reports whether what the program does from pc on depends on the audit
// architecture or the number.
func (l *lifter) ofCell(pc int, st state) bool {
	of := func(v value) bool { return v.keep != 0 && v.word < wordArgs }
	return l.live[pc]&liveCell != 0 || of(st.a) || of(st.x) ||
		st.mem != 0 && slices.ContainsFunc(l.mems[st.mem][:], of)
}

// memory returns the index of a scratch memory.
func (l *lifter) memory(mem [16]value) int {
	if l.mems == nil {
		l.mems = make([][16]value, 1)
	}
	l.steps += len(l.mems)
	i := slices.Index(l.mems, mem)
	if i < 0 {
		i = len(l.mems)
		l.mems = append(l.mems, mem)
	}
	return i
}
