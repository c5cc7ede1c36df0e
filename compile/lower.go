package compile

import (
	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/decision"
	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/internal/layout"
	"github.com/portcullis-go/portcullis/internal/search"
)

// lower returns a program with this denotation. It needs no rules: [Flatten] has none.
func lower(s *diagram.Store, m diagram.Denotation, arches []arch.Arch) (*Program, error) {
	l := &lowerer{store: s, graph: decision.New(), memo: make(map[diagram.Ref]node)}
	l.high, l.low = wordOrder(arches[0].ByteOrder())
	l.search = allPasses.searcher(l.graph, &Options{})
	root := l.audits(m)
	code, length := []bpf.RawInstruction(nil), cbpf.MaxInsns+1
	if !l.graph.Full() {
		code, length = layout.Emit(l.graph, root, allPasses.layout())
	}
	if code == nil {
		return nil, tooLong(length, nil)
	}
	if err := check(code); err != nil {
		return nil, &InternalError{Stage: "check", Err: err}
	}
	return &Program{raw: code, arches: arches, order: arches[0].ByteOrder()}, nil
}

// lowerer turns diagrams into decisions.
type lowerer struct {
	store     *diagram.Store
	graph     *decision.Graph
	search    *search.Searcher
	memo      map[diagram.Ref]node
	high, low int // words of a field
}

// audits returns the decision by audit architecture. Those of ABIs weigh 1, the ranges
// between them nothing.
func (l *lowerer) audits(m diagram.Denotation) node {
	is := make([]interval, len(m))
	for i, a := range m {
		is[i] = interval{First: a.First, Last: decision.AllBits}
		if i > 0 {
			is[i-1].Last = a.First - 1
		}
		is[i].Node, is[i].Weight = l.numbers(a)
	}
	return l.search.Search(decision.WordArch, decision.Merge(is))
}

// numbers returns the decision by number for an audit architecture, and its weight.
// Numbers weigh 1 for each call with a name.
func (l *lowerer) numbers(a diagram.Arch) (node, uint64) {
	is := make([]interval, len(a.Numbers))
	for i, n := range intervalsOf(a.Numbers) {
		is[i] = interval{First: uint32(n.First), Last: uint32(n.Last), Node: l.args(n.Then)}
	}
	weight := uint64(0)
	for _, abi := range arch.All() {
		if abi.Audit() != a.First {
			continue
		}
		weight = 1
		weighNames(is, abi, func(node) uint64 { return 1 })
	}
	return l.search.Search(decision.WordNr, decision.Merge(is)), weight
}

// args returns the decision of a diagram: by intervals of the word that it tests first
// while these are few, and otherwise by that word's bits.
func (l *lowerer) args(ref diagram.Ref) node {
	if ret, ok := l.store.Terminal(ref); ok {
		return l.graph.Leaf(ret)
	}
	if n, ok := l.memo[ref]; ok || l.graph.Full() {
		return n
	}
	v, zero, one := l.store.Branch(ref)
	field, bit := v.Field()
	word := l.word(field, bit)
	var n node
	if is, ok := l.intervals(ref, field, bit&^31); ok {
		n = l.search.Search(word, decision.Merge(is))
	} else {
		set := decision.Test{Word: word, Op: decision.AnyBit, Mask: decision.AllBits, K: 1 << (bit & 31)}
		n = l.graph.Decide(set, l.args(one), l.args(zero))
	}
	l.memo[ref] = n
	return n
}

// word returns the word of seccomp_data that holds a bit of a field.
func (l *lowerer) word(field, bit int) uint8 {
	w := decision.WordArgs + 2*field
	if field == diagram.FieldIP {
		w = decision.WordIP
	}
	if bit >= 32 {
		return uint8(w + l.high)
	}
	return uint8(w + l.low)
}

// intervals returns the decisions for the values of a word, which is a field's bits
// from low on, unless they are many.
func (l *lowerer) intervals(ref diagram.Ref, field, low int) ([]interval, bool) {
	var parts []diagram.Interval
	for part := range l.store.Intervals(ref, field, low, 32) {
		if len(parts) == maxIntervals {
			return nil, false
		}
		parts = append(parts, part)
	}
	is := make([]interval, len(parts))
	for i, p := range parts {
		is[i] = interval{First: uint32(p.First), Last: uint32(p.Last), Node: l.args(p.Then), Weight: 1}
	}
	return is, true
}
