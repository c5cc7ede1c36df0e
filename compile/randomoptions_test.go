package compile_test

import (
	"math/rand/v2"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// randomWeights returns weights of calls on some ABIs, some of them 0 and some
// large, by names that not all of them have.
func randomWeights(d dice, g []arch.Arch) compile.Weights {
	var w compile.Weights
	for range 1 + d(12) {
		w = append(w, compile.Weight{
			Arch:    pick(d, 0, g[d(len(g))], g[d(len(g))], arch.All()[d(len(arch.All()))]),
			Syscall: randomName(d),
			Calls:   pick(d, 0, 1, uint64(d(256)), uint64(d(256))<<d(57), ^uint64(0)),
		})
	}
	return w
}

// randomOptions returns options that change a program and not what it decides.
func randomOptions(d dice, g []arch.Arch) compile.Options {
	o := compile.Options{Target: compile.Target{Arch: g[0]}}
	if d(2) == 0 {
		o = o.Without(compile.Passes(d(256)|d(256)<<8) & compile.AllPasses)
	}
	if d(2) == 0 {
		o.Weights = randomWeights(d, g)
	}
	if d(2) == 0 {
		o.Effort = compile.Exhaustive()
	}
	if d(2) == 0 {
		o.Target.Kernel = syscalls.Release{Major: 6, Minor: 12}
	}
	return o
}

// leftOut returns sets of passes to leave out: each pass alone, all of them, and n
// random sets.
func leftOut(rnd *rand.Rand, n int) []compile.Passes {
	var sets []compile.Passes
	for i := 0; 1<<i <= compile.AllPasses; i++ {
		sets = append(sets, 1<<i)
	}
	sets = append(sets, compile.AllPasses)
	for range n {
		sets = append(sets, compile.Passes(rnd.Uint32())&compile.AllPasses)
	}
	return sets
}

// optionsFor returns options to compile the i-th profile for g with. Each pass is left
// out, and each option used, for each profile on several groups; all of them on all
// would take minutes.
func optionsFor(rnd *rand.Rand, i int, g []arch.Arch) []compile.Options {
	target := compile.Target{Arch: g[0]}
	sets := leftOut(rnd, 4)
	step := trials(16, 3)
	var os []compile.Options
	for k := (i + rnd.IntN(step)) % step; k < len(sets); k += step {
		os = append(os, compile.Options{Target: target}.Without(sets[k]))
	}
	for range max(4/step, 1) {
		os = append(os, randomOptions(rnd.IntN, g))
	}
	return os
}
