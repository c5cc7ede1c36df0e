package compile

import (
	"github.com/portcullis-go/portcullis/internal/decision"
	"github.com/portcullis-go/portcullis/internal/search"
)

// rewrite returns the decisions with those on arguments rebuilt by a decision.Rewriter.
func rewrite(d *decisions, s *search.Searcher) *decisions {
	// Low words can come first if all ABIs have 64 bits. Others test no high words, and
	// share the tests of low words that follow on those of high ones.
	bits := 0
	for i := range d.from.abis {
		bits |= d.from.abis[i].arch.Bits()
	}
	high, _ := wordOrder(d.from.order)
	r := decision.Rewriter{Graph: d.graph, Search: s.Search, High: high, LowFirst: d.passes.has(passLowWordFirst) && bits == 64}
	for i := range d.tables {
		t := &d.tables[i]
		for j := range t.is {
			t.is[j].Node = r.Rewrite(t.is[j].Node)
		}
		if d.passes.has(passMergeAdjacent) {
			t.is = decision.Merge(t.is)
		}
	}
	return d
}
