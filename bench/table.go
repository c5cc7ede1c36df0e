package bench

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Table is a table of markdown that is readable as text, too.
type Table struct {
	Title string
	Notes []string // paragraphs before it
	Head  []string
	Rows  [][]string
}

// Row adds a row.
func (t *Table) Row(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case float64:
			row[i] = fmt.Sprintf("%.1f", c)
		default:
			row[i] = fmt.Sprint(c)
		}
	}
	t.Rows = append(t.Rows, row)
}

// String returns the table, its columns aligned: text to the left, and what
// begins with a digit or a sign to the right.
func (t *Table) String() string {
	width := make([]int, len(t.Head))
	number := make([]bool, len(t.Head))
	for i, h := range t.Head {
		width[i] = utf8.RuneCountInString(h)
		number[i] = true
		for _, r := range t.Rows {
			width[i] = max(width[i], utf8.RuneCountInString(r[i]))
			number[i] = number[i] && (r[i] == "" || strings.Contains("0123456789+-–−", string([]rune(r[i])[0])))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", t.Title)
	for _, n := range t.Notes {
		fmt.Fprintf(&b, "%s\n\n", n)
	}
	line := func(cells []string) {
		for i, c := range cells {
			if number[i] {
				fmt.Fprintf(&b, "| %*s ", width[i], c)
			} else {
				fmt.Fprintf(&b, "| %-*s ", width[i], c)
			}
		}
		b.WriteString("|\n")
	}
	line(t.Head)
	for i := range t.Head {
		end := "-"
		if number[i] {
			end = ":"
		}
		b.WriteString("| " + strings.Repeat("-", max(width[i]-1, 2)) + end + " ")
	}
	b.WriteString("|\n")
	for _, r := range t.Rows {
		line(r)
	}
	return b.String()
}
