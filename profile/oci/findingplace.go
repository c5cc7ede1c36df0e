package oci

import (
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/internal/jsontree"
)

// position is the value that a finding is about. It leads to the whole tree of
// the document, so that a finding about a part, made long after reading, still
// has the part's own line and column. The zero value is the root of a document
// that was not read from text.
type position struct {
	node    *jsontree.Node
	pointer string // where node is nil
	key     bool   // it is about the key of the value
}

// finding returns a finding with the position alone.
func (p position) finding() Finding {
	if p.node == nil {
		return Finding{Pointer: p.pointer}
	}
	line, column := p.node.Line, p.node.Column
	if p.key {
		line, column = p.node.KeyLine, p.node.KeyColumn
	}
	return Finding{Line: int(line), Column: int(column), Pointer: p.node.Pointer()}
}

// String names the position in a text.
func (p position) String() string {
	f := p.finding()
	if f.Line == 0 {
		return f.Pointer
	}
	return "line " + strconv.Itoa(f.Line) + " (" + f.Pointer + ")"
}

// at returns the position of a part, such as "names/3" or "includes/caps/0".
// Where the document has no such part, it is the nearest one around it that there
// is.
func (p position) at(path string) position {
	if p.node == nil {
		return position{pointer: p.pointer + "/" + path}
	}
	n := p.node
	for part := range strings.SplitSeq(path, "/") {
		kid := n.Child(part)
		if kid == nil {
			break
		}
		n = kid
	}
	return position{node: n}
}

// entryPosition is the position of d.Syscalls[i].
func (d *Document) entryPosition(i int) position {
	if p := d.Syscalls[i].position; p.node != nil {
		return p
	}
	return position{pointer: "/syscalls/" + strconv.Itoa(i)}
}

// namePosition is the position of the name with index i in the entry at p.
func (e *Entry) namePosition(p position, i int) position {
	if p.node != nil && len(e.Names) == 1 && p.node.Child("names").Child("0") == nil {
		return p.at("name")
	}
	return p.at("names/" + strconv.Itoa(i))
}
