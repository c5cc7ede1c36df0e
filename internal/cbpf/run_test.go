package cbpf

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"golang.org/x/net/bpf"
)

func TestRun(t *testing.T) {
	w := &Words{0: 59, 1: 0xc000003e, 4: 0xfffffff0, 15: 7}
	a := func(insns ...bpf.RawInstruction) []bpf.RawInstruction { return append(insns, raw(RetA, 0)) }
	for _, test := range []struct {
		name string
		prog []bpf.RawInstruction
		want uint32
	}{
		{"A starts at 0", a(), 0},
		{"X starts at 0", a(raw(LdImm, 5), raw(Txa, 0)), 0},
		{"ret k", []bpf.RawInstruction{Load(0), Ret(9)}, 9},
		{"first word", a(Load(OffNr)), 59},
		{"last word", a(Load(60)), 7},
		{"ld #len", a(raw(LdLen, 3)), 64},
		{"ldx #len", a(raw(LdxLen, 3), raw(Txa, 0)), 64},
		{"ldx #", a(raw(LdxImm, 3), raw(Txa, 0)), 3},
		{"tax", a(Load(0), raw(Tax, 0), raw(AddX, 0)), 118},
		{"scratch", a(Load(0), raw(St, 15), raw(LdImm, 0), raw(LdMem, 15)), 59},
		{"scratch by X", a(raw(LdxImm, 4), raw(Stx, 0), raw(LdxImm, 0), raw(LdxMem, 0), raw(Txa, 0)), 4},
		{"add wraps", a(Load(16), raw(AddK, 0x20)), 0x10},
		{"sub wraps", a(raw(SubK, 1)), 0xffffffff},
		{"sub x", a(raw(LdImm, 5), raw(LdxImm, 7), raw(SubX, 0)), 0xfffffffe},
		{"mul wraps", a(Load(16), raw(MulK, 2)), 0xffffffe0},
		{"div is unsigned", a(Load(16), raw(DivK, 2)), 0x7ffffff8},
		{"div x", a(raw(LdImm, 9), raw(LdxImm, 2), raw(DivX, 0)), 4},
		{"div x, zero", []bpf.RawInstruction{raw(LdImm, 9), raw(DivX, 0), Ret(5)}, 0},
		{"or", a(raw(LdImm, 5), raw(OrK, 2)), 7},
		{"and", a(Load(16), And(0xff)), 0xf0},
		{"xor", a(raw(LdImm, 5), raw(XorK, 4)), 1},
		{"lsh", a(raw(LdImm, 3), raw(LshK, 31)), 1 << 31},
		{"rsh is unsigned", a(Load(16), raw(RshK, 28)), 0xf},
		{"lsh x by 33", a(raw(LdImm, 3), raw(LdxImm, 33), raw(LshX, 0)), 6},
		{"rsh x by 32", a(raw(LdImm, 3), raw(LdxImm, 32), raw(RshX, 0)), 3},
		{"neg", a(raw(LdImm, 1), raw(Neg, 0)), 0xffffffff},
		{"ja", []bpf.RawInstruction{JA(1), Ret(1), Ret(2)}, 2},
		{"jeq", []bpf.RawInstruction{Load(0), Jump(JeqK, 59, 1, 0), Ret(1), Ret(2)}, 2},
		{"jeq not", []bpf.RawInstruction{Load(0), Jump(JeqK, 58, 1, 0), Ret(1), Ret(2)}, 1},
		{"jgt is unsigned", []bpf.RawInstruction{Load(16), Jump(JgtK, 1, 1, 0), Ret(1), Ret(2)}, 2},
		{"jgt equal", []bpf.RawInstruction{Load(0), Jump(JgtK, 59, 1, 0), Ret(1), Ret(2)}, 1},
		{"jge equal", []bpf.RawInstruction{Load(0), Jump(JgeK, 59, 1, 0), Ret(1), Ret(2)}, 2},
		{"jset", []bpf.RawInstruction{Load(0), Jump(JsetK, 4, 0, 1), Ret(1), Ret(2)}, 2},
		{"jset x", []bpf.RawInstruction{raw(LdxImm, 1), Load(0), Jump(JsetX, 0, 1, 0), Ret(1), Ret(2)}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := Check(test.prog); err != nil {
				t.Fatal(err)
			}
			if got, err := Run(test.prog, w); got != test.want || err != nil {
				t.Errorf("got %#x, %v, want %#x", got, err, test.want)
			}
		})
	}
}

func TestRunUnchecked(t *testing.T) {
	for name, prog := range map[string][]bpf.RawInstruction{
		"empty":      nil,
		"no ret":     {Load(0)},
		"bad offset": {Load(64), Ret(0)},
		"bad code":   {raw(0xffff, 0), Ret(0)},
		"unwritten":  {raw(LdMem, 0), Ret(0)},
		"one path":   {Jump(JeqK, 0, 1, 0), raw(St, 0), raw(LdMem, 0), Ret(0)},
		"jump":       {JA(1 << 31), Ret(0)},
	} {
		var e *Error
		if v, err := Run(prog, &Words{}); !errors.As(err, &e) {
			t.Errorf("%s: got %d, %v, want an *Error", name, v, err)
		}
	}
}

func TestStep(t *testing.T) {
	prog := []bpf.RawInstruction{Load(0), Jump(JeqK, 1, 0, 1), Ret(1), JA(1), Ret(2), Ret(3)}
	var pcs []int
	v, err := Step(prog, &Words{}, func(pc int) { pcs = append(pcs, pc) })
	if want := []int{0, 1, 3, 5}; v != 3 || err != nil || !slices.Equal(pcs, want) {
		t.Errorf("got %d, %v by %v, want 3 by %v", v, err, pcs, want)
	}
}

// TestRunVM compares Run with the machine of x/net, which somebody else wrote.
// It knows no neg, takes ldx #len for ld #len, and gives 0 for a shift by 32 or
// more; the running kernel is the judge of those.
func TestRunVM(t *testing.T) {
	g := newGenerator(1)
	g.omit = []uint16{Neg, LdxLen, LshX, RshX}
	values := map[uint32]bool{}
	for range 20000 {
		prog := g.program()
		insns, ok := bpf.Disassemble(prog)
		if !ok {
			t.Fatalf("x/net can't read %v", listing(prog))
		}
		vm, err := bpf.NewVM(insns)
		if err != nil {
			t.Fatalf("%v for %v", err, listing(prog))
		}
		for range 4 {
			w := g.words()
			in := make([]byte, SizeOf)
			for i, v := range w {
				binary.BigEndian.PutUint32(in[4*i:], v) // the machine is a network's
			}
			want, err := vm.Run(in)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Run(prog, w)
			if err != nil || got != uint32(want) {
				t.Fatalf("got %#x, %v, want %#x for %v of %v", got, err, uint32(want), w, listing(prog))
			}
			values[got] = true
		}
	}
	if len(values) < 1000 { // else the programs compute nothing
		t.Errorf("only %d values", len(values))
	}
}

func BenchmarkRun(b *testing.B) {
	prog := []bpf.RawInstruction{Load(4), Jump(JeqK, 0xc000003e, 1, 0), Ret(0), Load(0)}
	for i := range uint32(40) {
		prog = append(prog, Jump(JeqK, 1000+i, 0, 1), Ret(i))
	}
	prog = append(prog, Ret(allow))
	w := &Words{0: 7, 1: 0xc000003e}
	for b.Loop() {
		if v, err := Run(prog, w); v != allow || err != nil {
			b.Fatal(v, err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	prog := make([]bpf.RawInstruction, 300)
	for i := range prog {
		prog[i] = Jump(JeqK, uint32(i), 0, 0)
	}
	prog[299] = Ret(0)
	for b.Loop() {
		if err := Check(prog); err != nil {
			b.Fatal(err)
		}
	}
}
