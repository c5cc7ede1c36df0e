package layout

import (
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/decision"
)

// maxSkip is how many instructions a conditional jump can skip: its offsets have 8
// bits.
const maxSkip = 255

// near reports whether the next instruction, or the one spare places later, can jump
// to n.
func (e *emitter) near(n decision.Node, h held, spare int) bool {
	pos := int(e.pos[n][e.entryOf(n, h)])
	return pos != notPlaced && len(e.code)+spare-pos-1 <= maxSkip
}

// offset returns what the next instruction skips to get to n.
func (e *emitter) offset(n decision.Node, h held) uint8 {
	return uint8(len(e.code) - int(e.pos[n][e.entryOf(n, h)]) - 1)
}

// reach makes n near: by a copy of it if it is a return, and else by a jump to it.
func (e *emitter) reach(n decision.Node, h held) {
	d := e.graph.At(n)
	in := e.entryOf(n, h)
	pos := int(e.pos[n][in])
	if d.IsLeaf() && (e.opts.DuplicateReturns || pos == notPlaced) {
		e.put(n, in, cbpf.Ret(d.Test.K))
		return
	}
	if pos != notPlaced && e.code[pos].Op == cbpf.Ja { // it isn't placed in a program that got too long
		pos -= int(e.code[pos].K) + 1 // jump threading: straight to where that jump leads
	}
	e.put(n, in, cbpf.JA(uint32(len(e.code)-pos-1)))
}
