package golden

import (
	"fmt"
	"strings"
)

// maxReported is how many differing lines Diff shows.
const maxReported = 40

// Diff returns the lines in which two texts differ, each with its number, and ""
// if there are none. Lines that both texts begin and end with are left out; between
// them the lines of want come first, then those of got.
func Diff(want, got string) string {
	if want == got {
		return ""
	}
	w, g := strings.SplitAfter(want, "\n"), strings.SplitAfter(got, "\n")
	first := 0
	for first < len(w) && first < len(g) && w[first] == g[first] {
		first++
	}
	for len(w) > first && len(g) > first && w[len(w)-1] == g[len(g)-1] {
		w, g = w[:len(w)-1], g[:len(g)-1]
	}
	var b strings.Builder
	report(&b, '-', first, w[first:])
	report(&b, '+', first, g[first:])
	return b.String()
}

// report writes lines with their sign and number.
func report(b *strings.Builder, sign byte, first int, lines []string) {
	for i, line := range lines {
		if i == maxReported {
			fmt.Fprintf(b, "%c ... and %d more lines\n", sign, len(lines)-i)
			return
		}
		fmt.Fprintf(b, "%c%5d: %s\n", sign, first+i+1, strings.TrimSuffix(line, "\n"))
	}
}
