package decision

import (
	"math/rand/v2"
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
		total := uint64(0)
		for first := uint32(0); len(is) < 1+rnd.IntN(12); {
			i := Interval{First: first, Last: first + rnd.Uint32N(3), Node: Node(rnd.IntN(3)), Weight: rnd.Uint64N(9)}
			is, first, total = append(is, i), i.Last+1, total+i.Weight
		}
		var want []Node // by value
		for _, i := range is {
			for range i.Last - i.First + 1 {
				want = append(want, i.Node)
			}
		}
		next := uint32(0)
		for k, i := range Merge(is) {
			if i.First != next || i.Last < i.First || k > 0 && want[i.First-1] == i.Node {
				t.Fatalf("interval %d, %v, comes after %d", k, i, next)
			}
			for v := i.First; v <= i.Last; v++ {
				if want[v] != i.Node {
					t.Fatalf("%d is decided as %d, want %d", v, i.Node, want[v])
				}
			}
			next, total = i.Last+1, total-i.Weight
		}
		if int(next) != len(want) || total != 0 {
			t.Fatalf("%d values of %d are left, and a weight of %d is lost", next, len(want), total)
		}
	}
}
