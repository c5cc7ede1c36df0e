package compile

import (
	"github.com/portcullis-go/portcullis/internal/decision"
	"github.com/portcullis-go/portcullis/internal/search"
)

// tree is the decision of a whole filter.
type tree struct {
	graph *decision.Graph
	root  node
}

// dispatch returns the decision of the whole filter: by audit architecture, number and
// arguments, in this order.
func dispatch(d *decisions, s *search.Searcher) tree {
	if d.passes.has(passSharedTails) {
		shareTails(d, s)
	}
	root := d.graph.Leaf(d.from.badArch)
	for i := len(d.tables) - 1; i >= 0; i-- {
		t := &d.tables[i]
		test := decision.Test{Word: decision.WordArch, Op: decision.Equal, Mask: decision.AllBits, K: t.audit}
		root = d.graph.Decide(test, s.Search(decision.WordNr, t.is), root)
	}
	return tree{d.graph, root}
}

// shareTails makes one tree of the last intervals that the first table has in common
// with another, if these are at least half of one table. It costs both tables a range
// test in front of that tree, so it doesn't pay for fewer.
func shareTails(d *decisions, s *search.Searcher) {
	for i := 1; i < len(d.tables); i++ {
		a, b := &d.tables[0], &d.tables[i]
		x, y := len(a.is), len(b.is)
		all := min(x, y)
		for x > 0 && y > 0 && a.is[x-1].First == b.is[y-1].First && a.is[x-1].Node == b.is[y-1].Node {
			x, y = x-1, y-1
		}
		n := len(a.is) - x
		if n < 2 || 2*n < all {
			continue
		}
		tail := interval{First: a.is[x].First, Last: decision.AllBits}
		for j := range a.is[x:] {
			a.is[x+j].Weight += b.is[y+j].Weight
			tail.Weight += a.is[x+j].Weight
		}
		tail.Node = s.Search(decision.WordNr, a.is[x:])
		a.is, b.is = append(a.is[:x], tail), append(b.is[:y], tail)
	}
}
