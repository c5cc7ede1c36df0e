package bench

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Table is a Markdown table whose columns are aligned, so that it reads as plain text.
type Table struct {
	Title string
	Notes []string // paragraphs before the table
	Head  []string
	Rows  [][]string
}

// Row adds a row. It writes floating-point numbers with one digit after the point.
func (t *Table) Row(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		if f, ok := c.(float64); ok {
			row[i] = fmt.Sprintf("%.1f", f)
		} else {
			row[i] = fmt.Sprint(c)
		}
	}
	t.Rows = append(t.Rows, row)
}

// positive writes a number as Row does, or a dash for 0.
func positive(f float64) string {
	if f <= 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", f)
}

// String returns the table as Markdown.
func (t *Table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", t.Title)
	for _, n := range t.Notes {
		fmt.Fprintf(&b, "%s\n\n", n)
	}
	columns := make([]column, len(t.Head))
	for i := range columns {
		columns[i] = t.column(i)
	}
	writeRow(&b, columns, t.Head)
	for _, c := range columns {
		b.WriteString("| " + c.rule() + " ")
	}
	b.WriteString("|\n")
	for _, r := range t.Rows {
		writeRow(&b, columns, r)
	}
	return b.String()
}

// column is how a column is aligned: numbers to the right, text to the left.
type column struct {
	width  int
	number bool
}

// column returns the alignment of column i. A column of numbers has cells that are
// empty or begin with a digit, a sign or a dash.
func (t *Table) column(i int) column {
	c := column{utf8.RuneCountInString(t.Head[i]), true}
	for _, r := range t.Rows {
		c.width = max(c.width, utf8.RuneCountInString(r[i]))
		c.number = c.number && (r[i] == "" || strings.Contains("0123456789+-–−", string([]rune(r[i])[0])))
	}
	return c
}

// rule returns the line below the head, which tells Markdown the alignment.
func (c column) rule() string {
	end := "-"
	if c.number {
		end = ":"
	}
	return strings.Repeat("-", max(c.width-1, 2)) + end
}

func writeRow(b *strings.Builder, columns []column, cells []string) {
	for i, c := range columns {
		if c.number {
			fmt.Fprintf(b, "| %*s ", c.width, cells[i])
		} else {
			fmt.Fprintf(b, "| %-*s ", c.width, cells[i])
		}
	}
	b.WriteString("|\n")
}
