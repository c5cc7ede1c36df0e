package compile_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/portcullis-go/portcullis/compile"
)

// TestOraclesOptions is TestOraclesRandom with random options, and holds the
// program against the usual one and the kernel's cache, too.
func TestOraclesOptions(t *testing.T) {
	gs := groups()
	before := compared.Load()
	var refused atomic.Int64
	n := trials(60, 300)
	t.Run("all", func(t *testing.T) {
		for seed := range uint64(n) {
			g := gs[seed%uint64(len(gs))]
			t.Run(fmt.Sprintf("%d/%s", seed, groupName(g)), func(t *testing.T) {
				t.Parallel()
				d := seeded(seed + 1<<20)
				o, p := randomOptions(d, g), randomProfile(d).On(g...)
				usual, err := compile.Compile(p, compile.Options{Target: o.Target})
				if err != nil {
					refused.Add(1)
					wantKnownError(t, err)
					return
				}
				x := oraclesOf(t, p, o)
				x.boundaries(t)
				newCacheCase(entry{fmt.Sprint(seed), p}, g).check(t, o)
				if d, err := compile.Equal(usual, x.prog); d != nil || err != nil {
					t.Errorf("%+v: %v, %v", o, d, err)
				}
			})
		}
	})
	t.Logf("%d calls compared, %d of %d profiles refused", compared.Load()-before, refused.Load(), n)
	if refused.Load() > int64(n)/3 {
		t.Errorf("%d of %d profiles refused: the generator is of little use", refused.Load(), n)
	}
}
