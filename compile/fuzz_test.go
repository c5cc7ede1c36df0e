package compile_test

import (
	"encoding/binary"
	"testing"

	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/compile/compiletest"
)

// FuzzCompile makes a profile of any bytes and holds the three readings against
// each other.
func FuzzCompile(f *testing.F) {
	for seed := range uint64(20) {
		d := seeded(seed)
		data := make([]byte, 40+10*seed)
		for i := range data {
			data[i] = byte(d(256))
		}
		f.Add(data)
	}
	f.Add([]byte(nil))
	gs := groups()
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 2000 {
			return
		}
		d := loaded(data)
		g := gs[d(len(gs))]
		target := compile.Target{Arch: g[0]}
		p := randomProfile(d).On(g...)
		prog, err := compile.Compile(p, compile.Options{Target: target})
		if err != nil {
			if prog != nil {
				t.Error("a program and an error")
			}
			wantKnownError(t, err)
			return
		}
		o := newOracles(t, p, target)
		n := 0
		for range compiletest.Boundaries(p, target) {
			n++
		}
		// Inputs in number find more than calls do, so some thousand have to do.
		step := 1 + n/2000
		skip := d(256) % step
		for d := range compiletest.Boundaries(p, target) {
			if skip++; skip%step == 0 {
				o.agree(t, d)
			}
		}
		// Words of the input itself, and arguments that nobody thought of.
		for i := 0; i+8 <= len(data); i++ {
			v := binary.LittleEndian.Uint64(data[i:])
			o.agree(t, compile.Data{Nr: int32(v), Arch: g[i%len(g)].Audit(), InstructionPointer: v,
				Args: [6]uint64{v, v >> 8, v << 8, ^v, v * 31, v >> 32}})
		}
		_, _ = prog.String(), prog.Stats()
	})
}
