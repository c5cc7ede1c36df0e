package jsontree

import "strings"

// reader reads a text once, from its start to its end.
type reader struct {
	src       string
	pos       int
	line      int32
	lineStart int
	nodes     int
	path      []pathPart // of the value that is being read

	limit         int // mistakes of each list
	errors, notes Mistakes
}

type pathPart struct {
	key   string
	index int // or -1
}

// Read returns the tree of src, the errors and the notes, of each at most limit.
// Where it is not clear what was meant it stops, and the tree holds what was
// complete by then.
func Read(src string, limit int) (root *Node, errors, notes Mistakes) {
	r := &reader{src: src, line: 1, limit: limit}
	if strings.HasPrefix(src, "\ufeff") {
		r.fail(ByteOrderMark, "the document begins with a byte order mark, which decoders refuse")
		r.pos = len("\ufeff")
	}
	root = &Node{}
	if r.value(root) {
		if r.space(); r.pos < len(src) {
			r.fail(TrailingData, "something follows the end of the document")
		}
	}
	root.link()
	return root, r.errors, r.notes
}

func (r *reader) column(pos int) int32 { return int32(pos-r.lineStart) + 1 }

// space skips white space, and comments with an error.
func (r *reader) space() {
	for r.pos < len(r.src) {
		switch r.src[r.pos] {
		case '\n':
			r.line++
			r.lineStart = r.pos + 1
		case ' ', '\t', '\r':
		case '/':
			if !r.comment() {
				return
			}
			continue
		default:
			return
		}
		r.pos++
	}
}

func (r *reader) comment() bool {
	rest := r.src[r.pos:]
	end := 0
	switch {
	case strings.HasPrefix(rest, "//"):
		if end = strings.IndexByte(rest, '\n'); end < 0 {
			end = len(rest)
		}
	case strings.HasPrefix(rest, "/*"):
		if end = strings.Index(rest[2:], "*/"); end < 0 {
			end = len(rest)
		} else {
			end += 4
		}
	default:
		return false
	}
	r.fail(Comment, "JSON has no comments")
	for i := range end {
		if rest[i] == '\n' {
			r.line++
			r.lineStart = r.pos + i + 1
		}
	}
	r.pos += end
	return true
}

// value reads a value into n and reports whether reading can go on.
func (r *reader) value(n *Node) bool {
	r.space()
	n.Line, n.Column = r.line, r.column(r.pos)
	if r.pos == len(r.src) {
		return r.truncated()
	}
	if r.nodes++; r.nodes > MaxNodes {
		r.fail(TooManyValues, "the document has more than %d values", MaxNodes)
		return false
	}
	switch c := r.src[r.pos]; {
	case c == '{' || c == '[':
		if len(r.path) == MaxDepth {
			r.fail(TooDeep, "objects and arrays are nested more than %d deep", MaxDepth)
			return false
		}
		if c == '{' {
			n.Kind = Object
			n.Partial = !r.object(n)
		} else {
			n.Kind = Array
			n.Partial = !r.array(n)
		}
		return !n.Partial
	case c == '"' || c == '\'':
		n.Kind = String
		var ok bool
		n.Text, ok = r.str()
		return ok
	case c == '-' || c == '+' || c == '.' || isDigit(c):
		r.number(n)
		return true
	case isLetter(c):
		r.word(n)
		return true
	}
	return r.unexpected("a value")
}

// truncated reports the end of the document where more was due.
func (r *reader) truncated() bool {
	what := "ends in the middle"
	if r.nodes == 0 {
		what = "is empty"
	}
	r.fail(Truncated, "the document %s", what)
	return false
}

func (r *reader) unexpected(want string) bool {
	r.fail(Syntax, "%s was expected, not %q", want, firstRune(r.src[r.pos:]))
	return false
}

func (r *reader) object(n *Node) bool {
	r.pos++
	for {
		ok, done := r.next(len(n.Kids), '}')
		if !ok || done {
			return ok
		}
		n.Kids = append(n.Kids, Node{KeyLine: r.line, KeyColumn: r.column(r.pos)})
		kid := &n.Kids[len(n.Kids)-1]
		if !r.member(kid) {
			if !kid.Partial {
				n.Kids = n.Kids[:len(n.Kids)-1]
			}
			return false
		}
	}
}

func (r *reader) member(kid *Node) bool {
	switch c := r.src[r.pos]; {
	case c == '"' || c == '\'':
		var ok bool
		if kid.Key, ok = r.str(); !ok {
			return false
		}
	case isLetter(c):
		start := r.pos
		kid.Key = r.run()
		r.failAt(start, UnquotedKey, "", "the key %s must stand in double quotes", Quote(kid.Key))
	default:
		return r.unexpected("a key or }")
	}
	r.space()
	if r.pos == len(r.src) {
		return r.truncated()
	}
	if r.src[r.pos] != ':' {
		return r.unexpected("a colon after the key")
	}
	r.pos++
	return r.part(kid, pathPart{kid.Key, -1})
}

// part reads a value inside of an object or array.
func (r *reader) part(kid *Node, at pathPart) bool {
	r.path = append(r.path, at)
	ok := r.value(kid)
	r.path = r.path[:len(r.path)-1]
	return ok
}

func (r *reader) array(n *Node) bool {
	r.pos++
	for {
		ok, done := r.next(len(n.Kids), ']')
		if !ok || done {
			return ok
		}
		n.Kids = append(n.Kids, Node{})
		kid := &n.Kids[len(n.Kids)-1]
		if !r.part(kid, pathPart{index: len(n.Kids) - 1}) {
			if !kid.Partial {
				n.Kids = n.Kids[:len(n.Kids)-1]
			}
			return false
		}
	}
}

// next goes to the next of an object's or array's parts, of which there are
// count so far, or past its end.
func (r *reader) next(count int, end byte) (ok, done bool) {
	comma, line, col := false, int32(0), int32(0) // the last comma
	for {
		r.space()
		if r.pos == len(r.src) {
			return r.truncated(), false
		}
		switch c := r.src[r.pos]; {
		case c == end:
			if comma {
				r.report(&r.errors, line, col, TrailingComma, "", "a comma stands before the closing %c", end)
			}
			r.pos++
			return true, true
		case c == ',':
			if count == 0 || comma {
				r.fail(StrayComma, "a comma stands where nothing precedes it")
			}
			comma, line, col = count > 0, r.line, r.column(r.pos)
			r.pos++
		case count == 0 || comma:
			return true, false
		case c == '"' || c == '\'' || c == '{' || c == '[' || c == '-' || isLetter(c) || isDigit(c):
			r.fail(MissingComma, "a comma is missing")
			return true, false
		default:
			return r.unexpected("a comma or " + string(end)), false
		}
	}
}
