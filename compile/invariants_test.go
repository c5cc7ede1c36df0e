package compile

import (
	"math/bits"
	"math/rand/v2"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/decision"
	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/profile"
)

// A StageChecker compiles profiles and checks what each stage returns. It is exported
// for the tests that have the corpus.
type StageChecker struct {
	t       testing.TB
	rnd     *rand.Rand
	p       profile.Profile
	o       Options
	before  []table // what the stage "decide" returned
	Figures struct{ Stages, Paths, Jumps int }
}

// NewStageChecker returns one that reports to t.
func NewStageChecker(t testing.TB) *StageChecker {
	return &StageChecker{t: t, rnd: rand.New(rand.NewPCG(5, 5))}
}

// Compile compiles a profile without a proof.
func (c *StageChecker) Compile(p profile.Profile, o Options) error {
	c.p, c.o, o.SkipProof = p, o, true
	_, err := compile(&p, &o, c.watch)
	return err
}

// watch checks what a stage returned.
func (c *StageChecker) watch(stage string, d *decisions, t tree, code []bpf.RawInstruction) {
	if d.err() != nil {
		return // there will be no program
	}
	c.Figures.Stages++
	c.tables(d)
	c.graph(d)
	switch stage {
	case "decide":
		c.decided(d)
	case "rewrite":
		c.rewritten(d)
	case "weigh":
		c.weighed(d)
	case "dispatch":
		c.sharedTails(d)
		c.dispatched(d, t)
	case "layout":
		c.laidOut(d, code)
	default:
		c.fail("unknown stage %q", stage)
	}
}

func (c *StageChecker) fail(format string, args ...any) {
	c.t.Helper()
	c.t.Errorf("without %v, effort %v, %d weights:", c.o.without, c.o.Effort.improve != nil, len(c.o.Weights))
	c.t.Fatalf(format, args...)
}

// Each audit architecture has one table. Its intervals start at 0 and ascend, and none
// continues the one before.
func (c *StageChecker) tables(d *decisions) {
	seen := make(map[uint32]bool)
	for _, t := range d.tables {
		if seen[t.audit] {
			c.fail("%#x is there twice", t.audit)
		}
		seen[t.audit] = true
		if len(t.is) == 0 || t.is[0].First != 0 {
			c.fail("intervals %v don't start at 0", t.is)
		}
		for i := range t.is[1:] {
			x, y := t.is[i], t.is[i+1]
			if x.First >= y.First {
				c.fail("interval %d: %#x follows %#x", i+1, y.First, x.First)
			}
			if x.Node == y.Node && d.passes.has(passMergeAdjacent) {
				c.fail("interval %d continues the one before", i+1)
			}
		}
	}
}

// Decisions lead to lower places and to two of them, and exist once.
func (c *StageChecker) graph(d *decisions) {
	seen := make(map[decision.Decision]node)
	for i := range d.graph.Len() {
		n, x := node(i), d.graph.At(node(i))
		if !x.IsLeaf() {
			c.branches(n, x)
		}
		if m, there := seen[x]; there && (d.passes.has(passHashConsing) || x.IsLeaf()) {
			c.fail("decisions %d and %d are equal", m, n)
		}
		seen[x] = n
	}
}

// branches checks one decision that isn't a leaf.
func (c *StageChecker) branches(n node, d decision.Decision) {
	if min(d.Yes, d.No) < 0 || max(d.Yes, d.No) >= n || d.Yes == d.No {
		c.fail("decision %d leads to %d and %d", n, d.Yes, d.No)
	}
	t := d.Test
	ok := t.Mask != 0
	switch t.Op {
	case decision.AnyBit:
		ok = t.Mask == decision.AllBits
	case decision.Equal:
		ok = ok && t.K&^t.Mask == 0
	}
	if !ok {
		c.fail("decision %d: %+v is no test", n, t)
	}
}

// The audit architecture that most calls go through is first, and all weights
// can be added up.
func (c *StageChecker) weighed(w *decisions) {
	total := uint64(0)
	for _, d := range w.tables {
		if d.weight > w.tables[0].weight {
			c.fail("%#x weighs %d, and %#x is asked for first at %d", d.audit, d.weight, w.tables[0].audit, w.tables[0].weight)
		}
		sum := uint64(0)
		for _, iv := range d.is {
			var carry uint64
			if sum, carry = bits.Add64(sum, iv.Weight, 0); carry > 0 {
				c.fail("the weights of %#x overflow", d.audit)
			}
		}
		var carry uint64
		if total, carry = bits.Add64(total, sum, 0); carry > 0 || sum != d.weight {
			c.fail("%#x weighs %d, its numbers %d", d.audit, d.weight, sum)
		}
	}
	if total == 0 || total >= 1<<62 {
		c.fail("all together weighs %d", total)
	}
}

// Of two architectures that share their last interval, one decision serves both.
func (c *StageChecker) sharedTails(w *decisions) {
	for i := range w.tables {
		if is := w.tables[i].is; len(is) > 1 && is[len(is)-1].Node == is[len(is)-2].Node && w.passes.has(passMergeAdjacent) {
			c.fail("%#x: nothing before %#x", w.tables[i].audit, is[len(is)-1].First)
		}
	}
}

// The filter returns what the rules say and nothing else.
func (c *StageChecker) dispatched(d *decisions, t tree) {
	if d.passes.has(passArgumentRewriting) {
		c.orderly(t.graph, t.root)
	}
	want := c.profileReturns()
	masked, got := false, make(map[uint32]bool)
	visit(t.graph, t.root, func(x decision.Decision) {
		if x.IsLeaf() {
			got[canonical(x.Test.K)] = true
		} else {
			masked = masked || !isPlain(x.Test)
		}
	})
	for ret := range want {
		if !got[ret] {
			c.fail("nothing returns %#x", ret)
		}
	}
	if !d.passes.has(passArgumentRewriting) || masked {
		return // some paths may be impossible
	}
	for ret := range got {
		if !want[ret] {
			c.fail("%#x can't be returned", ret)
		}
	}
}

// profileReturns returns what the filter of the profile can return.
func (c *StageChecker) profileReturns() map[uint32]bool {
	s := diagram.NewStore()
	m, err := denote(s, &c.p, c.o.Target)
	if err != nil {
		c.fail("%v", err)
	}
	rets := make(map[uint32]bool)
	for _, a := range m {
		for _, nr := range a.Numbers {
			for _, r := range s.Below(nr.Args) {
				if ret, ok := s.Terminal(r); ok {
					rets[ret] = true
				}
			}
		}
	}
	return rets
}
