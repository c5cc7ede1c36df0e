package decision

import (
	"math/rand/v2"
	"testing"
)

// Holds compares after the mask.
func TestHolds(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 4))
	for range 2000 {
		tt := randomTest(rnd)
		for _, v := range values {
			if got := tt.Holds(v); got != holdsPlainly(tt, v) {
				t.Fatalf("%+v of %#x: %v", tt, v, got)
			}
		}
	}
}
