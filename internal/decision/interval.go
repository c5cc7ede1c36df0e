package decision

// Interval is the decision for the values First to Last of a word, both included.
type Interval struct {
	First, Last uint32
	Node        Node
	Weight      uint64 // how often the values are expected, in any unit
}

// Merge returns the intervals, which ascend, with adjacent ones that have the same
// decision made one. Their weights add up. It overwrites the slice.
func Merge(is []Interval) []Interval {
	out := is[:0]
	for _, i := range is {
		if n := len(out); n > 0 && out[n-1].Node == i.Node {
			out[n-1].Last = i.Last
			out[n-1].Weight += i.Weight
			continue
		}
		out = append(out, i)
	}
	return out
}
