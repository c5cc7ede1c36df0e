package compile

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
)

// newSearch returns what makes search trees, and n decisions to find.
func newSearch(n int, exhaustive bool) (*work, []node) {
	w := &work{dag: newDAG(), Passes: AllPasses, limit: maxPlannedPatient}
	if exhaustive {
		w.exhaustive = (*work).exhaust
	}
	leaves := make([]node, n)
	for i := range leaves {
		leaves[i] = w.leaf(uint32(i))
	}
	return w, leaves
}

// randomSpans returns n spans with gaps here and there, and neighbours that are
// decided differently. One in wide holds more than one value; 0 is none.
func randomSpans(rnd *rand.Rand, n, wide int, leaves []node) []span {
	var ps []span
	at := uint32(rnd.IntN(3))
	for range n {
		p := span{first: at, last: at, node: leaves[rnd.IntN(len(leaves))], weight: 1 + rnd.Uint32N(1<<rnd.IntN(14))}
		for len(ps) > 0 && p.node == ps[len(ps)-1].node {
			p.node = leaves[rnd.IntN(len(leaves))]
		}
		if wide > 0 && rnd.IntN(wide) == 0 {
			p.last += 1 + rnd.Uint32N(20)
		}
		at = p.last + 1
		if rnd.IntN(4) == 0 {
			at += rnd.Uint32N(9)
		}
		ps = append(ps, p)
	}
	return ps
}

// cheapest returns by trying all of them what the cheapest tree costs in which
// equality tests stand below all bounds, in chains of at most maxChain. If freely,
// a chain may also ask for a value first that is decided as its rest is.
func cheapest(ps []span, fee uint32, freely bool) uint32 {
	best := uint32(never)
	for i := range ps {
		best = min(best, cheapestChain(ps, ps[i].node, fee, maxChain, freely))
	}
	for i := 1; i < len(ps); i++ {
		best = min(best, weightOf(ps)+fee+cheapest(ps[:i], fee, freely)+cheapest(ps[i:], fee, freely))
	}
	return best
}

// cheapestChain takes out lone values, in any order, until only the rest is left.
func cheapestChain(ps []span, rest node, fee uint32, longest int, freely bool) uint32 {
	done := true
	for i := range ps {
		done = done && ps[i].node == rest
	}
	if done {
		return 0
	}
	best := uint32(never)
	if longest == 0 {
		return best
	}
	for i := range ps {
		if ps[i].first == ps[i].last && (freely || ps[i].node != rest) {
			left := append(append([]span(nil), ps[:i]...), ps[i+1:]...)
			best = min(best, weightOf(ps)+fee+cheapestChain(left, rest, fee, longest-1, freely))
		}
	}
	return best
}

func weightOf(ps []span) (sum uint32) {
	for i := range ps {
		sum += ps[i].weight
	}
	return sum
}

// walked returns what the decision n costs: for each span the tests on its way by
// its weight, and for each test in the tree the fee. It fails if a value that can
// come is decided otherwise than its span says.
func walked(t *testing.T, w *work, n node, ps []span) uint32 {
	t.Helper()
	cost := w.fee * uint32(w.treeSize(n))
	for _, p := range ps {
		for v := p.first; ; v++ {
			leaf, tests := w.follows(n, v)
			if leaf != p.node {
				t.Fatalf("%d is decided as %d, want %d, in %v", v, leaf, p.node, ps)
			}
			if v == p.last {
				cost += p.weight * uint32(tests)
				break
			}
		}
	}
	return cost
}

// treeSize returns how many tests there are below n if none is shared.
func (w *work) treeSize(n node) int {
	d := w.nodes[n]
	if d.op == opRet {
		return 0
	}
	return 1 + w.treeSize(d.yes) + w.treeSize(d.no)
}

// follows returns where a decision about one word leads for a value of it.
func (w *work) follows(n node, v uint32) (leaf node, tests int) {
	for w.nodes[n].op != opRet {
		d := w.nodes[n]
		if tests++; d.op == opEq && v&d.mask == d.k || d.op == opGe && v&d.mask >= d.k || d.op == opSet && v&d.mask&d.k != 0 {
			n = d.yes
		} else {
			n = d.no
		}
	}
	return n, tests
}

// TestPlanIsCheapest holds the plan against all trees of its kind: it costs what
// the cheapest of them does, and the decision that is made of it costs the same.
func TestPlanIsCheapest(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 1))
	n := 4000
	if testing.Short() {
		n = 400
	}
	freer, most := 0, 1.0
	for i := range n {
		w, leaves := newSearch(2+rnd.IntN(4), true)
		ps := randomSpans(rnd, 2+rnd.IntN(8), rnd.IntN(4), leaves)
		if i%4 == 0 { // without PassNeighbours there is that, too
			ps[1].node = ps[0].node
		}
		w.fee = 1 + rnd.Uint32N(2*weightOf(ps)/feeShare+1)
		w.planAll(ps)
		got := w.costs[len(ps)-1]
		if want := cheapest(ps, w.fee, false); got != want {
			t.Fatalf("%d: planned at %d, the cheapest costs %d: fee %d, %v", i, got, want, w.fee, ps)
		}
		if cost := walked(t, w, w.planned(ps, 0, len(ps)-1), ps); cost != got {
			t.Fatalf("%d: planned at %d, costs %d: fee %d, %v", i, got, cost, w.fee, ps)
		}
		if len(ps) > 6 {
			continue // trying them all takes too long
		}
		if free := cheapest(ps, w.fee, true); free < got {
			freer++
			most = max(most, float64(got)/float64(free))
		}
	}
	t.Logf("%d plans; asking for heavy values of the rest first would be cheaper in %d of those with few spans, by up to %.1f %%",
		n, freer, 100*(most-1))
}

// The usual plan looks at fewer bounds than all, and is hardly dearer.
func TestPlanIsNearCheapest(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 2))
	var r ratios
	for range 600 {
		w, leaves := newSearch(2+rnd.IntN(10), false)
		ps := randomSpans(rnd, 2+rnd.IntN(maxPlannedChecked-1), rnd.IntN(4), leaves)
		w.fee = max(weightOf(ps)/feeShare, 1)
		r.add(t, w, ps)
	}
	t.Logf("random lists: %v", &r)
	r.below(t, 1.25, 1.005)

	r = ratios{}
	for _, l := range searchedLists(t) {
		w, _ := newSearch(0, false)
		w.fee = l.fee
		for i := range l.spans {
			l.spans[i].node = w.leaf(uint32(l.spans[i].node)) // whatever is decided there
		}
		r.add(t, w, l.spans)
	}
	t.Logf("lists of the filters: %v", &r)
	r.below(t, 1.02, 1.001)
}

// ratios are of what usual plans cost to what the cheapest do.
type ratios struct {
	n, dearer  int
	sum, worst float64
}

func (r *ratios) add(t *testing.T, w *work, ps []span) {
	w.planAll(ps)
	usual := w.costs[len(ps)-1]
	if cost := walked(t, w, w.planned(ps, 0, len(ps)-1), sides(ps)); len(ps) > 0 && cost != usual {
		t.Fatalf("planned at %d, costs %d: %v", usual, cost, ps)
	}
	w.exhaustive = (*work).exhaust
	w.planAll(ps)
	best := w.costs[len(ps)-1]
	if best > usual {
		t.Fatalf("looking at all bounds finds %d, at some %d: %v", best, usual, ps)
	}
	ratio := 1.0
	if best > 0 {
		ratio = float64(usual) / float64(best)
	}
	if r.n++; usual > best {
		r.dearer++
	}
	r.sum += ratio
	r.worst = max(r.worst, ratio)
}

func (r *ratios) below(t *testing.T, worst, mean float64) {
	t.Helper()
	if r.n == 0 || r.worst > worst || r.sum/float64(r.n) > mean {
		t.Errorf("%v; want at most %.3f, %.4f in the mean", r, worst, mean)
	}
}

func (r *ratios) String() string {
	return fmt.Sprintf("%d plans, %d of them dearer than the cheapest; the worst %.4f times as dear, the mean %.5f",
		r.n, r.dearer, r.worst, r.sum/float64(r.n))
}

// sides returns spans in which wide ones have their first value only, so that
// walking them doesn't take forever.
func sides(ps []span) []span {
	qs := append([]span(nil), ps...)
	for i := range qs {
		qs[i].last = qs[i].first
	}
	return qs
}

// searched is a list of spans that was searched, with its fee.
type searched struct {
	spans []span
	fee   uint32
}

// searchedLists returns all lists among which filters of some size decide: by
// numbers, and by the values of arguments.
func searchedLists(t *testing.T) (ls []searched) {
	spy := Effort{func(w *work, ps []span, n node, cost uint32) (node, uint32) {
		if len(ps) > 1 && len(ps) <= 2*maxPlannedChecked {
			ls = append(ls, searched{append([]span(nil), ps...), w.fee})
		}
		return n, cost
	}}
	for _, arches := range [][]arch.Arch{{arch.X86_64, arch.X86, arch.X32}, {arch.AArch64, arch.ARM}, {arch.S390X}, {arch.MIPS64}} {
		for seed := range uint64(30) {
			rnd := rand.New(rand.NewPCG(seed, 3))
			p := callsProfile(rnd, arches[0], 10+rnd.IntN(100)).On(arches...)
			if _, err := Compile(p, Options{Effort: spy, SkipProof: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return ls
}

// callsProfile returns a profile like those of containers: n calls of an ABI are
// allowed, some of them by their arguments, and few others have errors of their
// own.
func callsProfile(rnd *rand.Rand, a arch.Arch, n int) profile.Profile {
	p := profile.New(profile.Errno(errno.EPERM))
	for _, name := range sampleCalls(rnd, a, n) {
		switch rnd.IntN(8) {
		case 0:
			p = p.Rule(profile.Rule{Numbers: name, Action: profile.Allow(), If: profile.Arg(rnd.IntN(6)).Low32().In(randomSet(rnd)...)})
		case 1:
			p = p.Rule(profile.Rule{Numbers: name, Action: profile.Errno(errno.ENOSYS)})
		default:
			p = p.Rule(profile.Rule{Numbers: name, Action: profile.Allow()})
		}
	}
	return p
}

func sampleCalls(rnd *rand.Rand, a arch.Arch, n int) [][]profile.NumberRange {
	calls := make([][]profile.NumberRange, n)
	for i := range calls {
		nr := a.Base() + rnd.Uint32N(460)
		calls[i] = []profile.NumberRange{{First: nr, Last: nr + uint32(rnd.IntN(4)/3*rnd.IntN(10))}}
	}
	return calls
}

func randomSet(rnd *rand.Rand) []uint64 {
	set := make([]uint64, 1+rnd.IntN(12))
	for i := range set {
		set[i] = rnd.Uint64N(1 << (1 + rnd.IntN(31)))
	}
	return set
}
