package diagram

import (
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"golang.org/x/net/bpf"
)

// What a program looks at from an instruction on.
const (
	liveA    uint64 = 1 << 0
	liveX    uint64 = 1 << 1
	liveCell uint64 = 1 << 2                  // the audit architecture or the number
	liveMem  uint64 = 1 << 3                  // the first of the scratch words
	liveWord uint64 = 1 << (3 + scratchWords) // the first of the words of seccomp_data
)

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
