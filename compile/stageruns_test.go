package compile_test

import (
	"math/rand/v2"
	"testing"

	"github.com/portcullis-go/portcullis/compile"
)

// TestStages looks at what each stage leaves behind, for the corpus and for random
// profiles, compiled in the usual way and in others.
func TestStages(t *testing.T) {
	c := compile.NewStageChecker(t)
	rnd := rand.New(rand.NewPCG(5, 1))
	seeds := uint64(trials(4, 20))
	for i, g := range triedGroups() {
		for _, e := range entriesOn(g) {
			p := e.profile.On(g...)
			for _, o := range []compile.Options{{Target: compile.Target{Arch: g[0]}}, randomOptions(rnd.IntN, g)} {
				if err := c.Compile(p, o); err != nil && !(isTooLong(err) && len(p.Rules) > 100) {
					t.Fatalf("%s: %v", e.name, err)
				}
			}
		}
		for seed := range seeds {
			d := seeded(seed<<8 | uint64(i))
			if err := c.Compile(randomProfile(d).On(g...), randomOptions(d, g)); err != nil {
				wantKnownError(t, err)
			}
		}
	}
	t.Logf("%+v", c.Figures)
}
