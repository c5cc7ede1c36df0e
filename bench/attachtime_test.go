package bench

import (
	"testing"

	"github.com/portcullis-go/portcullis/internal/kerneltest"
)

// TestAttachTime checks that the kernel accepts the programs of all tools.
func TestAttachTime(t *testing.T) {
	kerneltest.NeedFilters(t)
	needSeccomp(t)
	n := 0
	for _, c := range comparisons(t)[:Realistic] {
		samples, err := attachTime(c, 2)
		if err != nil {
			t.Fatalf("%s: %v", c.Policy.Name, err)
		}
		for _, s := range samples {
			n += len(s)
		}
	}
	if n < 20 {
		t.Errorf("only %d filters were installed", n)
	}
}
