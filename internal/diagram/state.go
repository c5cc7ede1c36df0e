package diagram

import (
	"slices"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// Words of seccomp_data.
const (
	wordNr   = cbpf.OffNr / 4
	wordArch = cbpf.OffArch / 4
	wordIP   = cbpf.OffIP / 4
	wordArgs = wordIP // words from here on are symbols
)

// state is what the machine holds, and what is known of one word of an argument.
type state struct {
	a, x  value
	mem   int
	known fact
}

// fact is the value of a word of an argument, found by a test for equality. The
// zero fact is none.
type fact struct {
	word  uint8
	value uint32
}

const scratchWords = cbpf.ScratchWords

// scratchMemory is M[0] to M[15].
type scratchMemory [scratchWords]value

// forgetDead clears what the program doesn't read from pc on, so that states that
// differ in nothing else become one.
func (l *lifter) forgetDead(pc int, st *state) {
	live := l.live[pc]
	if live&(liveWord<<st.known.word) == 0 {
		st.known = fact{}
	}
	if live&liveA == 0 {
		st.a = value{}
	}
	if live&liveX == 0 {
		st.x = value{}
	}
	if st.mem != 0 {
		mem := *l.mems[st.mem]
		for i := range mem {
			if live&(liveMem<<i) == 0 {
				mem[i] = value{}
			}
		}
		st.mem = l.memory(&mem)
	}
}

// dependsOnCell reports whether what the program does from pc on depends on the
// audit architecture or the number.
func (l *lifter) dependsOnCell(pc int, st *state) bool {
	of := func(v value) bool { return v.keep != 0 && v.word < wordArgs }
	return l.live[pc]&liveCell != 0 || of(st.a) || of(st.x) ||
		st.mem != 0 && slices.ContainsFunc(l.mems[st.mem][:], of)
}

// memory returns the index of a scratch memory and takes it over.
func (l *lifter) memory(mem *scratchMemory) int {
	if l.mems == nil {
		l.mems = []*scratchMemory{new(scratchMemory)}
	}
	l.s.steps += len(l.mems)
	for i, m := range l.mems {
		if *m == *mem {
			return i
		}
	}
	l.mems = append(l.mems, mem)
	return len(l.mems) - 1
}
