// Package spell finds the word that was meant by a misspelt one.
//
// Errors of this library that say "no such name" also say which name is near.
// The input of such an error may come from a hostile document, so the work is
// bounded: a word longer than 64 bytes has no neighbours, and the comparison of
// two words touches no more than a band around the diagonal of their matrix.
package spell

import (
	"iter"
	"strconv"
)

// maxLen is the longest word that is compared. The longest name that the
// library knows has about 30 bytes.
const maxLen = 64

// Nearest returns the candidate that needs the fewest edits to become name, and ""
// if none is within a third of name's length (but at least one edit). An edit
// is the insertion, removal or replacement of one byte, or the exchange of two
// neighbours. Among equally near candidates the first wins. The comparison
// minds case: fold both sides first where case does not matter.
func Nearest(name string, candidates iter.Seq[string]) string {
	if name == "" || len(name) > maxLen {
		return ""
	}
	best, bestDist := "", max(1, len(name)/3)+1
	for c := range candidates {
		if d := distance(name, c, bestDist-1); d < bestDist {
			best, bestDist = c, d
			if d == 0 {
				break
			}
		}
	}
	return best
}

// distance returns the optimal string alignment distance of a and b, or
// limit+1 where it is more than limit. len(a) is at most maxLen.
func distance(a, b string, limit int) int {
	if len(b) > maxLen || len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	// Three rows of the matrix: rows[i%3][j] is the distance of a[:i] and b[:j].
	// Nothing outside the band |i-j| <= limit can matter, so cells there only
	// need to be larger than limit.
	var rows [3][maxLen + 1]uint8
	over := uint8(limit + 1)
	for j := range len(b) + 1 {
		rows[0][j] = min(uint8(j), over)
	}
	for i := 1; i <= len(a); i++ {
		cur, prev, prev2 := &rows[i%3], &rows[(i+2)%3], &rows[(i+1)%3]
		lo, hi := max(1, i-limit), min(len(b), i+limit)
		cur[0] = min(uint8(i), over)
		if lo > 1 {
			cur[lo-1] = over
		}
		if hi < len(b) {
			cur[hi+1] = over
		}
		least := cur[0]
		for j := lo; j <= hi; j++ {
			d := prev[j-1]
			if a[i-1] != b[j-1] {
				d = min(d, prev[j], cur[j-1]) + 1
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d = min(d, prev2[j-2]+1)
				}
			}
			cur[j] = min(d, over)
			least = min(least, cur[j])
		}
		if least >= over {
			return limit + 1
		}
	}
	return int(rows[len(a)%3][len(b)])
}

// Unknown returns the text of an error about a name that doesn't exist: what kind
// of thing it should have named, the name, and the nearest one, if any. A long name
// is cut, so that the error fits a line whatever document it comes from.
func Unknown(what, name, nearest string) string {
	if len(name) > maxLen {
		name = name[:maxLen] + "..."
	}
	s := "unknown " + what + " " + strconv.Quote(name)
	if nearest != "" {
		s += "; did you mean " + strconv.Quote(nearest) + "?"
	}
	return s
}
