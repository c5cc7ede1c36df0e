package oci_test

import (
	"fmt"
	"slices"

	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// oracleLevel is a list of nodes in no order: they are put in order when a call
// is decided.
type oracleLevel struct{ nodes []*oracleNode }

type oracleNode struct {
	arg         int
	high        bool
	test        string // "==", "&", ">" or ">="
	mask, datum uint32
	op          profile.Op // of the condition that made it
	value       uint64     // likewise
	then, other oracleBranch
}

type oracleBranch struct {
	action *uint32
	next   *oracleLevel
}

// oracleChain makes the nodes of a rule from a table: for each operator and
// width the tests one after the other, each with where its outcomes lead: "+" to
// the next condition, "-" nowhere, "v" to the test below.
func oracleChain(width int, conds []oci.Arg, w uint32) oracleBranch {
	if len(conds) == 0 {
		return oracleBranch{action: &w}
	}
	x := conds[0]
	rows := map[profile.Op][]string{ // half, test, then, other
		profile.OpEqual:        {"h == v -", "l == + -"},
		profile.OpMaskedEqual:  {"h & v -", "l & + -"},
		profile.OpNotEqual:     {"h == v +", "l == - +"},
		profile.OpGreater:      {"h > + v", "h == v -", "l > + -"},
		profile.OpGreaterEqual: {"h > + v", "h == v -", "l >= + -"},
		profile.OpLess:         {"h > - v", "h == v +", "l >= - +"},
		profile.OpLessEqual:    {"h > - v", "h == v +", "l > - +"},
	}[x.Op]
	if width == 32 {
		rows = rows[len(rows)-1:]
	}
	var below oracleBranch
	for _, row := range slices.Backward(rows) {
		var half, test, then, other string
		fmt.Sscan(row, &half, &test, &then, &other)
		lead := func(to string) oracleBranch {
			switch to {
			case "+":
				return oracleChain(width, conds[1:], w)
			case "v":
				return below
			}
			return oracleBranch{}
		}
		mask, value := ^uint64(0), x.Value
		if x.Op == profile.OpMaskedEqual {
			mask, value = x.Value, x.ValueTwo
		}
		shift := 0
		if half == "h" {
			shift = 32
		}
		m := uint32(mask >> shift)
		n := &oracleNode{arg: x.Index, high: half == "h", test: test, mask: m,
			datum: uint32(value>>shift) & m, op: x.Op, value: value, then: lead(then), other: lead(other)}
		below = oracleBranch{next: &oracleLevel{nodes: []*oracleNode{n}}}
	}
	return below
}

func (x *oracleNode) like(y *oracleNode) bool {
	return x.arg == y.arg && x.high == y.high && x.test == y.test && x.mask == y.mask && x.datum == y.datum
}

func (o *oracle) merge(level *oracleLevel, n *oracleNode) {
	for _, x := range level.ordered() {
		if n.like(x) {
			o.mergeNode(x, n)
			return
		}
		if !x.first(n) {
			break // it comes before x
		}
	}
	level.nodes = append(level.nodes, n)
}

func (o *oracle) mergeNode(x, n *oracleNode) {
	leaf := func(n *oracleNode) bool { return n.then.next == nil && n.other.next == nil }
	if n.then.action != nil {
		o.mergeAction(&x.then, *n.then.action, n.high && n.value > x.value, func() bool { return leaf(x) || leaf(n) })
	}
	if n.other.action != nil {
		o.mergeAction(&x.other, *n.other.action, n.high && n.value < x.value, func() bool { return leaf(x) || leaf(n) })
	}
	for _, b := range [][2]*oracleBranch{{&x.then, &n.then}, {&x.other, &n.other}} {
		have, add := b[0], b[1]
		switch {
		case add.next == nil || have.action != nil:
		case have.next == nil:
			have.next = add.next
		default:
			o.merge(have.next, add.next.nodes[0])
		}
	}
}

func (o *oracle) mergeAction(have *oracleBranch, w uint32, tighter bool, leaf func() bool) {
	switch {
	case have.action == nil:
		if !have.next.all(w) {
			o.conflict = true
		}
		*have = oracleBranch{action: &w}
	case *have.action != w:
		if tighter {
			have.action = &w
		}
		o.conflict = o.conflict || leaf()
	}
}

// all reports whether every action below l is w.
func (l *oracleLevel) all(w uint32) bool {
	if l == nil {
		return true
	}
	for _, n := range l.nodes {
		for _, b := range []oracleBranch{n.then, n.other} {
			if b.action != nil && *b.action != w || !b.next.all(w) {
				return false
			}
		}
	}
	return true
}

// ordered returns the nodes in the order in which they are tried.
func (l *oracleLevel) ordered() []*oracleNode {
	nodes := slices.Clone(l.nodes)
	slices.SortStableFunc(nodes, func(x, y *oracleNode) int {
		switch {
		case x.rank() == y.rank() && x.key() == y.key():
			return 0
		case x.first(y):
			return -1
		}
		return 1
	})
	return nodes
}

// first reports whether x, which is older, is tried before y.
func (x *oracleNode) first(y *oracleNode) bool {
	if x.rank() != y.rank() {
		return x.rank() > y.rank()
	}
	return x.key() >= y.key()
}

func (x *oracleNode) rank() int {
	r := 20 * x.arg
	if x.high {
		r += 10
	}
	switch x.op {
	case profile.OpEqual, profile.OpNotEqual, profile.OpMaskedEqual:
		return r + 3
	case profile.OpLess, profile.OpLessEqual:
		return r + 2
	}
	return r + 1
}

func (x *oracleNode) key() int64 {
	if x.op == profile.OpLess || x.op == profile.OpLessEqual {
		return -int64(x.datum)
	}
	return int64(x.datum)
}

// eval returns the action of the first node that has one for a call.
func (l *oracleLevel) eval(args [6]uint64) *uint32 {
	if l == nil {
		return nil
	}
	for _, n := range l.ordered() {
		b := n.other
		if n.holds(args[n.arg]) {
			b = n.then
		}
		if b.action != nil {
			return b.action
		}
		if w := b.next.eval(args); w != nil {
			return w
		}
	}
	return nil
}

// holds reports whether an argument passes the test.
func (x *oracleNode) holds(arg uint64) bool {
	half := uint32(arg)
	if x.high {
		half = uint32(arg >> 32)
	}
	switch x.test {
	case "==":
		return half == x.datum
	case "&":
		return half&x.mask == x.datum
	case ">":
		return half > x.datum
	}
	return half >= x.datum
}
