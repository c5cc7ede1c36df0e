package compile

import (
	"math/bits"
	"math/rand/v2"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/profile"
)

// A StageChecker compiles profiles and looks at what each stage leaves behind. It
// is exported for the tests that have the corpus. Nothing else may compile while
// there is one.
type StageChecker struct {
	t       testing.TB
	rnd     *rand.Rand
	p       profile.Profile
	o       Options
	before  []dispatch // what the stage "arguments" was given
	Figures struct{ Stages, Ways, Jumps int }
}

// NewStageChecker returns one that is in effect until the test ends.
func NewStageChecker(t testing.TB) *StageChecker {
	c := &StageChecker{t: t, rnd: rand.New(rand.NewPCG(5, 5))}
	was := stages
	t.Cleanup(func() { stages = was })
	for i, check := range [len(stages)]func(*work){c.decided, c.argued, c.weighed, c.stretched, c.dispatched, c.laid} {
		run := stages[i].run
		stages[i].run = func(w *work) {
			run(w)
			if w.full || len(w.errs) > 0 {
				return // there will be no program
			}
			c.Figures.Stages++
			c.numbers(w)
			c.decisions(w)
			check(w)
		}
	}
	return c
}

// Compile compiles a profile.
func (c *StageChecker) Compile(p profile.Profile, o Options) error {
	c.p, c.o, o.SkipProof = p, o, true
	_, err := Compile(p, o)
	return err
}

func (c *StageChecker) fail(format string, args ...any) {
	c.t.Helper()
	c.t.Errorf("without %v, effort %v, %d weights:", c.o.Without, c.o.Effort.exhaustive != nil, len(c.o.Weights))
	c.t.Fatalf(format, args...)
}

// The intervals of each audit architecture start at 0 and ascend, and none
// continues its neighbour.
func (c *StageChecker) numbers(w *work) {
	for i := range w.dispatches {
		is := w.dispatches[i].numbers
		if len(is) == 0 || is[0].first != 0 {
			c.fail("intervals %v don't start at 0", is)
		}
		for j := range is[1:] {
			if is[j].first >= is[j+1].first {
				c.fail("interval %d: %#x follows %#x", j+1, is[j+1].first, is[j].first)
			}
			if is[j].node == is[j+1].node && w.has(PassNeighbours) {
				c.fail("interval %d continues the one before", j+1)
			}
		}
		for _, d := range w.dispatches[:i] {
			if d.audit == w.dispatches[i].audit {
				c.fail("%#x is there twice", d.audit)
			}
		}
	}
}

// Decisions lead to lower places and to two of them, and exist once.
func (c *StageChecker) decisions(w *work) {
	seen := make(map[decision]node)
	for i := range w.nodes {
		n, d := node(i), w.nodes[i]
		if d.op != opRet && (d.yes >= n || d.no >= n || d.yes < 0 || d.no < 0 || d.yes == d.no) {
			c.fail("decision %d leads to %d and %d", n, d.yes, d.no)
		}
		if d.op != opRet && (d.mask == 0 || d.op == opSet && d.mask != ^uint32(0) || d.k&^d.mask != 0 && d.op == opEq) {
			c.fail("decision %d: %+v is no test", n, d.test)
		}
		if m, there := seen[d]; there && (w.has(PassSharing) || d.op == opRet) {
			c.fail("decisions %d and %d are equal", m, n)
		}
		seen[d] = n
	}
}

func (c *StageChecker) decided(w *work) {
	c.before = nil
	for _, d := range w.dispatches {
		d.numbers = append([]interval(nil), d.numbers...)
		c.before = append(c.before, d)
	}
}

// Decisions on arguments are what they were before, and their tests in order.
func (c *StageChecker) argued(w *work) {
	for i, d := range w.dispatches {
		at := 0
		for _, was := range c.before[i].numbers {
			for at+1 < len(d.numbers) && d.numbers[at+1].first <= was.first {
				at++
			}
			if n := d.numbers[at].node; n != was.node {
				c.same(w, was.node, n)
				c.orderly(w, n)
			}
		}
	}
}

// same holds two decisions against each other on words near the constants that
// the first compares with.
func (c *StageChecker) same(w *work, was, is node) {
	var near [cbpf.SizeOf / 4][]uint32
	for word := range near {
		near[word] = []uint32{0, ^uint32(0), c.rnd.Uint32()}
	}
	w.below(was, func(d decision) {
		if d.op != opRet {
			near[d.word] = append(near[d.word], d.k-1, d.k, d.k+1, d.k^c.rnd.Uint32()&^d.mask, d.k|c.rnd.Uint32())
		}
	})
	for range 50 {
		var words [len(near)]uint32
		for i := range words {
			words[i] = near[i][c.rnd.IntN(len(near[i]))]
		}
		if x, y := w.leads(was, &words), w.leads(is, &words); x != y {
			c.fail("%v: %#x became %#x", words, w.nodes[x].k, w.nodes[y].k)
		}
	}
}

// below calls f with each decision below n, and n.
func (w *work) below(n node, f func(decision)) {
	reached := make([]bool, n+1)
	reached[n] = true
	for ; n >= 0; n-- {
		if !reached[n] {
			continue
		}
		d := w.nodes[n]
		f(d)
		if d.op != opRet {
			reached[d.yes], reached[d.no] = true, true
		}
	}
}

// leads returns the leaf to which words lead.
func (w *work) leads(n node, words *[cbpf.SizeOf / 4]uint32) node {
	for w.nodes[n].op != opRet {
		d := w.nodes[n]
		v := words[d.word] & d.mask
		if d.op == opEq && v == d.k || d.op == opGe && v >= d.k || d.op == opSet && v&d.k != 0 {
			n = d.yes
		} else {
			n = d.no
		}
	}
	return n
}

// The audit architecture that most calls go through is first, and all weights
// can be added up.
func (c *StageChecker) weighed(w *work) {
	total := uint64(0)
	for _, d := range w.dispatches {
		if d.weight > w.dispatches[0].weight {
			c.fail("%#x weighs %d, and %#x is asked for first at %d", d.audit, d.weight, w.dispatches[0].audit, w.dispatches[0].weight)
		}
		sum := uint64(0)
		for _, iv := range d.numbers {
			var carry uint64
			if sum, carry = bits.Add64(sum, iv.weight, 0); carry > 0 {
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
func (c *StageChecker) stretched(w *work) {
	for i := range w.dispatches {
		if is := w.dispatches[i].numbers; len(is) > 1 && is[len(is)-1].node == is[len(is)-2].node && w.has(PassNeighbours) {
			c.fail("%#x: nothing before %#x", w.dispatches[i].audit, is[len(is)-1].first)
		}
	}
}

// The filter returns what the rules say and nothing else.
func (c *StageChecker) dispatched(w *work) {
	if w.has(PassArguments) {
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
	w.below(w.root, func(d decision) {
		if d.op == opRet {
			got[canonical(d.k)] = true
		}
		masked = masked || d.op == opSet || d.mask != ^uint32(0)
	})
	for ret := range want {
		if !got[ret] {
			c.fail("nothing returns %#x", ret)
		}
	}
	for ret := range got {
		if !want[ret] && w.has(PassArguments) && !masked {
			c.fail("%#x can't be returned", ret)
		}
	}
}

// The program keeps the kernel's rules, and no instruction is for nothing.
func (c *StageChecker) laid(w *work) {
	if err := cbpf.Check(w.code); err != nil {
		c.fail("%v", err)
	}
	// What the accumulator holds on all ways to each instruction.
	type arrival struct {
		reached bool
		held
	}
	at := make([]arrival, len(w.code))
	at[0] = arrival{true, nothing}
	for pc, ins := range w.code {
		a := at[pc]
		if !a.reached {
			c.fail("instruction %d can't be reached\n%v", pc, &Program{raw: w.code, arches: w.plan.arches(), order: w.plan.order})
		}
		switch ins.Op {
		case cbpf.LdWAbs:
			h := held{uint8(ins.K / 4), ^uint32(0)}
			if a.held == h && w.has(PassLoads) {
				c.fail("instruction %d loads what is there", pc)
			}
			a.held = h
		case cbpf.AndK:
			if a.mask &= ins.K; ins.K == ^uint32(0) {
				c.fail("instruction %d masks nothing", pc)
			}
		}
		next, n := cbpf.Next(w.code, pc)
		for _, to := range next[:n] {
			if b := &at[to]; !b.reached {
				*b = a
			} else if b.held != a.held {
				b.held = nothing
			}
			c.jump(w.code, pc, to)
		}
	}
}

// jump checks that a jump doesn't lead to another whose target it reaches.
func (c *StageChecker) jump(code []bpf.RawInstruction, pc, to int) {
	c.Figures.Jumps++
	if code[to].Op != cbpf.Ja || to == pc+1 && code[pc].Op == cbpf.LdWAbs {
		return
	}
	if end := to + 1 + int(code[to].K); code[pc].Op == cbpf.Ja || end-pc-1 <= maxSkip {
		c.fail("instruction %d jumps to the jump at %d, and could to %d", pc, to, end)
	}
}
