package diagram

import (
	"encoding/binary"
	"errors"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/longtest"
)

// fill repeats a part of a program until it is as long as may be, and ends it.
func fill(part func(i int) []bpf.RawInstruction) []bpf.RawInstruction {
	var p []bpf.RawInstruction
	for i := 0; ; i++ {
		more := part(i)
		if len(p)+len(more) > cbpf.MaxInsns-2 {
			return append(p, cbpf.Ret(0), cbpf.Ret(1))
		}
		p = append(p, more...)
	}
}

// hostile returns programs made to be hard to understand.
func hostile() map[string][]bpf.RawInstruction {
	r := rand.New(rand.NewPCG(1, 1))
	argument := func() uint32 { return 4 * uint32(wordArgs+r.IntN(14)) }
	op := func(code uint16, k uint32) bpf.RawInstruction { return bpf.RawInstruction{Op: code, K: k} }
	forward := func() uint8 { return uint8(r.IntN(200)) }
	random := func(loads func() uint32, codes ...uint16) func(int) []bpf.RawInstruction {
		return func(i int) []bpf.RawInstruction {
			if r.IntN(20) == 0 {
				return []bpf.RawInstruction{cbpf.Ret(r.Uint32())}
			}
			return []bpf.RawInstruction{cbpf.Load(loads()), cbpf.Jump(codes[r.IntN(len(codes))], r.Uint32(), forward(), forward())}
		}
	}
	tail := func(p []bpf.RawInstruction) []bpf.RawInstruction { // jumps lead at most to the end
		for pc := range p {
			rest := uint8(min(255, len(p)-pc-2))
			p[pc].Jt, p[pc].Jf = min(p[pc].Jt, rest), min(p[pc].Jf, rest)
		}
		return p
	}
	return map[string][]bpf.RawInstruction{
		"overlapping masks": fill(func(int) []bpf.RawInstruction {
			return []bpf.RawInstruction{cbpf.Load(argument()), cbpf.Jump(cbpf.JsetK, r.Uint32()&r.Uint32()&r.Uint32()&r.Uint32(), 0, 2),
				cbpf.Load(argument()), cbpf.Jump(cbpf.JsetK, r.Uint32()&r.Uint32()&r.Uint32(), 1, 0), cbpf.Ret(r.Uint32())}
		}),
		"pairs of distant bits": fill(func(i int) []bpf.RawInstruction {
			return []bpf.RawInstruction{cbpf.Load(16), cbpf.Jump(cbpf.JsetK, 1<<(i%32), 0, 2), cbpf.Load(56), cbpf.Jump(cbpf.JsetK, 1<<(i*7%32), 0, 0), cbpf.Ret(uint32(i))}
		}),
		"pairs of distant bits, with a path out": tail(fill(func(i int) []bpf.RawInstruction {
			return []bpf.RawInstruction{cbpf.Load(16 + 4*uint32(i/32%2)), cbpf.Jump(cbpf.JsetK, 1<<(i%32), 0, 3), cbpf.Load(56 + 4*uint32(i/32%2)), cbpf.Jump(cbpf.JsetK, 1<<(i%32), 0, 1), cbpf.Ret(7)}
		})),
		"diamonds that count in X": fill(func(i int) []bpf.RawInstruction {
			return []bpf.RawInstruction{cbpf.Load(argument()), cbpf.Jump(cbpf.JsetK, 1<<(i%32), 0, 3), op(cbpf.Txa, 0), op(cbpf.XorK, r.Uint32()), op(cbpf.Tax, 0),
				op(cbpf.Txa, 0), cbpf.Jump(cbpf.JeqK, 77, 0, 1), cbpf.Ret(1)}
		}),
		"diamonds that count in scratch words": fill(func(i int) []bpf.RawInstruction {
			if i == 0 {
				return []bpf.RawInstruction{op(cbpf.St, 0), op(cbpf.St, 1)}
			}
			return []bpf.RawInstruction{cbpf.Load(argument()), cbpf.Jump(cbpf.JgtK, r.Uint32(), 0, 3), op(cbpf.LdMem, uint32(i%2)), op(cbpf.AddK, r.Uint32()), op(cbpf.St, uint32(i%2)),
				op(cbpf.LdMem, 0), op(cbpf.LdxMem, 1), cbpf.Jump(cbpf.JeqX, 0, 0, 1), cbpf.Ret(1)}
		}),
		"low bits of the number":            {cbpf.Load(0), cbpf.Jump(cbpf.JsetK, 1, 0, 1), cbpf.Ret(1), cbpf.Ret(0)},
		"low bits of the ABI":               {cbpf.Load(4), cbpf.Jump(cbpf.JsetK, 1, 0, 1), cbpf.Ret(1), cbpf.Ret(0)},
		"low bits, after an argument":       {cbpf.Load(16), cbpf.Jump(cbpf.JeqK, 1, 0, 2), cbpf.Load(0), cbpf.Jump(cbpf.JsetK, 1, 0, 1), cbpf.Ret(1), cbpf.Ret(0)},
		"ABI's low bits, after an argument": {cbpf.Load(16), cbpf.Jump(cbpf.JeqK, 1, 0, 2), cbpf.Load(4), cbpf.Jump(cbpf.JsetK, 1, 0, 1), cbpf.Ret(1), cbpf.Ret(0)},
		"ABIs and numbers": tail(fill(func(i int) []bpf.RawInstruction {
			return []bpf.RawInstruction{cbpf.Load(4), cbpf.Jump(cbpf.JeqK, r.Uint32(), forward(), 0), cbpf.Load(0), cbpf.Jump(cbpf.JeqK, r.Uint32(), forward(), 0), cbpf.Ret(uint32(i))}[:4+i%2]
		})),
		"a chain of ABIs": fill(func(i int) []bpf.RawInstruction {
			return []bpf.RawInstruction{cbpf.Load(4), cbpf.Jump(cbpf.JeqK, r.Uint32(), 0, 1), cbpf.Ret(uint32(i))}
		}),
		"numbers after arguments": tail(fill(random(func() uint32 { return 4 * uint32(r.IntN(4)*r.IntN(5)) }, cbpf.JeqK, cbpf.JgtK, cbpf.JgeK))),
		"random comparisons":      tail(fill(random(argument, cbpf.JeqK, cbpf.JgtK, cbpf.JgeK, cbpf.JsetK))),
		"random orders":           tail(fill(random(argument, cbpf.JgtK, cbpf.JgeK))),
		"random of everything":    tail(fill(random(func() uint32 { return 4 * uint32(r.IntN(16)) }, cbpf.JeqK, cbpf.JgtK, cbpf.JgeK, cbpf.JsetK))),
	}
}

// Bounds of what understanding any program may take, on an idle machine. The
// memory is what is allocated in all, so that the peak is below.
const (
	maxTime  = 3 * time.Second
	maxBytes = 100 << 20
)

// TestHostile lifts programs made to be hard: each is understood or too complex
// within bounds of time and memory.
func TestHostile(t *testing.T) {
	progs := hostile()
	names := slices.Sorted(maps.Keys(progs))
	refused := 0
	for i, name := range names {
		if !longtest.Enabled() && i%4 != 0 {
			continue
		}
		if !bounded(t, name, progs[name]) {
			refused++
		}
	}
	if longtest.Enabled() && (refused < 5 || refused == len(names)) {
		t.Errorf("%d of %d are too complex", refused, len(names))
	}
}

// bounded lifts one program and reports whether it is understood.
func bounded(t *testing.T, name string, p []bpf.RawInstruction) bool {
	if err := cbpf.Check(p); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	s := NewStore()
	m, err := Lift(s, p, binary.LittleEndian, same)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	bytes := after.TotalAlloc - before.TotalAlloc
	t.Logf("%s: %d instructions, %d ms, %d MB, %d nodes, %d steps: %v", name, len(p), took.Milliseconds(), bytes>>20, len(s.nodes), s.steps, err)
	if bytes > maxBytes {
		t.Errorf("%s: %d MB", name, bytes>>20)
	}
	if longtest.Enabled() && took > 5*maxTime { // others may be using the machine; the default tests also run under the race detector
		t.Errorf("%s: %v", name, took)
	}
	if err != nil {
		if !errors.Is(err, ErrTooComplex) {
			t.Errorf("%s: %v", name, err)
		}
		return false
	}
	g := newGenerator(3, ^uint32(0))
	for range 300 {
		w := g.words(p)
		if got, want := m.Eval(s, input(w, binary.LittleEndian)), run(t, p, w); got != want {
			t.Fatalf("%s: %v: denotation %#x, program %#x", name, w, got, want)
		}
	}
	return true
}
