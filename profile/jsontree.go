package profile

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
	partial         bool // an object or array that the document ends in
}

type nodeKind uint8

const (
	kindNull nodeKind = iota
	kindBool
	kindNumber
	kindString
	kindArray
	kindObject
)
