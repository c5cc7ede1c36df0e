package oci_test

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// oracle answers what a document means by the definition of [oci.Document.Profile],
// slowly and without making rules of it: it keeps the document's rules for each
// number and decides every call anew. It knows documents without archMap,
// includes and excludes.
type oracle struct {
	arches   []arch.Arch
	def      uint32
	stub     bool
	highest  map[arch.Arch]uint32
	states   map[arch.Arch]map[string]*oracleState // by number, or name where there is none
	conflict bool
}

type oracleState struct {
	uncond *uint32
	level  oracleLevel
}

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

func newOracle(d *oci.Document, arches []arch.Arch, runtime oci.Runtime) *oracle {
	o := &oracle{arches: arches, highest: make(map[arch.Arch]uint32), states: make(map[arch.Arch]map[string]*oracleState)}
	o.def = oracleWord(d.DefaultAction.Kind, d.DefaultErrno, arches[0])
	switch d.DefaultAction.Kind {
	case profile.KindAllow, profile.KindLog, profile.KindTrace:
	default:
		o.stub = runtime == oci.Runc
	}
	for _, a := range arches {
		o.states[a] = make(map[string]*oracleState)
		for _, e := range d.Syscalls {
			for _, name := range e.Names {
				nr, ok := syscalls.Lookup(a, name)
				_, _, muxed := syscalls.Multiplexed(a, name)
				if ok && !muxed && nr < 1<<31 {
					o.highest[a] = max(o.highest[a], nr)
				}
				if w := oracleWord(e.Action.Kind, e.Errno, arches[0]); w != o.def {
					o.addName(a, name, w, e.Args)
				}
			}
		}
	}
	return o
}

func oracleWord(k profile.Kind, e oci.Errno, native arch.Arch) uint32 {
	n := uint16(1)
	if e.Set {
		n, _ = e.Errno.Number(native)
	}
	switch k {
	case profile.KindKillProcess:
		return 0x80000000
	case profile.KindKillThread:
		return 0
	case profile.KindTrap:
		return 0x30000
	case profile.KindErrno:
		return 0x50000 + uint32(n)
	case profile.KindNotify:
		return 0x7fc00000
	case profile.KindTrace:
		return 0x7ff00000 + uint32(n)
	case profile.KindLog:
		return 0x7ffc0000
	case profile.KindAllow:
		return 0x7fff0000
	}
	panic(fmt.Sprint("kind ", k))
}

// addName adds an entry's rules for a name: one, or one for each condition.
func (o *oracle) addName(a arch.Arch, name string, w uint32, args []oci.Arg) {
	if !syscalls.Known(name) {
		return
	}
	count := make(map[int]int)
	for _, x := range args {
		count[x.Index]++
		if count[x.Index] > 1 {
			for _, y := range args {
				o.addRule(a, name, w, []oci.Arg{y})
			}
			return
		}
	}
	o.addRule(a, name, w, args)
}

func (o *oracle) addRule(a arch.Arch, name string, w uint32, args []oci.Arg) {
	nr, direct := syscalls.Lookup(a, name)
	if via, call, ok := syscalls.Multiplexed(a, name); ok {
		viaNr, _ := syscalls.Lookup(a, via)
		with := []oci.Arg{{Index: 0, Op: profile.OpEqual, Value: uint64(call)}}
		for _, x := range args {
			if x.Index != 0 {
				with = append(with, x)
			}
		}
		o.addTo(a, fmt.Sprint(viaNr), w, with)
	} else if _, _, mux := syscalls.Multiplexed(a, "socket"); mux && !direct {
		return
	}
	if direct {
		name = fmt.Sprint(nr)
	}
	o.addTo(a, name, w, args)
}

func (o *oracle) addTo(a arch.Arch, key string, w uint32, args []oci.Arg) {
	st := o.states[a][key]
	if st == nil {
		st = &oracleState{}
		o.states[a][key] = st
	}
	if st.uncond != nil {
		return
	}
	var conds []oci.Arg
	for _, x := range args {
		zero := x.Value == 0 || a.Bits() == 32 && uint32(x.Value) == 0
		if x.Op != profile.OpMaskedEqual || !zero {
			conds = append(conds, x)
		}
	}
	if len(conds) == 0 {
		st.uncond = &w
		return
	}
	slices.SortFunc(conds, func(x, y oci.Arg) int { return x.Index - y.Index })
	chain := oracleChain(a.Bits(), conds, w)
	o.merge(&st.level, chain.next.nodes[0])
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

func (n *oracleNode) like(x *oracleNode) bool {
	return n.arg == x.arg && n.high == x.high && n.test == x.test && n.mask == x.mask && n.datum == x.datum
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
		half := uint32(args[n.arg])
		if n.high {
			half = uint32(args[n.arg] >> 32)
		}
		b := n.other
		if n.test == "==" && half == n.datum || n.test == "&" && half&n.mask == n.datum ||
			n.test == ">" && half > n.datum || n.test == ">=" && half >= n.datum {
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

// verdict is the meaning of the document for one call.
func (o *oracle) verdict(audit, nr uint32, args [6]uint64) uint32 {
	if o.hidden(audit, nr) {
		n, _ := errno.ENOSYS.Number(o.arches[0])
		return 0x50000 + uint32(n)
	}
	a, known := o.owner(audit, nr)
	if !known {
		return 0
	}
	st := o.states[a][fmt.Sprint(nr)]
	if st == nil {
		return o.def
	}
	if st.uncond != nil {
		return *st.uncond
	}
	if w := st.level.eval(args); w != nil {
		return *w
	}
	return o.def
}

// owner is the ABI to whose rules a number belongs.
func (o *oracle) owner(audit, nr uint32) (arch.Arch, bool) {
	if audit != arch.X86_64.Audit() {
		i := slices.IndexFunc(o.arches, func(a arch.Arch) bool { return a.Audit() == audit })
		return append(o.arches, 0)[max(i, 0)], i >= 0
	}
	x64, x32 := slices.Contains(o.arches, arch.X86_64), slices.Contains(o.arches, arch.X32)
	high := nr >= 0x40000000
	switch {
	case x64 && (!high || nr == 0xffffffff):
		return arch.X86_64, true
	case x32 && high:
		return arch.X32, true
	}
	return 0, false
}

// hidden reports whether a number is above the highest of its ABI.
func (o *oracle) hidden(audit, nr uint32) bool {
	if !o.stub {
		return false
	}
	if audit == arch.X86_64.Audit() {
		a := arch.X86_64
		if bits.Reverse32(nr)&2 != 0 { // bit 30
			a = arch.X32
		}
		return slices.Contains(o.arches, a) && o.highest[a] != 0 && nr > o.highest[a]
	}
	a, known := o.owner(audit, nr)
	if !known || o.highest[a] == 0 {
		return false
	}
	return nr > o.highest[a] || nr == 0 && (a == arch.S390 || a == arch.S390X)
}
