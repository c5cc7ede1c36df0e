package compile

import (
	"github.com/portcullis-go/portcullis/internal/decision"
	"github.com/portcullis-go/portcullis/internal/search"
)

// rewrite rebuilds the decisions on arguments; see decision.Rewriter.
func rewrite(d *decisions, s *search.Searcher) {
	// Low words can come first, unless some ABIs have no high ones: these share what
	// follows on a test of a high word.
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
}
