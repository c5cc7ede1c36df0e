package decision

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Merge leaves no neighbours that are decided alike, and every value with the
// decision and all the weight that it had.
func TestMerge(t *testing.T) {
	if got := Merge(nil); len(got) != 0 {
		t.Errorf("nothing became %v", got)
	}
	rnd := rand.New(rand.NewPCG(5, 5))
	for range 200 {
		var is []Interval
		var want []Node // by value
		total := uint64(0)
		for range 1 + rnd.IntN(12) {
			i := Interval{First: uint32(len(want)), Last: uint32(len(want)) + rnd.Uint32N(3), Node: Node(rnd.IntN(3)), Weight: rnd.Uint64N(9)}
			is, total = append(is, i), total+i.Weight
			for range i.Last - i.First + 1 {
				want = append(want, i.Node)
			}
		}
		got := Merge(is)
		for _, i := range got {
			total -= i.Weight
		}
		if total != 0 {
			t.Fatalf("a weight of %d is lost: %v", total, got)
		}
		wantIntervals(t, got, want)
	}
}

// wantIntervals wants intervals that decide the values from 0 on so, of which no
// neighbours are decided alike.
func wantIntervals(t *testing.T, is []Interval, want []Node) {
	t.Helper()
	var got []Node
	for k, i := range is {
		if int(i.First) != len(got) || i.Last < i.First || k > 0 && is[k-1].Node == i.Node {
			t.Fatalf("interval %d of %v", k, is)
		}
		for range i.Last - i.First + 1 {
			got = append(got, i.Node)
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%v, want %v by value", is, want)
	}
}
