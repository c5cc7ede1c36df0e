package compile

import (
	"cmp"
	"encoding/binary"
	"errors"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/decision"
	"github.com/portcullis-go/portcullis/internal/radix"
	"github.com/portcullis-go/portcullis/profile"
)

type (
	node     = decision.Node
	interval = decision.Interval
)

// decisions is a filter before layout: a decision for each number of each audit
// architecture, in one graph. A stage takes it over from the one before.
type decisions struct {
	from   *resolved
	passes passes
	graph  *decision.Graph
	tables []table // that of most calls first
}

// table is the decisions for all numbers of one audit architecture.
type table struct {
	audit  uint32
	is     []interval
	weight uint64 // of the calls through it
}

// table returns the table that holds an ABI's numbers, if there is one.
func (d *decisions) table(a arch.Arch) *table {
	for i := range d.tables {
		if d.tables[i].audit == a.Audit() {
			return &d.tables[i]
		}
	}
	return nil
}

// err returns an error if the graph has outgrown its bound.
func (d *decisions) err() error {
	if d.graph.Full() {
		return tooLong(cbpf.MaxInsns+1, ruleCosts(d.graph))
	}
	return nil
}

// ruleCosts returns the cost of each rule that has any, in the order of the rules.
func ruleCosts(g *decision.Graph) []RuleCost {
	costs := make([]RuleCost, 0, len(g.Tests()))
	for r, tests := range g.Tests() {
		if tests > 0 {
			costs = append(costs, RuleCost{Rule: r, Tests: tests})
		}
	}
	return costs
}

// decide makes the decision for each number of each audit architecture, as the rules
// are written.
func decide(r *resolved, p passes) (*decisions, error) {
	d := &decisions{from: r, passes: p, graph: decision.New()}
	d.graph.NoSharing = !p.has(passHashConsing)
	b := &builder{graph: d.graph, from: r, merge: p.has(passMergeAdjacent)}
	b.high, b.low = wordOrder(r.order)
	for i := range r.abis {
		if a := r.abis[i].arch; d.table(a) == nil {
			d.tables = append(d.tables, table{audit: a.Audit(), is: b.table(a.Audit())})
		}
	}
	if err := d.err(); err != nil {
		b.errs = append(b.errs, err)
	}
	return d, errors.Join(b.errs...)
}

// wordOrder returns which words of a 64-bit field are the high and the low one.
func wordOrder(order binary.ByteOrder) (high, low int) {
	if order == binary.ByteOrder(binary.BigEndian) {
		return 0, 1
	}
	return 1, 0
}

// builder makes decisions of rules.
type builder struct {
	graph     *decision.Graph
	from      *resolved
	merge     bool // adjacent intervals that are decided alike
	high, low int  // words of a field
	errs      []error
}

// table returns the decisions for all numbers of an audit architecture.
func (b *builder) table(audit uint32) []interval {
	is := make([]interval, 0, 128)
	for _, r := range b.from.regions(audit) {
		if r.abi == nil {
			is = b.append(is, r.first, r.last, b.graph.Leaf(b.from.badArch))
		} else {
			is = b.region(is, r)
		}
	}
	return is
}

// append adds an interval, or extends the last one if both are decided alike.
func (b *builder) append(is []interval, first, last uint32, n node) []interval {
	if k := len(is); b.merge && k > 0 && is[k-1].Node == n {
		is[k-1].Last = last
		return is
	}
	return append(is, interval{First: first, Last: last, Node: n})
}

// region is a range of numbers that belong to one ABI, which is nil if the filter
// doesn't cover it.
type region struct {
	first, last uint32
	abi         *resolvedABI
}

// skipped is -1, the number that a tracer writes to skip a call.
const skipped = 0xffffffff

// regions divides the numbers of an audit architecture among its ABIs. X86_64 and
// X32 are the only ones that share one.
func (r *resolved) regions(audit uint32) []region {
	var own, x32 *resolvedABI
	for i := range r.abis {
		switch abi := &r.abis[i]; {
		case abi.arch == arch.X32:
			x32 = abi
		case abi.arch.Audit() == audit:
			own = abi
		}
	}
	if audit != arch.X86_64.Audit() {
		return []region{{0, skipped, own}}
	}
	first, last := arch.X32.Numbers()
	return []region{{0, first - 1, own}, {first, last, x32}, {skipped, skipped, cmp.Or(own, x32)}}
}

// region appends the decisions for the numbers of r. It sweeps over the claims in
// ascending order; active are those that contain the current number.
func (b *builder) region(is []interval, r region) []interval {
	var active []claim // by rule
	claims := r.abi.claims
	for pos := uint64(r.first); pos <= uint64(r.last) && !b.graph.Full(); {
		if len(active) == 0 && b.simple(r.abi, claims, uint32(pos)) { // as most are
			b.graph.Charge(int(claims[0].rule))
			is = b.append(is, uint32(pos), uint32(pos), b.graph.Leaf(claims[0].ret))
			claims = claims[1:]
			pos++
			continue
		}
		active = reaching(active, uint32(pos))
		for ; len(claims) > 0 && uint64(claims[0].first) <= pos; claims = claims[1:] {
			if uint64(claims[0].last) >= pos {
				active = insert(active, claims[0])
			}
		}
		next := uint64(r.last) + 1
		if len(claims) > 0 {
			next = min(next, uint64(claims[0].first))
		}
		for i := range active {
			next = min(next, uint64(active[i].last)+1)
		}
		if len(active) > 0 {
			b.graph.Charge(int(active[0].rule))
		}
		is = b.append(is, uint32(pos), uint32(next-1), b.number(r.abi, uint32(pos), active))
		pos = next
	}
	return is
}

// simple reports whether a number is claimed by the first of these claims alone,
// without a condition.
func (b *builder) simple(abi *resolvedABI, claims []claim, nr uint32) bool {
	if len(claims) == 0 || claims[0].first != nr || claims[0].last != nr || len(claims) > 1 && claims[1].first == nr {
		return false
	}
	return abi.mux(nr) == nil && b.from.rules[claims[0].rule].If == nil
}

// reaching returns the claims that reach a number, in place.
func reaching(active []claim, nr uint32) []claim {
	kept := active[:0]
	for i := range active {
		if active[i].last >= nr {
			kept = append(kept, active[i])
		}
	}
	return kept
}

// insert adds a claim behind those of earlier rules.
func insert(active []claim, c claim) []claim {
	active = append(active, c)
	i := len(active) - 1
	for ; i > 0 && active[i-1].rule > c.rule; i-- {
		active[i] = active[i-1]
	}
	active[i] = c
	return active
}

// number returns the decision for one number that has these claims.
func (b *builder) number(abi *resolvedABI, nr uint32, claims []claim) node {
	if m := abi.mux(nr); m != nil {
		return b.multiplexed(abi, *m, claims)
	}
	return b.firstMatch(abi, claims)
}

// firstMatch returns the decision of the first of these claims whose condition holds,
// or of the default. A filter can't tell whether that of a muxed claim does, so there
// the stricter verdict counts.
func (b *builder) firstMatch(abi *resolvedABI, claims []claim) node {
	ret := abi.def
	for i := range claims {
		if b.from.rules[claims[i].rule].If == nil {
			ret = claims[i].ret
			claims = claims[:i] // nothing after it is reached
			break
		}
	}
	n := b.graph.Leaf(ret)
	for i := len(claims) - 1; i >= 0; i-- {
		c := claims[i]
		b.graph.Rule = int(c.rule)
		rule := &b.from.rules[c.rule]
		if c.muxed {
			n = b.graph.MapLeaves(n, func(ret uint32) uint32 { return stricter(c.ret, ret) })
			continue
		}
		at := context{arch: abi.arch, rule: int(c.rule)}
		if c.name >= 0 {
			at.name = rule.Syscalls[c.name]
		}
		n = b.cond(rule.If, at, b.graph.Leaf(c.ret), n)
	}
	b.graph.Rule = decision.NoRule
	return n
}

// stricter returns the return value whose action takes precedence in the kernel, and x
// if the actions are equal.
func stricter(x, y uint32) uint32 {
	if profile.ActionOf(y).Kind() < profile.ActionOf(x).Kind() {
		return y
	}
	return x
}

// multiplexed returns the decision for socketcall or ipc, whose first argument selects
// the sub-call.
func (b *builder) multiplexed(abi *resolvedABI, m mux, claims []claim) node {
	of := func(call uint32, known bool) []claim {
		var cs []claim
		for _, c := range claims {
			if !c.muxed || known && c.call == call {
				cs = append(cs, c)
			}
		}
		return cs
	}
	n := b.firstMatch(abi, of(0, false))
	var calls []uint64
	for _, c := range claims {
		if c.muxed {
			calls = append(calls, uint64(c.call))
		}
	}
	calls = radix.SortUnique(calls)
	for i := len(calls) - 1; i >= 0; i-- {
		call := uint32(calls[i])
		t := decision.Test{Word: uint8(decision.WordArgs + b.low), Op: decision.Equal, Mask: m.bits, K: call}
		n = b.graph.Decide(t, b.firstMatch(abi, of(call, true)), n)
	}
	return n
}
