package diagram

import (
	"encoding/binary"
	"errors"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/longtest"
)

// bytes lays out words for the machine of x/net, which loads big-endian.
func bytes(w *cbpf.Words) []byte {
	b := make([]byte, cbpf.SizeOf)
	for i, v := range w {
		binary.BigEndian.PutUint32(b[4*i:], v)
	}
	return b
}

// TestManyInputs compares denotations with what the machine of x/net makes of
// the programs, on inputs near their constants.
func TestManyInputs(t *testing.T) {
	programs := 200
	if longtest.Enabled() {
		programs = 1000
	}
	const inputs = 1000
	n := 0
	for seed := uint64(0); n < programs; seed++ {
		g := newGenerator(seed, ^uint32(0))
		g.omit = []uint16{cbpf.Neg, cbpf.LdxLen, cbpf.LshX, cbpf.RshX} // that machine differs in these
		p := g.program(4 + g.IntN(40))
		order := pick[binary.ByteOrder](g, binary.LittleEndian, binary.BigEndian)
		s := NewStore()
		s.steps = maxSteps - 1<<16 // to have done soon with those that are too complex
		m, err := Lift(s, p, order, same)
		if err != nil {
			continue
		}
		n++
		ins, ok := bpf.Disassemble(p)
		if !ok {
			t.Fatalf("x/net doesn't know an instruction\n%s", listing(p))
		}
		vm, err := bpf.NewVM(ins)
		if err != nil {
			t.Fatalf("%v\n%s", err, listing(p))
		}
		for range inputs {
			w := g.words(p)
			want, err := vm.Run(bytes(w))
			if got := m.Eval(s, input(w, order)); err != nil || got != uint32(want) {
				t.Fatalf("%v: denotation %#x, x/net %#x, %v\n%s", w, got, want, err, listing(p))
			}
		}
	}
	t.Logf("%d programs on %d inputs each", n, inputs)
}

// repaired returns data as a program that keeps most of the rules: 8 bytes are
// an instruction.
func repaired(data []byte) []bpf.RawInstruction {
	codes := []uint16{
		cbpf.LdWAbs, cbpf.LdWAbs, cbpf.LdWAbs, cbpf.LdImm, cbpf.LdLen, cbpf.LdMem, cbpf.LdxImm, cbpf.LdxLen, cbpf.LdxMem, cbpf.St, cbpf.Stx,
		cbpf.AddK, cbpf.AddX, cbpf.SubK, cbpf.MulK, cbpf.DivK, cbpf.DivX, cbpf.OrK, cbpf.OrX, cbpf.AndK, cbpf.AndK, cbpf.AndX,
		cbpf.LshK, cbpf.LshX, cbpf.RshK, cbpf.RshX, cbpf.Neg, cbpf.XorK, cbpf.XorX, cbpf.Ja, cbpf.JeqK, cbpf.JeqK, cbpf.JeqX,
		cbpf.JgtK, cbpf.JgtX, cbpf.JgeK, cbpf.JgeX, cbpf.JsetK, cbpf.JsetK, cbpf.JsetX, cbpf.RetK, cbpf.RetA, cbpf.Tax, cbpf.Txa,
	}
	var p []bpf.RawInstruction
	n := len(data) / 8
	for ; len(data) >= 8; data = data[8:] {
		rest := n - len(p) // with the return that is added
		ins := bpf.RawInstruction{Op: codes[int(data[0])%len(codes)], K: binary.LittleEndian.Uint32(data[4:])}
		switch ins.Op {
		case cbpf.LdWAbs:
			ins.K = ins.K % (cbpf.SizeOf / 4) * 4
		case cbpf.LdMem, cbpf.LdxMem, cbpf.St, cbpf.Stx:
			ins.K %= 3
		case cbpf.DivK:
			ins.K |= 1
		case cbpf.LshK, cbpf.RshK:
			ins.K %= 32
		case cbpf.Ja:
			ins.K %= uint32(rest)
		default:
			if ins.Op&7 == 5 {
				ins.Jt, ins.Jf = uint8(int(data[1])%rest), uint8(int(data[2])%rest)
			}
		}
		p = append(p, ins)
	}
	return append(p, cbpf.Ret(uint32(n)))
}

// FuzzLift lifts any program: it must come back, and the denotation must be that of
// the program on inputs near its constants. Of two programs that differ in one
// instruction it must tell truly whether they differ.
func FuzzLift(f *testing.F) {
	for seed := range uint64(50) {
		g := newGenerator(seed, ^uint32(0))
		var data []byte
		for _, ins := range g.program(30) {
			data = append(data, byte(g.Uint32()), ins.Jt, ins.Jf, 0)
			data = binary.LittleEndian.AppendUint32(data, ins.K)
		}
		f.Add(data, seed)
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		p := repaired(data[:min(len(data), 8*200)])
		if cbpf.Check(p) != nil {
			return
		}
		g := newGenerator(seed, ^uint32(0))
		l := &lifted{order: pick[binary.ByteOrder](g, binary.LittleEndian, binary.BigEndian), s: NewStore()}
		l.s.steps = maxSteps - 1<<18
		m, ok := l.lift(t, p)
		if !ok {
			return
		}
		for range 40 {
			w := g.words(p)
			if got, want := m.Eval(l.s, input(w, l.order)), run(t, p, w); got != want {
				t.Fatalf("%v: denotation %#x, program %#x\n%s", w, got, want, listing(p))
			}
		}
		q := g.changed(p)
		if cbpf.Check(q) != nil {
			return
		}
		if n, ok := l.lift(t, q); ok {
			l.compare(t, g, p, q, m, n)
		}
	})
}

// lifted are programs in one store.
type lifted struct {
	order binary.ByteOrder
	s     *Store
}

// lift lifts a program, and reports whether that can be done.
func (l *lifted) lift(t *testing.T, p []bpf.RawInstruction) (Denotation, bool) {
	m, err := Lift(l.s, p, l.order, same)
	var le *LiftError
	if err != nil && !errors.Is(err, ErrTooComplex) && (!errors.As(err, &le) || le.PC >= len(p) || le.Error() == "") {
		t.Fatal(err)
	}
	return m, err == nil
}

// compare runs two programs where their denotations m and n say that they differ,
// or else on some inputs on which they must not.
func (l *lifted) compare(t *testing.T, g *generator, p, q []bpf.RawInstruction, m, n Denotation) {
	if in, differ := l.s.Differ(m, n); differ {
		w := words(in, l.order)
		if a, b := run(t, p, w), run(t, q, w); a == b || a != m.Eval(l.s, in) || b != n.Eval(l.s, in) {
			t.Fatalf("counterexample %v: %#x and %#x\n%s\n\n%s", in, a, b, listing(p), listing(q))
		}
		return
	}
	for range 40 {
		w := g.words(q)
		if a, b := run(t, p, w), run(t, q, w); a != b {
			t.Fatalf("equal, but on %v %#x and %#x\n%s\n\n%s", w, a, b, listing(p), listing(q))
		}
	}
}

// words is the inverse of input.
func words(in Input, order binary.ByteOrder) *cbpf.Words {
	w := &cbpf.Words{wordNr: in.Nr, wordArch: in.Arch}
	hi, lo := 1, 0
	if order == binary.ByteOrder(binary.BigEndian) {
		hi, lo = 0, 1
	}
	put := func(i int, v uint64) { w[i+hi], w[i+lo] = uint32(v>>32), uint32(v) }
	put(wordIP, in.Fields[FieldIP])
	for i := range 6 {
		put(cbpf.OffArgs/4+2*i, in.Fields[FieldArg0+i])
	}
	return w
}

// TestRefused gives Lift what it can't model: the error says where.
func TestRefused(t *testing.T) {
	ld := cbpf.Load(cbpf.OffArgs)
	ret := cbpf.Ret(0)
	op := func(code uint16) bpf.RawInstruction { return bpf.RawInstruction{Op: code, K: 3} }
	for _, c := range []struct {
		name string
		prog []bpf.RawInstruction
		pc   int
	}{
		{"sum", []bpf.RawInstruction{ld, op(cbpf.AddK), cbpf.Jump(cbpf.JeqK, 1, 0, 0), ret}, 1},
		{"product", []bpf.RawInstruction{ld, op(cbpf.MulK), cbpf.Jump(cbpf.JeqK, 1, 0, 0), ret}, 1},
		{"negative", []bpf.RawInstruction{ld, op(cbpf.Neg), cbpf.Jump(cbpf.JeqK, 1, 0, 0), ret}, 1},
		{"quotient", []bpf.RawInstruction{ld, op(cbpf.LdxImm), op(cbpf.DivX), ret}, 2},
		{"two values", []bpf.RawInstruction{ld, op(cbpf.Tax), cbpf.Load(cbpf.OffNr), op(cbpf.AndX), ret}, 3},
		{"comparison of two values", []bpf.RawInstruction{ld, op(cbpf.Tax), cbpf.Load(cbpf.OffNr), cbpf.Jump(cbpf.JeqX, 0, 0, 0), ret}, 3},
		{"after a test of an argument", []bpf.RawInstruction{ld, op(cbpf.Tax), cbpf.Jump(cbpf.JgtK, 1, 1, 0), cbpf.Load(24), cbpf.Jump(cbpf.JeqX, 0, 0, 0), ret}, 4},
		{"argument returned", []bpf.RawInstruction{ld, op(cbpf.RetA)}, 1},
		{"number returned", []bpf.RawInstruction{cbpf.Load(cbpf.OffNr), cbpf.Jump(cbpf.JgtK, 5, 0, 1), op(cbpf.RetA), ret}, 2},
	} {
		if err := cbpf.Check(c.prog); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		m, err := Lift(NewStore(), c.prog, binary.LittleEndian, same)
		var le *LiftError
		if !errors.As(err, &le) || le.PC != c.pc {
			t.Errorf("%s: %v and %v, want an error at %d", c.name, m, err, c.pc)
		}
	}
}

// TestModelled gives Lift what is hard to model but can be: it must not refuse.
func TestModelled(t *testing.T) {
	ld := cbpf.Load(cbpf.OffArgs)
	op := func(code uint16, k uint32) bpf.RawInstruction { return bpf.RawInstruction{Op: code, K: k} }
	jeq := cbpf.Jump(cbpf.JeqK, 5, 0, 1)
	for name, p := range map[string][]bpf.RawInstruction{
		"division by zero":         {op(cbpf.LdxImm, 0), ld, op(cbpf.DivX, 0), jeq, cbpf.Ret(1), cbpf.Ret(2)},
		"division by an X of zero": {ld, jeq, op(cbpf.DivX, 0), cbpf.Ret(1)},
		"constant division":        {op(cbpf.LdImm, 7), op(cbpf.LdxImm, 0), op(cbpf.DivX, 0), cbpf.Ret(1)},
		"arithmetic of constants":  {op(cbpf.LdLen, 0), op(cbpf.AddK, 5), op(cbpf.MulK, 3), op(cbpf.Neg, 0), op(cbpf.RetA, 0)},
		"nothing left of a value":  {ld, op(cbpf.AndK, 0xf0), op(cbpf.LshK, 31), op(cbpf.AddK, 1), op(cbpf.RetA, 0)},
		"shifts":                   {ld, op(cbpf.RshK, 4), op(cbpf.AndK, 0xf), op(cbpf.LshK, 8), op(cbpf.OrK, 1), cbpf.Jump(cbpf.JeqK, 0x501, 0, 1), cbpf.Ret(1), cbpf.Ret(2)},
		"complement":               {ld, op(cbpf.XorK, ^uint32(0)), cbpf.Jump(cbpf.JgtK, 5, 0, 1), cbpf.Ret(1), cbpf.Ret(2)},
		"scratch":                  {ld, op(cbpf.St, 3), cbpf.Load(0), op(cbpf.Tax, 0), op(cbpf.Stx, 15), op(cbpf.LdMem, 3), jeq, cbpf.Ret(1), op(cbpf.LdxMem, 15), op(cbpf.Txa, 0), jeq, cbpf.Ret(3), cbpf.Ret(2)},
		"bit 30 of the number":     {cbpf.Load(0), op(cbpf.AndK, 1<<30), cbpf.Jump(cbpf.JeqK, 0, 0, 1), cbpf.Ret(1), cbpf.Ret(2)},
		"high bits of the ABI":     {cbpf.Load(4), cbpf.Jump(cbpf.JsetK, 0xc0000000, 0, 1), cbpf.Ret(1), cbpf.Ret(2)},
		"number after argument":    {ld, jeq, cbpf.Load(0), cbpf.Jump(cbpf.JgeK, 100, 0, 1), cbpf.Ret(1), cbpf.Ret(2)},
		"ABI after argument":       {ld, jeq, cbpf.Load(4), cbpf.Jump(cbpf.JgeK, 100, 0, 1), cbpf.Ret(1), cbpf.Ret(2)},
		"known value returned":     {ld, cbpf.Jump(cbpf.JeqK, 9, 0, 2), ld, op(cbpf.RetA, 0), cbpf.Ret(2)},
		"number above all":         {cbpf.Load(0), cbpf.Jump(cbpf.JgtK, ^uint32(0), 0, 1), cbpf.Ret(1), cbpf.Ret(2)},
		"masked argument in X":     {ld, op(cbpf.AndK, 6), op(cbpf.Tax, 0), cbpf.Load(0), cbpf.Jump(cbpf.JeqK, 5, 0, 2), op(cbpf.Txa, 0), cbpf.Jump(cbpf.JsetK, 2, 0, 1), cbpf.Ret(1), cbpf.Ret(2)},
	} {
		if err := cbpf.Check(p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			s := NewStore()
			m, err := Lift(s, p, order, same)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			wellFormed(t, s, m)
			g := newGenerator(1, ^uint32(0))
			for range 2000 {
				w := g.words(p)
				if got, want := m.Eval(s, input(w, order)), run(t, p, w); got != want {
					t.Fatalf("%s: %v: denotation %#x, program %#x", name, w, got, want)
				}
			}
		}
	}
}
