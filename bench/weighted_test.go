package bench

import "testing"

// TestWeights checks that weights shorten the mean path of recorded calls: of all
// calls on a kernel without a cache of verdicts, of the others on one with a cache.
func TestWeights(t *testing.T) {
	rs := recordings(t)
	f := find(t, "docker", "portcullis")
	tools := WeightedTools()
	weighted, err := MakePerRecording(tools[0], f.Policy, rs)
	if err != nil {
		t.Fatal(err)
	}
	without := f.RecordedPaths(rs)
	if got := weighted.Paths.All; got > 6.5 || got > without.All {
		t.Errorf("the mean path of recorded calls is %.2f with weights, %.2f without", got, without.All)
	}
	forCache, err := MakePerRecording(tools[1], f.Policy, rs)
	if err != nil {
		t.Fatal(err)
	}
	if got := forCache.Paths.Uncached; got > without.Uncached {
		t.Errorf("the mean path of calls not cached is %.2f with weights, %.2f without", got, without.Uncached)
	}
}
