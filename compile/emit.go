package compile

import (
	"slices"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// held is what the accumulator holds: a word of seccomp_data under a mask.
type held struct {
	word uint8
	mask uint32
}

var nothing = held{word: 0xff}

// entry is where in a decision's code one enters: at its load, at the mask that
// follows, or at the test. What the accumulator holds on the way there decides.
type entry uint8

const (
	atTest entry = iota
	atMask
	atLoad
	entries
)

// enter returns where to enter a test while the accumulator holds h.
func (p Passes) enter(t *test, h held) entry {
	switch {
	case t.op == opRet, p.has(PassLoads) && h == held{t.word, t.mask}:
		return atTest
	case p.has(PassLoads) && h == held{t.word, ^uint32(0)}:
		return atMask
	}
	return atLoad
}

// emitter lays a DAG out from its last instruction to its first: jumps lead
// forward only, and so each target has its place before the jump to it has.
type emitter struct {
	*dag
	Passes
	code []bpf.RawInstruction // last instruction first
	// at is where in code each entry of a node was placed last, or -1: a jump
	// takes the nearest copy, which may itself be a jump or a return.
	at     [][entries]int32
	needed [][entries]bool // entries that some way leads to
	size   []int32         // instructions below a node if nothing were shared
	behind []bool          // nodes that placeBehind has been to
}

// emit returns the instructions of the DAG below root.
func emit(g *dag, root node, p Passes) ([]bpf.RawInstruction, error) {
	n := int(root) + 1
	e := &emitter{dag: g, Passes: p, at: make([][entries]int32, n), needed: make([][entries]bool, n), size: make([]int32, n), behind: make([]bool, n)}
	tests := e.survey(root)
	if tests > cbpf.MaxInsns {
		return nil, tooLong(tests+1, g)
	}
	e.place(root)
	if len(e.code) == 0 {
		e.jump(root, nothing)
	}
	if len(e.code) > cbpf.MaxInsns {
		return nil, tooLong(len(e.code), g)
	}
	slices.Reverse(e.code)
	return e.code, nil
}

// survey finds the entries that are needed and the sizes, and returns the
// number of tests that can be reached. Branches have lower places than what
// leads to them, so one pass down and one up do.
func (e *emitter) survey(root node) (tests int) {
	for i := range e.at {
		e.at[i] = [entries]int32{-1, -1, -1}
	}
	e.needed[root][e.enter(&e.nodes[root].test, nothing)] = true
	for i := root; i >= 0; i-- {
		d := e.nodes[i]
		if d.op == opRet || e.needed[i] == [entries]bool{} {
			continue
		}
		tests++
		h := held{d.word, d.mask}
		for _, b := range []node{d.yes, d.no} {
			e.needed[b][e.enter(&e.nodes[b].test, h)] = true
		}
	}
	for i := range e.size {
		e.size[i] = 1
		if d := e.nodes[i]; d.op != opRet {
			e.size[i] = min(1+e.size[d.yes]+e.size[d.no], 1<<20)
		}
	}
	return tests
}

// place emits what is below n, and n.
func (e *emitter) place(n node) {
	d := e.nodes[n]
	if d.op == opRet || slices.Max(e.at[n][:]) >= 0 || len(e.code) > cbpf.MaxInsns {
		return
	}
	first, second := e.order(d)
	if e.parts(d) {
		e.placeBehind(n)
	}
	e.place(first)
	e.place(second)

	h := held{d.word, d.mask}
	// Making one branch near can push the other out of reach, at most once.
	for !e.near(d.yes, h, 0) || !e.near(d.no, h, 0) {
		if !e.near(d.yes, h, 1) {
			e.jump(d.yes, h)
		}
		if !e.near(d.no, h, 0) {
			e.jump(d.no, h)
		}
	}
	e.put(n, atTest, cbpf.Jump(jumpOps[d.op], d.k, e.offset(d.yes, h), e.offset(d.no, h)))
	if d.mask != ^uint32(0) && (e.needed[n][atMask] || e.needed[n][atLoad]) {
		e.put(n, atMask, cbpf.And(d.mask))
	}
	if e.needed[n][atLoad] {
		e.put(n, atLoad, cbpf.Load(uint32(d.word)*4))
	}
}

// order returns the branches of a decision in the order in which they are
// emitted. The smaller comes last and so stands next to the test: the distance
// to the other is then the shortest.
func (e *emitter) order(d decision) (first, second node) {
	if e.has(PassPlacement) && e.size[d.yes] < e.size[d.no] {
		return d.no, d.yes
	}
	return d.yes, d.no
}

// parts reports whether both branches of a decision are so long that neither can
// be jumped over.
func (e *emitter) parts(d decision) bool {
	return e.has(PassPlacement) && d.op != opRet && min(e.size[d.yes], e.size[d.no]) > maxSkip
}

// placeBehind emits what is below n, or below the tests at n that choose between
// long branches: if these tests stand together, before all that they choose from,
// each way takes one far jump instead of one at every test.
func (e *emitter) placeBehind(n node) {
	d := e.nodes[n]
	if !e.parts(d) {
		e.place(n)
		return
	}
	if !e.behind[n] {
		e.behind[n] = true
		// Foreign numbers are the highest: near the start they share the return of
		// foreign audit architectures.
		e.placeBehind(d.no)
		e.placeBehind(d.yes)
	}
}

var jumpOps = [...]uint16{opEq: cbpf.JeqK, opGe: cbpf.JgeK, opSet: cbpf.JsetK}

//go:noinline
func (e *emitter) put(n node, in entry, ins bpf.RawInstruction) {
	e.at[n][in] = int32(len(e.code))
	e.code = append(e.code, ins)
}

// maxSkip is how far a conditional jump reaches.
const maxSkip = 255

// near reports whether the next instruction but spare can jump to n.
//
//go:noinline
func (e *emitter) near(n node, h held, spare int) bool {
	at := int(e.at[n][e.enter(&e.nodes[n].test, h)])
	return at >= 0 && len(e.code)+spare-at-1 <= maxSkip
}

func (e *emitter) offset(n node, h held) uint8 {
	return uint8(len(e.code) - int(e.at[n][e.enter(&e.nodes[n].test, h)]) - 1)
}

// jump makes n near: by a copy of it if it is a return, else by a jump to it.
func (e *emitter) jump(n node, h held) {
	d := e.nodes[n]
	in := e.enter(&d.test, h)
	if d.op == opRet && (e.has(PassCopies) || e.at[n][in] < 0) {
		e.put(n, in, cbpf.Ret(d.k))
		return
	}
	at := int(e.at[n][in]) // negative in a program that got too long
	if at >= 0 && e.code[at].Op == cbpf.Ja {
		at -= int(e.code[at].K) + 1 // straight to where that leads
	}
	e.put(n, in, cbpf.JA(uint32(len(e.code)-at-1)))
}
