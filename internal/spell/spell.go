// Package spell finds the word that was meant by a misspelt one.
//
// Errors of this library that say "no such name" also say which name is near.
// The input of such an error may come from a hostile document, so the work is
// bounded: a word longer than 64 bytes has no neighbours, and the comparison of
// two words touches no more than a band around the diagonal of their matrix.
//
// What counts as near is decided here; those who ask bring the candidates: packages arch,
// errno, syscalls, oci and install.
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

// distance returns the optimal string alignment distance of a and b, or limit+1 where
// it is more than limit. len(a) is at most maxLen.
func distance(a, b string, limit int) int {
	if len(b) > maxLen || len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	m := matrix{a: a, b: b, limit: limit}
	for j := range len(b) + 1 {
		m.rows[0][j] = min(uint8(j), m.over())
	}
	for i := 1; i <= len(a); i++ {
		if m.fill(i) >= m.over() {
			return limit + 1
		}
	}
	return int(m.rows[len(a)%3][len(b)])
}

// matrix is three rows of the distances: rows[i%3][j] is that of a[:i] and b[:j].
// Nothing outside of the band |i-j| <= limit can matter, so that cells there only have
// to be larger than limit.
type matrix struct {
	a, b  string
	limit int
	rows  [3][maxLen + 1]uint8
}

// over is what stands for all distances above the limit.
func (m *matrix) over() uint8 { return uint8(m.limit + 1) }

// fill computes row i and returns the least of its distances.
func (m *matrix) fill(i int) (least uint8) {
	row, over := &m.rows[i%3], m.over()
	lo, hi := max(1, i-m.limit), min(len(m.b), i+m.limit)
	row[0] = min(uint8(i), over)
	if lo > 1 {
		row[lo-1] = over
	}
	if hi < len(m.b) {
		row[hi+1] = over
	}
	least = row[0]
	for j := lo; j <= hi; j++ {
		row[j] = min(m.cell(i, j), over)
		least = min(least, row[j])
	}
	return least
}

// cell returns the distance of a[:i] and b[:j].
func (m *matrix) cell(i, j int) uint8 {
	row, above := &m.rows[i%3], &m.rows[(i+2)%3]
	if m.a[i-1] == m.b[j-1] {
		return above[j-1]
	}
	d := min(above[j-1], above[j], row[j-1]) + 1
	if i > 1 && j > 1 && m.a[i-1] == m.b[j-2] && m.a[i-2] == m.b[j-1] {
		d = min(d, m.rows[(i+1)%3][j-2]+1)
	}
	return d
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
