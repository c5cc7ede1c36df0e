package compile_test

import (
	"encoding/binary"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/compile/compiletest"
	"github.com/portcullis-go/portcullis/profile"
)

// FuzzCompile makes a profile of any bytes and compares the three readings of it.
func FuzzCompile(f *testing.F) {
	addDice(f)
	gs := groups()
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 2000 {
			return
		}
		d := loaded(data)
		g := gs[d(len(gs))]
		o := compile.Options{Target: compile.Target{Arch: g[0]}}
		p := randomProfile(d).On(g...)
		if prog := fuzzed(t, p, o); prog != nil {
			agreeSome(t, oraclesOf(t, p, o), g, d, data)
			_, _ = prog.String(), prog.Stats(nil)
		}
	})
}

// FuzzOptions chooses options by the bytes, too: what they change must decide
// the same, to the three readings and by proof, and be as good for the kernel's
// cache.
func FuzzOptions(f *testing.F) {
	addDice(f)
	gs := groups()
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 2000 {
			return
		}
		d := loaded(data)
		g := gs[d(len(gs))]
		o := randomOptions(d, g)
		p := randomProfile(d).On(g...)
		prog := fuzzed(t, p, o)
		if prog == nil {
			return
		}
		agreeSome(t, oraclesOf(t, p, o), g, d, data)
		newCacheCase(entry{"fuzzed", p}, g).check(t, o)
		usual, err := compile.Compile(p, compile.Options{Target: o.Target})
		if err != nil {
			t.Fatalf("only with %+v: %v", o, err)
		}
		if d, err := compile.Equal(usual, prog); d != nil || err != nil {
			t.Errorf("%+v: %v, %v\n%s", o, d, err, describe(p))
		}
		_, _ = prog.String(), prog.Stats(nil)
	})
}

// addDice adds seeds that are as long as most profiles need.
func addDice(f *testing.F) {
	for seed := range uint64(20) {
		d := seeded(seed)
		data := make([]byte, 40+10*seed)
		for i := range data {
			data[i] = byte(d(256))
		}
		f.Add(data)
	}
	f.Add([]byte(nil))
}

// fuzzed returns the program for p, or nil if p is refused.
func fuzzed(t *testing.T, p profile.Profile, o compile.Options) *compile.Program {
	t.Helper()
	prog, err := compile.Compile(p, o)
	if err != nil {
		if prog != nil {
			t.Error("a program and an error")
		}
		wantKnownError(t, err)
		return nil
	}
	return prog
}

// agreeSome asks the oracles about some thousand calls.
func agreeSome(t *testing.T, o *oracles, g []arch.Arch, d dice, data []byte) {
	n := 0
	for range compiletest.Boundaries(o.profile, o.target) {
		n++
	}
	// Many inputs find more than many calls do, so that some thousand calls suffice.
	step := 1 + n/2000
	skip := d(256) % step
	for d := range compiletest.Boundaries(o.profile, o.target) {
		if skip++; skip%step == 0 {
			o.agree(t, d)
		}
	}
	// Words of the input itself, and arguments that nobody thought of.
	for i := 0; i+8 <= len(data); i++ {
		v := binary.LittleEndian.Uint64(data[i:])
		o.agree(t, compile.Data{Nr: int32(v), Audit: g[i%len(g)].Audit(), InstructionPointer: v,
			Args: [6]uint64{v, v >> 8, v << 8, ^v, v * 31, v >> 32}})
	}
}
