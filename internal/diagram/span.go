package diagram

import (
	"cmp"
	"slices"
	"sort"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// span is an interval of 32-bit numbers, both ends included.
type span struct{ first, last uint32 }

// joined returns spans in order, and neighbours as one.
func joined(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.first, b.first) })
	out := spans[:1]
	for _, s := range spans[1:] {
		if last := &out[len(out)-1]; last.last+1 == s.first {
			last.last = s.last
		} else {
			out = append(out, s)
		}
	}
	return out
}

// maxParts bounds the spans of numbers that the ways through a program tell
// apart.
const maxParts = 1 << 18

// part counts a span that is divided.
func (l *lifter) part() {
	if l.parts++; l.parts > maxParts {
		l.full = true
	}
}

// divide divides numbers by a test of them. It takes nrs over.
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
	i := sort.Search(len(nrs), func(i int) bool { return nrs[i].last >= at })
	if i == len(nrs) || nrs[i].first >= at {
		return nrs[i:], nrs[:i:i]
	}
	// Of the part that is short a copy is made.
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
	i := sort.Search(len(nrs), func(i int) bool { return nrs[i].last >= k })
	if i == len(nrs) || nrs[i].first > k {
		return nil, nrs
	}
	switch s := &nrs[i]; {
	case s.first == s.last:
		nrs = slices.Delete(nrs, i, i+1)
	case s.first == k:
		s.first++
	case s.last == k:
		s.last--
	default:
		l.part()
		high := span{k + 1, s.last}
		s.last = k - 1
		nrs = slices.Insert(nrs, i+1, high)
	}
	l.work(1 + (len(nrs)-i)/16)
	return []span{{k, k}}, nrs
}

// divideMasked divides numbers by a test that doesn't see all of their bits, or
// sees them inverted.
func (l *lifter) divideMasked(t wordTest, nrs []span) (yes, no []span) {
	for todo := slices.Clone(nrs); len(todo) > 0 && l.step(); {
		s := todo[0]
		o, where := l.decide(t, cell{l.arch, s})
		switch o {
		case open:
			l.part()
			todo[0].first = where.at
			todo = slices.Insert(todo, 0, span{s.first, where.at - 1})
			continue
		case holds:
			yes = appendSpan(yes, s)
		case fails:
			no = appendSpan(no, s)
		}
		todo = todo[1:]
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
