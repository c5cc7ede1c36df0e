package compile

import (
	"math/bits"
	"math/rand/v2"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/decision"
	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/profile"
)

// A StageChecker compiles profiles and looks at what each stage leaves behind. It is
// exported for the tests that have the corpus.
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

// watch looks at what a stage returned.
func (c *StageChecker) watch(stage string, d *decisions, code []bpf.RawInstruction) {
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
		c.dispatched(d)
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

// The intervals of each audit architecture start at 0 and ascend, and none
// continues its neighbour.
func (c *StageChecker) tables(w *decisions) {
	for i := range w.tables {
		is := w.tables[i].is
		if len(is) == 0 || is[0].First != 0 {
			c.fail("intervals %v don't start at 0", is)
		}
		for j := range is[1:] {
			if is[j].First >= is[j+1].First {
				c.fail("interval %d: %#x follows %#x", j+1, is[j+1].First, is[j].First)
			}
			if is[j].Node == is[j+1].Node && w.passes.has(passNeighbours) {
				c.fail("interval %d continues the one before", j+1)
			}
		}
		for _, d := range w.tables[:i] {
			if d.audit == w.tables[i].audit {
				c.fail("%#x is there twice", d.audit)
			}
		}
	}
}

// Decisions lead to lower places and to two of them, and exist once.
func (c *StageChecker) graph(w *decisions) {
	seen := make(map[decision.Decision]node)
	for i := range w.graph.Len() {
		n, d := node(i), w.graph.At(node(i))
		if d.Test.Op != decision.Return && (d.Yes >= n || d.No >= n || d.Yes < 0 || d.No < 0 || d.Yes == d.No) {
			c.fail("decision %d leads to %d and %d", n, d.Yes, d.No)
		}
		if d.Test.Op != decision.Return && (d.Test.Mask == 0 || d.Test.Op == decision.AnyBit && d.Test.Mask != ^uint32(0) || d.Test.K&^d.Test.Mask != 0 && d.Test.Op == decision.Equal) {
			c.fail("decision %d: %+v is no test", n, d.Test)
		}
		if m, there := seen[d]; there && (w.passes.has(passSharing) || d.Test.Op == decision.Return) {
			c.fail("decisions %d and %d are equal", m, n)
		}
		seen[d] = n
	}
}

func (c *StageChecker) decided(w *decisions) {
	c.before = nil
	for _, d := range w.tables {
		d.is = append([]interval(nil), d.is...)
		c.before = append(c.before, d)
	}
}

// Decisions on arguments are what they were before, and their tests in order.
func (c *StageChecker) rewritten(w *decisions) {
	for i, d := range w.tables {
		at := 0
		for _, was := range c.before[i].is {
			for at+1 < len(d.is) && d.is[at+1].First <= was.First {
				at++
			}
			if n := d.is[at].Node; n != was.Node {
				c.same(w, was.Node, n)
				c.orderly(w, n)
			}
		}
	}
}

// same holds two decisions against each other on words near the constants that
// the first compares with.
func (c *StageChecker) same(w *decisions, was, is node) {
	var near [cbpf.SizeOf / 4][]uint32
	for word := range near {
		near[word] = []uint32{0, ^uint32(0), c.rnd.Uint32()}
	}
	w.below(was, func(d decision.Decision) {
		if d.Test.Op != decision.Return {
			near[d.Test.Word] = append(near[d.Test.Word], d.Test.K-1, d.Test.K, d.Test.K+1, d.Test.K^c.rnd.Uint32()&^d.Test.Mask, d.Test.K|c.rnd.Uint32())
		}
	})
	for range 50 {
		var words [len(near)]uint32
		for i := range words {
			words[i] = near[i][c.rnd.IntN(len(near[i]))]
		}
		if x, y := w.leads(was, &words), w.leads(is, &words); x != y {
			c.fail("%v: %#x became %#x", words, w.graph.At(x).Test.K, w.graph.At(y).Test.K)
		}
	}
}

// below calls f with each decision below n, and n.
func (w *decisions) below(n node, f func(decision.Decision)) {
	reached := make([]bool, n+1)
	reached[n] = true
	for ; n >= 0; n-- {
		if !reached[n] {
			continue
		}
		d := w.graph.At(n)
		f(d)
		if d.Test.Op != decision.Return {
			reached[d.Yes], reached[d.No] = true, true
		}
	}
}

// leads returns the leaf to which words lead.
func (w *decisions) leads(n node, words *[cbpf.SizeOf / 4]uint32) node {
	for w.graph.At(n).Test.Op != decision.Return {
		d := w.graph.At(n)
		v := words[d.Test.Word] & d.Test.Mask
		if d.Test.Op == decision.Equal && v == d.Test.K || d.Test.Op == decision.GreaterEqual && v >= d.Test.K || d.Test.Op == decision.AnyBit && v&d.Test.K != 0 {
			n = d.Yes
		} else {
			n = d.No
		}
	}
	return n
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
		if is := w.tables[i].is; len(is) > 1 && is[len(is)-1].Node == is[len(is)-2].Node && w.passes.has(passNeighbours) {
			c.fail("%#x: nothing before %#x", w.tables[i].audit, is[len(is)-1].First)
		}
	}
}

// The filter returns what the rules say and nothing else.
func (c *StageChecker) dispatched(w *decisions) {
	if w.passes.has(passArguments) {
		c.orderly(w, w.root)
	}
	s := diagram.NewStore()
	m, err := denote(s, &c.p, c.o.Target)
	if err != nil {
		c.fail("%v", err)
	}
	want := make(map[uint32]bool)
	for _, a := range m {
		for _, nr := range a.Numbers {
			for _, r := range s.Below(nr.Args) {
				if ret, ok := s.Terminal(r); ok {
					want[ret] = true
				}
			}
		}
	}
	masked, got := false, make(map[uint32]bool)
	w.below(w.root, func(d decision.Decision) {
		if d.Test.Op == decision.Return {
			got[canonical(d.Test.K)] = true
		}
		masked = masked || d.Test.Op == decision.AnyBit || d.Test.Mask != ^uint32(0)
	})
	for ret := range want {
		if !got[ret] {
			c.fail("nothing returns %#x", ret)
		}
	}
	for ret := range got {
		if !want[ret] && w.passes.has(passArguments) && !masked {
			c.fail("%#x can't be returned", ret)
		}
	}
}

// The program keeps the kernel's rules, and no instruction is for nothing.
func (c *StageChecker) laidOut(w *decisions, code []bpf.RawInstruction) {
	if err := cbpf.Check(code); err != nil {
		c.fail("%v", err)
	}
	// What the accumulator holds on all paths to each instruction: a word, and under
	// which mask. No word has the number 0xff.
	type accumulator struct {
		reached bool
		word    uint8
		mask    uint32
	}
	const nothing = 0xff
	at := make([]accumulator, len(code))
	at[0] = accumulator{true, nothing, 0}
	for pc, ins := range code {
		a := at[pc]
		if !a.reached {
			c.fail("instruction %d can't be reached\n%v", pc, &Program{raw: code, arches: w.from.arches, order: w.from.order})
		}
		switch ins.Op {
		case cbpf.LdWAbs:
			loaded := accumulator{true, uint8(ins.K / 4), decision.AllBits}
			if a == loaded && w.passes.has(passLoads) {
				c.fail("instruction %d loads what is there", pc)
			}
			a = loaded
		case cbpf.AndK:
			if a.mask &= ins.K; ins.K == decision.AllBits {
				c.fail("instruction %d masks nothing", pc)
			}
		}
		next, n := cbpf.Next(code, pc)
		for _, to := range next[:n] {
			if b := &at[to]; !b.reached {
				*b = a
			} else if *b != a {
				b.word = nothing
			}
			c.jump(code, pc, to)
		}
	}
}

// jump checks that a jump doesn't lead to another whose target it reaches.
func (c *StageChecker) jump(code []bpf.RawInstruction, pc, to int) {
	c.Figures.Jumps++
	if code[to].Op != cbpf.Ja || to == pc+1 && code[pc].Op == cbpf.LdWAbs {
		return
	}
	if end := to + 1 + int(code[to].K); code[pc].Op == cbpf.Ja || end-pc-1 <= 255 {
		c.fail("instruction %d jumps to the jump at %d, and could to %d", pc, to, end)
	}
}
