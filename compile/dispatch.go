package compile

// search returns the decision that finds a number's interval. The intervals
// ascend, the first starts at 0, and no two neighbours are equal.
//
// A lone number between equal neighbours costs one equality test; otherwise the
// middle boundary divides what is left.
func (b *builder) search(is []interval) node {
	nr := func(op testOp, k uint32) test { return test{word: wordNr, op: op, mask: ^uint32(0), k: k} }
	switch n := len(is); {
	case n == 1:
		return is[0].node
	case n == 3 && is[0].node == is[2].node && is[1].first+1 == is[2].first:
		return b.decide(nr(opEq, is[1].first), is[1].node, is[0].node)
	default:
		mid := n / 2
		// A boundary next to a lone number leaves that number in the middle of
		// three intervals more often if the halves have odd lengths.
		if n > 3 && mid%2 == 0 {
			mid--
		}
		return b.decide(nr(opGe, is[mid].first), b.search(is[mid:]), b.search(is[:mid]))
	}
}
