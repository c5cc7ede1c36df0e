package cbpf

import (
	"encoding/binary"
	"errors"
	"testing"

	"golang.org/x/net/bpf"
)

// decode makes a program of any bytes: 8 for an instruction, in the layout of
// struct sock_filter on a little-endian machine.
func decode(data []byte) []bpf.RawInstruction {
	var prog []bpf.RawInstruction
	for ; len(data) >= 8; data = data[8:] {
		prog = append(prog, bpf.RawInstruction{
			Op: binary.LittleEndian.Uint16(data), Jt: data[2], Jf: data[3], K: binary.LittleEndian.Uint32(data[4:])})
	}
	return prog
}

func encode(prog []bpf.RawInstruction) []byte {
	var data []byte
	for _, ins := range prog {
		data = binary.LittleEndian.AppendUint16(data, ins.Op)
		data = append(data, ins.Jt, ins.Jf)
		data = binary.LittleEndian.AppendUint32(data, ins.K)
	}
	return data
}

func addSeeds(f *testing.F) {
	g := newGenerator(2)
	for range 100 {
		f.Add(encode(g.mutant()))
	}
}

// FuzzCheck lets Check and the running kernel, where there is one, judge the
// same programs.
func FuzzCheck(f *testing.F) {
	addSeeds(f)
	kernel := startKernel(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		prog := decode(data)
		err := Check(prog)
		var e *Error
		if err != nil && (!errors.As(err, &e) || e.PC < -1 || e.PC >= len(prog)) {
			t.Fatalf("%v is no good error", err)
		}
		if kernel != nil {
			if want := kernel.accepts(t, prog); want != (err == nil) {
				t.Fatalf("Check says %v, the kernel %v, of\n%s", err, want, listing(prog))
			}
		}
	})
}

// FuzzRun runs anything: it must come back, and without an error if Check had
// none.
func FuzzRun(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		prog := decode(data)
		w := new(Words)
		for i := range w {
			if 4*i+4 <= len(data) {
				w[i] = binary.LittleEndian.Uint32(data[4*i:])
			}
		}
		steps := 0
		_, err := Step(prog, w, func(pc int) {
			steps++
			Format(prog, pc)
		})
		if steps > len(prog) {
			t.Errorf("%d steps of %d instructions", steps, len(prog))
		}
		if err == nil {
			return
		}
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%v is no *Error", err)
		}
		if Check(prog) == nil {
			t.Errorf("%v from a program that Check takes:\n%s", err, listing(prog))
		}
	})
}
