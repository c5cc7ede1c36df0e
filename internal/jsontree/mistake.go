package jsontree

import "fmt"

// The IDs of errors and notes.
const (
	TooDeep          = "too-deep"          // nested more than MaxDepth deep
	TooManyValues    = "too-many-values"   // more than MaxNodes
	Syntax           = "syntax"            // something stands where it can't
	Truncated        = "truncated"         // the text ends in the middle
	TrailingData     = "trailing-data"     // something follows the end
	ByteOrderMark    = "byte-order-mark"   // the text begins with U+FEFF
	Comment          = "comment"           // JSON has neither // nor /* */
	TrailingComma    = "trailing-comma"    // a comma before ] or }
	StrayComma       = "stray-comma"       // a comma that follows nothing
	MissingComma     = "missing-comma"     // two values without a comma between them
	SingleQuotes     = "single-quotes"     // strings stand in double quotes
	UnquotedKey      = "unquoted-key"      // so do keys
	ControlCharacter = "control-character" // in a string
	BadEscape        = "bad-escape"        // in a string, such as \x
	BadNumber        = "bad-number"        // such as 0x10, +1 or 007
	BadLiteral       = "bad-literal"       // such as NaN, True or a string without its quotes

	InvalidUTF8   = "invalid-utf8"   // a note: bytes that are read as U+FFFD
	LoneSurrogate = "lone-surrogate" // a note: half of a \u pair, read as U+FFFD
)

// Mistake is something in a text that is no JSON, or that a decoder reads
// differently than it was written.
type Mistake struct {
	ID           string
	Line, Column int    // from 1
	Pointer      string // of the value that was being read
	Text         string // what is wrong
	Suggestion   string // what was probably meant, or ""
}

// Mistakes are the first mistakes of a text, and how many more there are.
type Mistakes struct {
	List []Mistake
	More int
}

// fail reports an error at the reader's position.
func (r *reader) fail(id, format string, args ...any) {
	r.failAt(r.pos, id, "", format, args...)
}

// failAt reports an error at a position of the current line.
func (r *reader) failAt(pos int, id, suggestion, format string, args ...any) {
	r.report(&r.errors, r.line, r.column(pos), id, suggestion, format, args...)
}

// note reports at the reader's position what is read differently than written.
func (r *reader) note(id, format string, args ...any) {
	r.report(&r.notes, r.line, r.column(r.pos), id, "", format, args...)
}

// report does no work for what is only counted: a hostile text could ask for much.
func (r *reader) report(to *Mistakes, line, column int32, id, suggestion, format string, args ...any) {
	if len(to.List) >= r.limit {
		to.More++
		return
	}
	to.List = append(to.List, Mistake{
		ID: id, Line: int(line), Column: int(column), Pointer: r.pointer(),
		Text: fmt.Sprintf(format, args...), Suggestion: suggestion,
	})
}

// pointer returns the JSON pointer of what is being read, for which there is no
// node yet.
func (r *reader) pointer() string {
	n := &Node{}
	for _, p := range r.path {
		if p.index < 0 {
			n.Kind = Object
		} else {
			n.Kind = Array
		}
		n = &Node{Parent: n, Key: p.key, Index: int32(p.index)}
	}
	return n.Pointer()
}
