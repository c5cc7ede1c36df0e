package cbpf

import "golang.org/x/net/bpf"

// Run executes a program that passed [Check] and returns its value. It ends on
// any input: jumps go forward only. For a program that was not checked the
// error is an [*Error], if execution comes to an instruction that Check refuses.
func Run(prog []bpf.RawInstruction, w *Words) (uint32, error) { return Step(prog, w, nil) }

// Step executes like [Run] and calls visit with each pc before its instruction.
// A nil visit is not called.
func Step(prog []bpf.RawInstruction, w *Words, visit func(pc int)) (uint32, error) {
	var (
		a, x    uint32
		mem     [ScratchWords]uint32
		written uint16 // a bit for each word of mem
	)
	for pc := 0; pc < len(prog); pc++ {
		if visit != nil {
			visit(pc)
		}
		ins := prog[pc]
		o := lookup(ins.Op)
		if !o.keeps(ins, len(prog)-pc-1) {
			return 0, broken(prog, pc)
		}
		v := ins.K
		switch o.from {
		case regA:
			v = a
		case regX:
			v = x
		case dataWord:
			v = w[v/4]
		case dataSize:
			v = SizeOf
		case scratch:
			if written>>v&1 == 0 {
				return 0, unwritten(prog, pc)
			}
			v = mem[v]
		}
		switch o.verb {
		case setA:
			a = v
		case setX:
			x = v
		case storeA:
			mem[v], written = a, written|1<<v
		case storeX:
			mem[v], written = x, written|1<<v
		case compute:
			if ins.Op == DivX && v == 0 {
				return 0, nil // net/core/filter.c, bpf_convert_filter
			}
			a = o.name.compute(a, v)
		case jump:
			pc += int(v)
		case branch:
			if o.name.holds(a, v) {
				pc += int(ins.Jt)
			} else {
				pc += int(ins.Jf)
			}
		case ret:
			return v, nil
		}
	}
	return 0, &Error{-1, "the program ends without a ret"}
}
