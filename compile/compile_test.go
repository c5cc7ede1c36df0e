package compile_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
)

// TestStageInvariants checks what each stage returns, for the corpus and for random
// profiles, compiled with the usual options and with random ones.
func TestStageInvariants(t *testing.T) {
	c := compile.NewStageChecker(t)
	rnd := rand.New(rand.NewPCG(5, 1))
	for i, g := range triedGroups() {
		for _, e := range entriesOn(g) {
			for _, o := range []compile.Options{{Target: compile.Target{Arch: g[0]}}, randomOptions(rnd.IntN, g)} {
				err := c.Compile(e.profile.On(g...), o)
				if err != nil && !(isTooLong(err) && len(e.profile.Rules) > 100) {
					t.Fatalf("%s: %v", e.name, err)
				}
			}
		}
		for seed := range uint64(trials(4, 20)) {
			d := seeded(seed<<8 | uint64(i))
			if err := c.Compile(randomProfile(d).On(g...), randomOptions(d, g)); err != nil {
				wantKnownError(t, err)
			}
		}
	}
	t.Logf("%+v", c.Figures)
}

// Equal input gives equal bytes each time.
func TestDeterminism(t *testing.T) {
	g := []arch.Arch{arch.X86_64, arch.X86, arch.X32}
	p := profile.New(eperm).On(g...)
	for _, e := range corpus() {
		if strings.Contains("families ioctl modes wide sockets", e.name) {
			p.Rules = append(p.Rules, e.profile.Rules...)
		}
	}
	same(t, p, compile.Options{}, trials(50, 1000))
	for _, o := range goldenOptions() {
		same(t, p, o, trials(5, 50))
	}
	rnd := rand.New(rand.NewPCG(7, 1))
	for range trials(10, 40) {
		same(t, p, randomOptions(rnd.IntN, g), 5)
	}
}

// same compiles p several times.
func same(t *testing.T, p profile.Profile, o compile.Options, times int) {
	t.Helper()
	o.SkipProof = true
	var first []byte
	for i := range times {
		bin, _ := compiled(t, p, o).MarshalBinary()
		if i == 0 {
			first = bin
		}
		if !bytes.Equal(first, bin) {
			t.Fatalf("%+v: run %d gives other bytes", o, i)
		}
	}
}
