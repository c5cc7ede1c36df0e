package cbpf

import (
	"slices"
	"testing"

	"golang.org/x/net/bpf"
)

// TestFlow walks random programs by Next, Compute and Holds and compares with
// what Step visits.
func TestFlow(t *testing.T) {
	g := newGenerator(4)
	for range 2000 {
		prog, w := g.program(), g.words()
		var visited []int
		want, err := Step(prog, w, func(pc int) { visited = append(visited, pc) })
		if err != nil {
			t.Fatal(err)
		}
		got, walked := walk(prog, w)
		if got != want || !slices.Equal(walked, visited) {
			t.Fatalf("got %#x by %v, want %#x by %v, for %v of\n%s", got, walked, want, visited, w, listing(prog))
		}
	}
}

// walk is a second simulator, by the functions for symbolic execution.
func walk(prog []bpf.RawInstruction, w *Words) (uint32, []int) {
	var a, x uint32
	var mem [ScratchWords]uint32
	var pcs []int
	for pc := 0; ; {
		pcs = append(pcs, pc)
		ins := prog[pc]
		v, old := ins.K, a
		if UsesX(ins.Op) {
			v = x
		}
		next, n := Next(prog, pc)
		take := 0
		switch op := ins.Op; {
		case n == 0 && op == RetA:
			return a, pcs
		case n == 0:
			return v, pcs
		case n == 2:
			if !Holds(op, a, v) {
				take = 1
			}
		case op == LdWAbs:
			a = w[v/4]
		case op == LdImm, op == Txa:
			a = v
		case op == LdLen:
			a = SizeOf
		case op == LdMem:
			a = mem[v]
		case op == LdxImm:
			x = v
		case op == LdxLen:
			x = SizeOf
		case op == LdxMem:
			x = mem[v]
		case op == Tax:
			x = a
		case op == St:
			mem[v] = a
		case op == Stx:
			mem[v] = x
		case SetsA(op):
			var ok bool
			if a, ok = Compute(op, a, v); !ok {
				return 0, pcs
			}
		}
		if a != old && !SetsA(ins.Op) {
			panic("A changes behind SetsA")
		}
		pc = next[take]
	}
}

// Forward finds which instructions are reached, and the fewest that ran before
// them, as a search through Next does.
func TestForward(t *testing.T) {
	g := newGenerator(5)
	const never = 1 << 20
	for range 500 {
		prog := g.program()
		got := Forward(prog, 0, never, func(a, b int) int { return min(a, b) }, func(pc, before int, send func(int, int)) {
			next, n := Next(prog, pc)
			for _, to := range next[:n] {
				send(to, min(before+1, never))
			}
			if n == 0 {
				send(len(prog), min(before+1, never))
			}
		})
		if want := distances(prog, never); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v for\n%s", got, want, listing(prog))
		}
	}
}

// distances returns how far each instruction, and the end, is from the start.
func distances(prog []bpf.RawInstruction, never int) []int {
	far := slices.Repeat([]int{never}, len(prog)+1)
	far[0] = 0
	for queue := []int{0}; len(queue) > 0; queue = queue[1:] {
		pc := queue[0]
		if pc == len(prog) {
			continue
		}
		next, n := Next(prog, pc)
		if n == 0 {
			next, n = [2]int{len(prog)}, 1
		}
		for _, to := range next[:n] {
			if far[to] == never {
				far[to] = far[pc] + 1
				queue = append(queue, to)
			}
		}
	}
	return far
}
