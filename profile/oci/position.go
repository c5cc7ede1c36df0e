package oci

import (
	"strconv"
	"strings"
)

// origin is a place in a document: the value that stands there. It leads to the
// whole tree of the document, so that a finding about a part, made long after
// reading, still has the part's own line and column. The zero value is the root
// of a document that was not read from text.
type origin struct {
	node    *node
	pointer string // where node is nil
	key     bool   // the place is the key of the value
}

// finding returns a finding about the value at o.
func (o origin) finding(id, text, suggestion string) Finding {
	f := Finding{ID: id, Text: text, Suggestion: suggestion, Pointer: o.pointer}
	if o.node != nil {
		f.Line, f.Column = int(o.node.line), int(o.node.col)
		if o.key {
			f.Line, f.Column = int(o.node.keyLine), int(o.node.keyCol)
		}
		f.Pointer = o.node.pointer()
	}
	return f
}

// at returns the place of a part, such as "names/3" or "includes/caps/0". Of
// keys it finds those that a runtime would read. Where the document has no such
// part, it is the nearest place around it that there is.
func (o origin) at(suffix string) origin {
	if o.node == nil {
		return origin{pointer: o.pointer + "/" + suffix}
	}
	n := o.node
	for part := range strings.SplitSeq(suffix, "/") {
		kid := n.kid(part)
		if kid == nil {
			break
		}
		n = kid
	}
	return origin{node: n}
}

// entryOrigin is the place of d.Syscalls[i].
func (d *Document) entryOrigin(i int) origin {
	if o := d.Syscalls[i].origin; o.node != nil {
		return o
	}
	return origin{pointer: "/syscalls/" + strconv.Itoa(i)}
}

// nameOrigin is the place of the name with index i in the entry at e.
func (e *Entry) nameOrigin(at origin, i int) origin {
	if at.node != nil && len(e.Names) == 1 && at.node.kid("names").kid("0") == nil {
		return at.at("name")
	}
	return at.at("names/" + strconv.Itoa(i))
}

// kid returns the member that a runtime reads for the key, or the element with
// the index in decimal, or nil. A nil node has none.
func (n *node) kid(part string) *node {
	if n == nil {
		return nil
	}
	switch n.kind {
	case kindArray:
		if i, err := strconv.Atoi(part); err == nil && i >= 0 && i < len(n.kids) {
			return &n.kids[i]
		}
	case kindObject:
		for i := len(n.kids) - 1; i >= 0; i-- {
			if strings.EqualFold(n.kids[i].key, part) {
				return &n.kids[i]
			}
		}
	}
	return nil
}

// longKey is the length from which on a key is left out of JSON pointers: no
// key that means anything is as long, and a hostile document must not make
// every finding as large as itself.
const longKey = 128

// pointer returns the JSON pointer (RFC 6901) of n.
func (n *node) pointer() string {
	var parts []string
	for ; n.parent != nil; n = n.parent {
		switch {
		case n.parent.kind == kindArray:
			parts = append(parts, strconv.Itoa(int(n.index)))
		case len(n.key) < longKey:
			parts = append(parts, escapePointer(n.key))
		default:
			parts = parts[:0]
		}
	}
	var b strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteByte('/')
		b.WriteString(parts[i])
	}
	return b.String()
}

func escapePointer(key string) string {
	if !strings.ContainsAny(key, "~/") {
		return key
	}
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}
