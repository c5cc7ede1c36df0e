package oci

import "strings"

// node is a value of a JSON document and its place. Numbers are kept as they
// were written.
type node struct {
	parent          *node
	key             string // in an object
	text            string // of a string, decoded; of a number, as written
	kids            []node // members in the order of the document, or elements
	line, col       int32  // where the value begins
	keyLine, keyCol int32  // where its key begins
	index           int32  // in an array
	kind            nodeKind
	partial         bool // an object or array in which reading had to stop
}

type nodeKind uint8

const (
	kindNull nodeKind = iota
	kindBool
	kindNumber
	kindString
	kindArray
	kindObject
	kindBad // no JSON at all, and reported as such
)

// String returns the kind with its article, for messages.
func (k nodeKind) String() string {
	return [...]string{"null", "a boolean", "a number", "a string", "an array", "an object", "no JSON"}[k]
}

// Bounds of a document. They are far above anything that a kernel could load,
// and keep time and memory small whoever wrote it.
const (
	maxNesting = 32
	maxNodes   = 1 << 17
)

// jsonReader reads JSON into a tree with places. The standard decoder tells no
// places of values, and it stops at the first slip; this one reports a slip and
// reads on wherever it is clear what was meant.
type jsonReader struct {
	src       string
	pos       int
	line      int32
	lineStart int
	nodes     int
	path      []pathPart
	out       *collector
}

type pathPart struct {
	key   string
	index int // or -1
}

// readJSON returns the tree of src, and false where reading had to stop before
// its end. The tree then holds what was complete.
func readJSON(src string, out *collector) (*node, bool) {
	r := &jsonReader{src: src, line: 1, out: out}
	if strings.HasPrefix(src, "\ufeff") {
		r.fail(readByteOrderMark, "", "the document begins with a byte order mark, which the runtimes refuse")
		r.pos = len("\ufeff")
	}
	root := &node{}
	ok := r.value(root)
	if ok {
		if r.space(); r.pos < len(src) {
			r.fail(readTrailingData, "", "something follows the end of the document")
		}
	}
	root.link()
	return root, ok
}

// link sets the parents of all nodes below n. It comes last because nodes move
// while their list grows.
func (n *node) link() {
	for i := range n.kids {
		n.kids[i].parent, n.kids[i].index = n, int32(i)
		n.kids[i].link()
	}
}

// fail reports an error at the reader's position.
func (r *jsonReader) fail(id, suggestion, format string, args ...any) {
	r.failAt(r.pos, id, suggestion, format, args...)
}

// failAt reports an error at a position of the current line.
func (r *jsonReader) failAt(pos int, id, suggestion, format string, args ...any) {
	r.report(&r.out.errs, r.line, r.column(pos), id, suggestion, format, args...)
}

// note reports a finding at the reader's position.
func (r *jsonReader) note(id, format string, args ...any) {
	r.report(&r.out.notes, r.line, r.column(r.pos), id, "", format, args...)
}

func (r *jsonReader) report(to *findingList, line, col int32, id, suggestion, format string, args ...any) {
	if to.full() {
		to.more++ // without the work that a hostile document could ask for
		return
	}
	to.add(origin{node: r.mark(line, col)}, id, say(suggestion), format, args...)
}

// mark is a place at which there is no node yet: a chain of nodes that has the
// path of what is being read.
func (r *jsonReader) mark(line, col int32) *node {
	n := &node{}
	for _, p := range r.path {
		if p.index < 0 {
			n.kind = kindObject
		} else {
			n.kind = kindArray
		}
		n = &node{parent: n, key: p.key, index: int32(p.index)}
	}
	n.line, n.col = line, col
	return n
}

func (r *jsonReader) column(pos int) int32 { return int32(pos-r.lineStart) + 1 }

// space skips white space, and comments with an error.
func (r *jsonReader) space() {
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

func (r *jsonReader) comment() bool {
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
	r.fail(readComment, "", "JSON has no comments")
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
func (r *jsonReader) value(n *node) bool {
	r.space()
	n.line, n.col = r.line, r.column(r.pos)
	if r.pos == len(r.src) {
		return r.truncated()
	}
	if r.nodes++; r.nodes > maxNodes {
		r.fail(readTooManyValues, "", "the document has more than %d values", maxNodes)
		return false
	}
	switch c := r.src[r.pos]; {
	case c == '{' || c == '[':
		if len(r.path) == maxNesting {
			r.fail(readTooDeep, "", "objects and arrays are nested more than %d deep", maxNesting)
			return false
		}
		if c == '{' {
			n.kind = kindObject
			n.partial = !r.object(n)
		} else {
			n.kind = kindArray
			n.partial = !r.array(n)
		}
		return !n.partial
	case c == '"' || c == '\'':
		n.kind = kindString
		var ok bool
		n.text, ok = r.str()
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
func (r *jsonReader) truncated() bool {
	what := "ends in the middle"
	if r.nodes == 0 {
		what = "is empty"
	}
	r.fail(readTruncated, "", "the document %s", what)
	return false
}

func (r *jsonReader) unexpected(want string) bool {
	r.fail(readSyntax, "", "%s was expected, not %q", want, firstRune(r.src[r.pos:]))
	return false
}

func (r *jsonReader) object(n *node) bool {
	r.pos++
	for {
		ok, done := r.next(len(n.kids), '}')
		if !ok || done {
			return ok
		}
		n.kids = append(n.kids, node{keyLine: r.line, keyCol: r.column(r.pos)})
		kid := &n.kids[len(n.kids)-1]
		if !r.member(kid) {
			if !kid.partial {
				n.kids = n.kids[:len(n.kids)-1]
			}
			return false
		}
	}
}

func (r *jsonReader) member(kid *node) bool {
	switch c := r.src[r.pos]; {
	case c == '"' || c == '\'':
		var ok bool
		if kid.key, ok = r.str(); !ok {
			return false
		}
	case isLetter(c):
		start := r.pos
		kid.key = r.run()
		r.failAt(start, readUnquotedKey, "", "the key %s must stand in double quotes", quote(kid.key))
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
	return r.part(kid, pathPart{kid.key, -1})
}

// part reads a value inside of an object or array.
func (r *jsonReader) part(kid *node, at pathPart) bool {
	r.path = append(r.path, at)
	ok := r.value(kid)
	r.path = r.path[:len(r.path)-1]
	return ok
}

func (r *jsonReader) array(n *node) bool {
	r.pos++
	for {
		ok, done := r.next(len(n.kids), ']')
		if !ok || done {
			return ok
		}
		n.kids = append(n.kids, node{})
		kid := &n.kids[len(n.kids)-1]
		if !r.part(kid, pathPart{index: len(n.kids) - 1}) {
			if !kid.partial {
				n.kids = n.kids[:len(n.kids)-1]
			}
			return false
		}
	}
}

// next goes to the next of an object's or array's parts, of which there are
// count so far, or past its end.
func (r *jsonReader) next(count int, end byte) (ok, done bool) {
	comma, line, col := false, int32(0), int32(0) // the last comma
	for {
		r.space()
		if r.pos == len(r.src) {
			return r.truncated(), false
		}
		switch c := r.src[r.pos]; {
		case c == end:
			if comma {
				r.report(&r.out.errs, line, col, readTrailingComma, "", "a comma stands before the closing %c", end)
			}
			r.pos++
			return true, true
		case c == ',':
			if count == 0 || comma {
				r.fail(readStrayComma, "", "a comma stands where nothing precedes it")
			}
			comma, line, col = count > 0, r.line, r.column(r.pos)
			r.pos++
		case count == 0 || comma:
			return true, false
		case c == '"' || c == '\'' || c == '{' || c == '[' || c == '-' || isLetter(c) || isDigit(c):
			r.fail(readMissingComma, "", "a comma is missing")
			return true, false
		default:
			return r.unexpected("a comma or " + string(end)), false
		}
	}
}
