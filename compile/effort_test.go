package compile_test

import (
	"math/rand/v2"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
)

// The exhaustive search makes programs shorter, and their mean path.
func TestExhaustivePays(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 5))
	var instructions, path ratios
	for range trials(2, 4) {
		for _, a := range []arch.Arch{arch.X86_64, arch.AArch64, arch.S390X} {
			p, _ := listed(rnd, a, 10+rnd.IntN(80))
			o := compile.Options{Target: compile.Target{Arch: a}, SkipProof: true}
			usual := compiled(t, p, o).Stats(nil)
			o.Effort = compile.Exhaustive()
			exhaustive := compiled(t, p, o).Stats(nil)
			instructions.add(float64(exhaustive.Instructions), float64(usual.Instructions))
			path.add(exhaustive.MeanPath, usual.MeanPath)
		}
	}
	t.Logf("programs are %v as long, their mean path %v", &instructions, &path)
	if instructions.mean() > 0.95 || path.mean() > 0.995 || path.worst > 1.01 {
		t.Error("the exhaustive search is of little use")
	}
}
