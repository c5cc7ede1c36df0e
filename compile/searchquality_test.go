package compile

import (
	"math/rand/v2"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/internal/decision"
	"github.com/portcullis-go/portcullis/internal/longtest"
	"github.com/portcullis-go/portcullis/internal/search"
	"github.com/portcullis-go/portcullis/profile"
)

// TestSearchNearOptimal compares the usual search trees with those of a plan that looks
// at all cuts, for the intervals that real filters search. Package search does the same
// for random ones.
func TestSearchNearOptimal(t *testing.T) {
	usual := search.Options{Optimal: true, Singleton: true, LargePlans: true}
	optimal := usual
	optimal.Improve = func(_ *search.Searcher, _ []interval, found search.Tree) search.Tree { return found }
	sum, worst, lists := 0.0, 0.0, searchedLists(t)
	for _, is := range lists {
		// Plans are for weights that were scaled once more, so that the optimal one
		// may cost a little more by these.
		ratio := treeCost(t, is, usual) / treeCost(t, is, optimal)
		if ratio < 0.995 {
			t.Errorf("the usual tree costs %.4f times what the optimal one does, for %v", ratio, is)
		}
		sum, worst = sum+ratio, max(worst, ratio)
	}
	mean := sum / float64(len(lists))
	t.Logf("%d lists: the usual trees cost %.5f times what the optimal ones do, at worst %.4f", len(lists), mean, worst)
	if len(lists) < 30 || mean > 1.001 || worst > 1.02 {
		t.Error("want at most 1.001 in the mean and 1.02 at worst, of 30 lists or more")
	}
}

// treeCost returns what a search tree costs: the tests on each interval's path by its
// weight, and a 64th of all weights for each test in the tree. It fails if a value
// leads elsewhere than its interval says.
func treeCost(t *testing.T, is []interval, o search.Options) float64 {
	t.Helper()
	g := decision.New()
	own := append([]interval(nil), is...)
	total := uint64(0)
	for i := range own {
		own[i].Node = g.Leaf(uint32(own[i].Node)) // whatever is decided there
		total += own[i].Weight
	}
	root := search.New(g, o).Search(decision.WordNr, own)
	cost := float64(testsBelow(g, root)) * float64(max(total/64, 1))
	for _, i := range own {
		first, tests := findValue(g, root, i.First)
		if last, _ := findValue(g, root, i.Last); first != i.Node || last != i.Node {
			t.Fatalf("%#x to %#x lead to %d and %d, want %d", i.First, i.Last, first, last, i.Node)
		}
		cost += float64(i.Weight) * float64(tests)
	}
	return cost
}

// testsBelow returns how many tests a tree has.
func testsBelow(g *decision.Graph, n node) int {
	d := g.At(n)
	if d.IsLeaf() {
		return 0
	}
	return 1 + testsBelow(g, d.Yes) + testsBelow(g, d.No)
}

// findValue returns where a value leads, and through how many tests.
func findValue(g *decision.Graph, n node, v uint32) (leaf node, tests int) {
	for d := g.At(n); !d.IsLeaf(); d = g.At(n) {
		if n = d.No; d.Test.Holds(v) {
			n = d.Yes
		}
		tests++
	}
	return n, tests
}

// searchedLists returns the lists of intervals that filters of some size search: of
// numbers, and of the values of arguments.
func searchedLists(t *testing.T) (lists [][]interval) {
	spy := Effort{func(_ *search.Searcher, is []interval, found search.Tree) search.Tree {
		if len(is) > 1 && len(is) <= 200 && coversAll(is) {
			lists = append(lists, append([]interval(nil), is...))
		}
		return found
	}}
	seeds := 5
	if longtest.Enabled() {
		seeds = 30
	}
	for _, arches := range [][]arch.Arch{{arch.X86_64, arch.X86, arch.X32}, {arch.AArch64, arch.ARM}, {arch.S390X}, {arch.MIPS64}} {
		for seed := range uint64(seeds) {
			rnd := rand.New(rand.NewPCG(seed, 3))
			p := callsProfile(rnd, arches[0], 10+rnd.IntN(100)).On(arches...)
			if _, err := Compile(p, Options{Effort: spy, SkipProof: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return lists
}

// coversAll reports whether there is no gap between intervals. There are where a value
// was tested for before.
func coversAll(is []interval) bool {
	next := uint64(0)
	for _, i := range is {
		if uint64(i.First) != next {
			return false
		}
		next = uint64(i.Last) + 1
	}
	return next == 1<<32
}

// callsProfile returns a profile like those of containers: n ranges of an ABI's numbers
// are allowed, some of them by their arguments, and few others have errors of their
// own.
func callsProfile(rnd *rand.Rand, a arch.Arch, n int) profile.Profile {
	p := profile.New(profile.Errno(errno.EPERM))
	for range n {
		first := a.Base() + rnd.Uint32N(460)
		r := profile.Rule{Action: profile.Allow(), Numbers: []profile.NumberRange{{First: first, Last: first + uint32(rnd.IntN(4)/3*rnd.IntN(10))}}}
		switch rnd.IntN(8) {
		case 0:
			r.If = profile.Arg(rnd.IntN(6)).Low32().In(randomSet(rnd)...)
		case 1:
			r.Action = profile.Errno(errno.ENOSYS)
		}
		p = p.Rule(r)
	}
	return p
}

func randomSet(rnd *rand.Rand) []uint64 {
	set := make([]uint64, 1+rnd.IntN(12))
	for i := range set {
		set[i] = rnd.Uint64N(1 << (1 + rnd.IntN(31)))
	}
	return set
}
