package compile

import (
	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/syscalls"
)

// lower returns a program with a meaning. Unlike the stages that start from a
// profile it needs no words for what it decides, so that any meaning has one.
func lower(s *diagram.Store, m diagram.Denotation, arches []arch.Arch) (*Program, error) {
	l := &lowerer{work: work{dag: newDAG(), Passes: AllPasses}, store: s, memo: make(map[diagram.Ref]node)}
	l.hi, l.lo = halves(arches[0].ByteOrder())
	audits := make([]interval, len(m))
	for i, a := range m {
		is := make([]interval, len(a.Numbers))
		for j, n := range a.Numbers {
			is[j] = interval{first: n.First, node: l.args(n.Args)}
		}
		for _, abi := range arch.All() {
			if abi.Audit() == a.First {
				countNamed(is, abi)
				audits[i].weight = 1
			}
		}
		audits[i].first, audits[i].node = a.First, l.search(wordNr, mergeIntervals(is))
	}
	root := l.search(wordArch, mergeIntervals(audits))
	if l.full {
		return nil, tooLong(cbpf.MaxInsns+1, l.dag)
	}
	raw, err := emit(l.dag, root, AllPasses)
	if err != nil {
		return nil, err
	}
	if err := cbpf.Check(raw); err != nil {
		return nil, &InternalError{Stage: "check", Err: err}
	}
	return &Program{raw: raw, arches: arches, order: arches[0].ByteOrder()}, nil
}

// lowerer makes decisions of diagrams.
type lowerer struct {
	work
	store *diagram.Store
	memo  map[diagram.Ref]node
}

// args returns the decision of a diagram: by intervals of the word that it looks
// at first, as long as these are few, and otherwise by that word's bits.
func (l *lowerer) args(ref diagram.Ref) node {
	if ret, ok := l.store.Terminal(ref); ok {
		return l.leaf(ret)
	}
	if n, ok := l.memo[ref]; ok || l.full {
		return n
	}
	v, zero, one := l.store.Branch(ref)
	field, bit := v.Field()
	w := wordArgs + 2*field
	if field == diagram.FieldIP {
		w = wordIP
	}
	half := l.lo
	if bit >= 32 {
		half = l.hi
	}
	word := uint8(w + half)
	var n node
	if parts := l.parts(nil, ref, field, bit&^31, 31, 0); len(parts) <= maxIntervals {
		is := make([]interval, len(parts))
		for i, p := range parts {
			is[i] = interval{first: p.first, node: l.args(p.then), weight: 1}
		}
		n = l.search(word, mergeIntervals(is))
	} else {
		bitSet := test{word: word, op: opSet, mask: ^uint32(0), k: 1 << (bit & 31)}
		n = l.decide(bitSet, l.args(one), l.args(zero))
	}
	l.memo[ref] = n
	return n
}

// wordPart is what remains to be decided from one value of a word on.
type wordPart struct {
	first uint32
	then  diagram.Ref
}

// parts divides the values of a word, which is a field's 32 bits from base on.
// It gives up after maxIntervals, with more.
func (l *lowerer) parts(ps []wordPart, ref diagram.Ref, field, base, bit int, prefix uint32) []wordPart {
	if len(ps) > maxIntervals {
		return ps
	}
	at := -1 // the bit of the word that ref tests, if any
	zero, one := ref, ref
	if _, leaf := l.store.Terminal(ref); !leaf {
		v, z, o := l.store.Branch(ref)
		if f, b := v.Field(); f == field && b&^31 == base {
			at = b & 31
			if at == bit {
				zero, one = z, o
			}
		}
	}
	if at < 0 {
		if n := len(ps); n == 0 || ps[n-1].then != ref {
			ps = append(ps, wordPart{prefix, ref})
		}
		return ps
	}
	ps = l.parts(ps, zero, field, base, bit-1, prefix)
	return l.parts(ps, one, field, base, bit-1, prefix|1<<bit)
}

// countNamed gives intervals their weights: how many calls of the ABI with a name
// they hold.
func countNamed(is []interval, a arch.Arch) {
	for nr := range syscalls.All(a) {
		for len(is) > 1 && is[1].first <= nr {
			is = is[1:]
		}
		is[0].weight++
	}
}
