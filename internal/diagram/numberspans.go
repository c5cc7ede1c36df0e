package diagram

import (
	"slices"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/radix"
)

// span is an interval of 32-bit numbers, both ends included.
type span struct{ first, last uint32 }

// joined returns spans in order, and neighbours as one.
func joined(spans []span) []span {
	order := make([]uint64, len(spans))
	for i, s := range spans {
		order[i] = uint64(s.first)<<32 | uint64(s.last)
	}
	radix.Sort(order, 0)
	out := spans[:0]
	for _, o := range order {
		out = appendSpan(out, span{uint32(o >> 32), uint32(o)})
	}
	return out
}

// reaching returns the index of the first span that ends at a number or above.
func reaching(spans []span, nr uint32) int {
	i, n := 0, len(spans)
	for i < n {
		if mid := int(uint(i+n) / 2); spans[mid].last < nr {
			i = mid + 1
		} else {
			n = mid
		}
	}
	return i
}

// maxParts bounds the spans of numbers that the paths through a program tell
// apart.
const maxParts = 1 << 18

// part counts one more span.
func (l *lifter) part() {
	if l.parts++; l.parts > maxParts {
		l.s.full = true
	}
}

// divide divides numbers by a test of the number, and takes nrs over.
func (l *lifter) divide(t wordTest, nrs []span) (yes, no []span) {
	if !t.plain(l.word) {
		return l.divideMasked(t, nrs)
	}
	if t.code == cbpf.JeqK {
		return l.divideOne(t.k, nrs)
	}
	at := t.k
	if t.code == cbpf.JgtK {
		if at++; at == 0 {
			return nil, nrs
		}
	}
	i := reaching(nrs, at)
	if i == len(nrs) || nrs[i].first >= at {
		return nrs[i:], nrs[:i:i]
	}
	// Copy the shorter part.
	l.part()
	low, high := span{nrs[i].first, at - 1}, span{at, nrs[i].last}
	if i < len(nrs)/2 {
		no = append(slices.Clone(nrs[:i]), low)
		nrs[i] = high
		return nrs[i:], no
	}
	yes = append([]span{high}, nrs[i+1:]...)
	nrs[i] = low
	return yes, nrs[: i+1 : i+1]
}

// divideOne divides the number k from others.
func (l *lifter) divideOne(k uint32, nrs []span) (yes, no []span) {
	i := reaching(nrs, k)
	if i == len(nrs) || nrs[i].first > k {
		return nil, nrs
	}
	switch s := &nrs[i]; {
	case s.first == s.last:
		nrs = append(nrs[:i], nrs[i+1:]...)
	case s.first == k:
		s.first++
	case s.last == k:
		s.last--
	default:
		l.part()
		high := span{k + 1, s.last}
		s.last = k - 1
		nrs = append(nrs, high)
		copy(nrs[i+2:], nrs[i+1:])
		nrs[i+1] = high
	}
	l.s.work(1 + (len(nrs)-i)/16)
	return []span{{k, k}}, nrs
}

// divideMasked divides numbers by a test of some of their bits, or of inverted
// ones.
func (l *lifter) divideMasked(t wordTest, nrs []span) (yes, no []span) {
	for _, s := range nrs {
		for rest := s; l.s.step(); rest, s = (span{s.last + 1, rest.last}), (span{s.last + 1, rest.last}) {
			o, where := l.decide(t, cell{l.arch, s})
			for ; o == open && l.s.step(); o, where = l.decide(t, cell{l.arch, s}) {
				l.part()
				s.last = where.at - 1
			}
			if o == holds {
				yes = appendSpan(yes, s)
			} else {
				no = appendSpan(no, s)
			}
			if s.last == rest.last {
				break
			}
		}
	}
	return yes, no
}

// appendSpan appends a span that is above all others.
func appendSpan(spans []span, s span) []span {
	if n := len(spans); n > 0 && spans[n-1].last+1 == s.first {
		spans[n-1].last = s.last
		return spans
	}
	return append(spans, s)
}
