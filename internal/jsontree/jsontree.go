// Package jsontree reads JSON into a tree in which every value knows its line,
// its column and its JSON pointer.
//
// Package encoding/json gives values no positions, and it stops at the first
// mistake. This reader reports a mistake and reads on wherever it is clear what
// was meant: behind a comment or a stray comma, at a key without quotes, after a
// number that is none. The author of a document sees all mistakes at once.
//
// Whatever has no errors is JSON by RFC 8259, and means what encoding/json makes
// of it. Duplicate keys stay in the tree, in the order of the text; what a second
// one does to the first is the caller's decision.
//
// The work is bounded, whoever wrote the text: nesting by [MaxDepth], values by
// [MaxNodes], and reported mistakes by the caller. Reading takes time linear in
// the length of the text.
//
// Lines and columns are counted where the text is read, in read.go.
package jsontree

import (
	"strconv"
	"strings"
)

// Bounds of a text.
const (
	MaxDepth = 32      // of objects and arrays in each other
	MaxNodes = 1 << 17 // values
)

// MaxKey is the length in bytes from which on a key is left out of JSON pointers:
// a hostile document must not make every message as large as itself.
const MaxKey = 128

// Node is a value. The zero value is a null without a position.
type Node struct {
	Kind    Kind
	Partial bool   // an object or array in which reading had to stop
	Key     string // of a member of an object
	Index   int32  // of an element of an array, or a member in the order of the text
	Text    string // of a string, decoded; of a number, as written
	Kids    []Node // members in the order of the text, or elements
	Parent  *Node  // nil at the root

	// Line and Column, in bytes, are where the value begins, counted from 1, and
	// KeyLine and KeyColumn where its key does.
	Line, Column       int32
	KeyLine, KeyColumn int32
}

// Kind is the type of a value.
type Kind uint8

// The kinds of values. Bad is what is no JSON and was reported as such.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
	Bad
)

// String returns the kind with its article, such as "an array", for messages.
func (k Kind) String() string {
	names := [...]string{"null", "a boolean", "a number", "a string", "an array", "an object", "no JSON"}
	if int(k) >= len(names) {
		k = Bad
	}
	return names[k]
}

// Child returns the member with this key, or the element with this index in
// decimal, or nil. It finds what Go's decoder would read: case doesn't matter, and
// of several members the last one counts. A nil node has no children.
func (n *Node) Child(part string) *Node {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case Array:
		if i, err := strconv.Atoi(part); err == nil && i >= 0 && i < len(n.Kids) {
			return &n.Kids[i]
		}
	case Object:
		for i := len(n.Kids) - 1; i >= 0; i-- {
			if strings.EqualFold(n.Kids[i].Key, part) {
				return &n.Kids[i]
			}
		}
	}
	return nil
}

// Pointer returns the JSON pointer (RFC 6901) of n. A key of [MaxKey] bytes or
// more ends it: the pointer is then that of the object.
func (n *Node) Pointer() string {
	if n == nil {
		return ""
	}
	var parts []string
	for ; n.Parent != nil; n = n.Parent {
		switch {
		case n.Parent.Kind == Array:
			parts = append(parts, strconv.Itoa(int(n.Index)))
		case len(n.Key) < MaxKey:
			parts = append(parts, escape(n.Key))
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

// escape writes a key as part of a JSON pointer.
func escape(key string) string {
	if !strings.ContainsAny(key, "~/") {
		return key
	}
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

// link sets the parents of all nodes below n. It comes last because nodes move
// while their list grows.
func (n *Node) link() {
	for i := range n.Kids {
		n.Kids[i].Parent, n.Kids[i].Index = n, int32(i)
		n.Kids[i].link()
	}
}
