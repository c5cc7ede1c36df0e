package search

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/portcullis-go/portcullis/internal/decision"
)

const (
	maxBits      = 9  // of how many varying bits all subsets are tried
	maxPromising = 64 // how many masks are tried
)

// promising returns the masks that divide intervals best: those for which what
// remains to be found out is least.
func promising(is []decision.Interval) []uint32 {
	masks := candidates(is)
	type rated struct {
		entropy uint32
		mask    int
	}
	var order []rated
	for i, m := range masks {
		if set, clear := splitByBits(is, m); len(set) > 0 && len(clear) > 0 {
			order = append(order, rated{entropy(set) + entropy(clear), i})
		}
	}
	slices.SortStableFunc(order, func(a, b rated) int { return cmp.Compare(a.entropy, b.entropy) })
	var out []uint32
	for _, o := range order[:min(len(order), maxPromising)] {
		out = append(out, masks[o.mask])
	}
	return out
}

// candidates returns the bits that vary between intervals, one by one and, of the
// lowest, all their subsets.
func candidates(is []decision.Interval) []uint32 {
	varying := uint32(0)
	for i := range is[1:] {
		varying |= is[i].First ^ is[i+1].First
	}
	var masks, low []uint32
	for rest := varying; rest != 0; rest &= rest - 1 {
		if bit := rest & -rest; len(low) < maxBits {
			low = append(low, bit)
		} else {
			masks = append(masks, bit)
		}
	}
	for subset := 1; subset < 1<<len(low); subset++ {
		mask := uint32(0)
		for i, bit := range low {
			if subset>>i&1 != 0 {
				mask |= bit
			}
		}
		masks = append(masks, mask)
	}
	return masks
}

// entropy estimates how many tests tell intervals apart, times their weight.
func entropy(is []decision.Interval) uint32 {
	total, sum := uint32(0), uint64(0)
	for i := range is {
		w := weightOf(&is[i])
		total += w
		sum += uint64(w) * uint64(log2(w))
	}
	all := uint64(total) * uint64(log2(total))
	return uint32((all - min(sum, all)) >> 8)
}

// log2 returns the binary logarithm in units of 1/256, linear between powers.
func log2(v uint32) uint32 {
	n := bits.Len32(v) - 1
	return uint32(n)<<8 | v<<(31-n)>>23&0xff
}

// splitByBits divides intervals into the values that have a bit of mask and those
// that have none.
func splitByBits(is []decision.Interval, mask uint32) (set, clear []decision.Interval) {
	for i := range is {
		set = appendPart(set, is[i], mask, true)
		clear = appendPart(clear, is[i], mask, false)
	}
	return set, clear
}

// appendPart appends the part of an interval whose values have a bit of mask, or
// none. It is one with the last interval if both are decided alike.
func appendPart(is []decision.Interval, i decision.Interval, mask uint32, set bool) []decision.Interval {
	first, ok := firstFrom(i.First, mask, set)
	if !ok || first > i.Last {
		return is
	}
	last := lastUpTo(i.Last, mask, set)
	i.Weight = uint64(max(partWeight(&i, mask, set), 1))
	i.First, i.Last = first, last
	if k := len(is) - 1; k >= 0 && is[k].Node == i.Node {
		is[k].Last = last
		is[k].Weight += i.Weight
		return is
	}
	return append(is, i)
}

// partWeight returns the weight of a part of an interval, in which all values weigh
// alike. Wide intervals hold few calls.
func partWeight(i *decision.Interval, mask uint32, set bool) uint32 {
	const wide = 1 << 10
	if i.Last-i.First >= wide {
		return weightOf(i) / 2
	}
	n := uint32(0)
	for v := i.First; ; v++ {
		if (v&mask != 0) == set {
			n++
		}
		if v == i.Last {
			return uint32(i.Weight * uint64(n) / uint64(i.Last-i.First+1))
		}
	}
}

// firstFrom returns the lowest value from v on that has a bit of mask, or none.
func firstFrom(v, mask uint32, set bool) (uint32, bool) {
	if set {
		lowest := ^uint32(0)
		for rest := mask; rest != 0; rest &= rest - 1 {
			bit := rest & -rest
			if v&bit != 0 {
				return v, true
			}
			lowest = min(lowest, (v|bit)&^(bit-1))
		}
		return lowest, true
	}
	for v&mask != 0 {
		top := uint32(1) << (bits.Len32(v&mask) - 1)
		v = (v | (2*top - 1)) + 1
		if v == 0 {
			return 0, false
		}
	}
	return v, true
}

// lastUpTo returns the highest value up to v that has a bit of mask, or none. There
// must be one.
func lastUpTo(v, mask uint32, set bool) uint32 {
	if set {
		highest := uint32(0)
		for rest := mask; rest != 0; rest &= rest - 1 {
			bit := rest & -rest
			if v&bit != 0 {
				return v
			}
			if over := v &^ (2*bit - 1); over != 0 {
				highest = max(highest, over-1)
			}
		}
		return highest
	}
	for v&mask != 0 {
		top := uint32(1) << (bits.Len32(v&mask) - 1)
		v = v&^(2*top-1) | (top - 1)
	}
	return v
}
