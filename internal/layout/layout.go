// Package layout turns a decision DAG into classic BPF.
//
// Instructions are emitted from the last to the first. Jumps lead forward only, so the
// target of a jump has its place before the jump does. A conditional jump skips at most
// 255 instructions. A branch that is farther away is reached through a copy of its
// return (tail duplication) or an unconditional jump, which leads straight to the end
// of a chain of jumps (jump threading).
//
// Guaranteed: the program decides what the DAG does, with any options; the kernel
// accepts it; every instruction can be reached if every test can go both ways; equal
// input gives equal bytes. Not guaranteed is the shortest program: a branch is placed
// where its first decision is, whatever that does to the distance of others.
package layout

import (
	"slices"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/decision"
)

// Options are what the layout may do to make a program shorter or faster. The zero
// value is the plainest code.
type Options struct {
	ReuseLoads       bool // don't load what the accumulator holds
	OrderBlocks      bool // place the shorter branch next to its test, and long ones after all tests that choose between them
	DuplicateReturns bool // repeat a far return instead of jumping to it
}

// held is what the accumulator holds: a word of seccomp_data under a mask. The zero
// value is nothing, because no test has an empty mask.
type held struct {
	word uint8
	mask uint32
}

// heldAfter returns what the accumulator holds after a test.
func heldAfter(t *decision.Test) held { return held{t.Word, t.Mask} }

// entry is where the code of a decision is entered: at its load, at the mask that
// follows, or at the test. What the accumulator holds decides.
type entry uint8

const (
	atTest entry = iota
	atMask
	atLoad
	entries = iota
)

// notPlaced is the position of an entry that has no code yet.
const notPlaced = -1

// emitter lays out one DAG.
type emitter struct {
	graph *decision.Graph
	opts  Options
	code  []bpf.RawInstruction // last instruction first
	// pos is where in code each entry of a node was placed last. A jump takes the
	// nearest copy, which may itself be a jump or a return.
	pos     [][entries]int32
	needed  [][entries]bool // entries that some path leads to
	size    []int32         // instructions below a node if nothing were shared
	grouped []bool          // nodes that placeBehind has been to
}

// Emit returns the instructions of the DAG below root and their number. If the kernel
// takes fewer there are none, and the number is a lower bound.
func Emit(g *decision.Graph, root decision.Node, o Options) (code []bpf.RawInstruction, length int) {
	n := int(root) + 1
	e := &emitter{graph: g, opts: o, pos: make([][entries]int32, n), needed: make([][entries]bool, n), size: make([]int32, n), grouped: make([]bool, n)}
	for i := range e.pos {
		e.pos[i] = [entries]int32{notPlaced, notPlaced, notPlaced}
	}
	if tests := e.findEntries(root); tests > cbpf.MaxInsns {
		return nil, tests + 1
	}
	e.measure()
	e.place(root)
	if len(e.code) == 0 {
		e.reach(root, held{}) // a return alone
	}
	if len(e.code) > cbpf.MaxInsns {
		return nil, len(e.code)
	}
	slices.Reverse(e.code)
	return e.code, len(e.code)
}

// entryOf returns where a node is entered while the accumulator holds h.
func (e *emitter) entryOf(n decision.Node, h held) entry {
	d := e.graph.At(n)
	switch {
	case d.IsLeaf(), e.opts.ReuseLoads && h == heldAfter(&d.Test):
		return atTest
	case e.opts.ReuseLoads && h == held{d.Test.Word, decision.AllBits}:
		return atMask
	}
	return atLoad
}

// findEntries finds the entries that are needed, and returns how many tests can be
// reached. One pass does, because branches are lower than what leads to them.
func (e *emitter) findEntries(root decision.Node) (tests int) {
	e.needed[root][e.entryOf(root, held{})] = true
	for n := root; n >= 0; n-- {
		d := e.graph.At(n)
		if d.IsLeaf() || e.needed[n] == [entries]bool{} {
			continue
		}
		tests++
		h := heldAfter(&d.Test)
		e.needed[d.Yes][e.entryOf(d.Yes, h)] = true
		e.needed[d.No][e.entryOf(d.No, h)] = true
	}
	return tests
}

// measure finds the sizes.
func (e *emitter) measure() {
	const enough = 1 << 20
	for n := range e.size {
		e.size[n] = 1
		if d := e.graph.At(decision.Node(n)); !d.IsLeaf() {
			e.size[n] = min(1+e.size[d.Yes]+e.size[d.No], enough)
		}
	}
}

// place emits what is below n, and n.
func (e *emitter) place(n decision.Node) {
	d := e.graph.At(n)
	if d.IsLeaf() || e.pos[n][atTest] != notPlaced || len(e.code) > cbpf.MaxInsns {
		return
	}
	first, second := d.Yes, d.No
	// What is emitted last stands next to the test. If that is the smaller branch, the
	// distance to the other is the shortest.
	if e.opts.OrderBlocks && e.size[d.Yes] < e.size[d.No] {
		first, second = d.No, d.Yes
	}
	if e.farApart(&d) {
		e.placeBehind(n)
	}
	e.place(first)
	e.place(second)

	h := heldAfter(&d.Test)
	// A copy of one branch or a jump to it can push the other out of reach.
	if !e.near(d.Yes, h, 0) || !e.near(d.No, h, 0) {
		if !e.near(d.Yes, h, 1) {
			e.reach(d.Yes, h)
		}
		if !e.near(d.No, h, 0) {
			e.reach(d.No, h)
		}
	}
	e.put(n, atTest, cbpf.Jump(jumpOps[d.Test.Op], d.Test.K, e.offset(d.Yes, h), e.offset(d.No, h)))
	if d.Test.Mask != decision.AllBits && (e.needed[n][atMask] || e.needed[n][atLoad]) {
		e.put(n, atMask, cbpf.And(d.Test.Mask))
	}
	if e.needed[n][atLoad] {
		e.put(n, atLoad, cbpf.Load(uint32(d.Test.Word)*4))
	}
}

var jumpOps = [...]uint16{decision.Equal: cbpf.JeqK, decision.GreaterEqual: cbpf.JgeK, decision.AnyBit: cbpf.JsetK}

// farApart reports whether both branches of a decision are so long that neither can
// be jumped over.
func (e *emitter) farApart(d *decision.Decision) bool {
	return e.opts.OrderBlocks && !d.IsLeaf() && min(e.size[d.Yes], e.size[d.No]) > maxSkip
}

// placeBehind emits what is below n. Where tests choose between long branches it emits
// these first, so the tests stand together in front of all of them. Each path then takes
// one far jump instead of one at every test.
func (e *emitter) placeBehind(n decision.Node) {
	d := e.graph.At(n)
	if !e.farApart(&d) {
		e.place(n)
		return
	}
	if !e.grouped[n] {
		e.grouped[n] = true
		// Foreign numbers are the highest: near the start they share the return of
		// foreign audit architectures.
		e.placeBehind(d.No)
		e.placeBehind(d.Yes)
	}
}

func (e *emitter) put(n decision.Node, in entry, ins bpf.RawInstruction) {
	e.pos[n][in] = int32(len(e.code))
	e.code = append(e.code, ins)
}
