// Package decision represents filters as decision DAGs over the 32-bit words of
// seccomp_data.
//
// A [Graph] is a set of decisions. Each tests one word against a constant and has two
// branches; leaves hold return values. Decisions are hash-consed: equal parts of a
// filter exist once, whatever system calls they belong to.
//
// The compiler builds a graph from the rules as they are written. A [Rewriter] then
// rebuilds argument decisions so that no path tests a word twice. Package search turns
// the values of a word into a decision tree, and package layout a DAG into
// instructions.
//
// Guaranteed: a decision is higher than its branches, and these differ; equal input
// gives equal graphs; memory and time are bounded. Not guaranteed: that every test in a
// graph can go both ways, as decisions are no canonical form. The proof has one of its
// own, in package diagram.
//
// Nothing here knows profiles, ABIs or names.
package decision

import "github.com/portcullis-go/portcullis/internal/cbpf"

// The words of seccomp_data, by index (include/uapi/linux/seccomp.h). The
// instruction pointer and each argument take two; the byte order of the target
// decides which of them is the high one.
const (
	WordNr   = cbpf.OffNr / 4
	WordArch = cbpf.OffArch / 4
	WordIP   = cbpf.OffIP / 4
	WordArgs = cbpf.OffArgs / 4
)

// AllBits is the mask of a test that looks at a whole word.
const AllBits = ^uint32(0)

// Op is how a test compares a word, after its mask, with its constant.
type Op uint8

// The operations, all of them unsigned.
const (
	Return       Op = iota // no test: a leaf that returns the constant
	Equal                  // word & mask == k
	GreaterEqual           // word & mask >= k
	AnyBit                 // word & k != 0; the mask is AllBits
)

// Test is one comparison of a word with a constant.
type Test struct {
	Word uint8 // index in seccomp_data
	Op   Op
	Mask uint32 // applied to the word first
	K    uint32
}

// holds evaluates Equal and GreaterEqual on a word to which the mask was applied.
func (t Test) holds(v uint32) bool {
	if t.Op == Equal {
		return v == t.K
	}
	return v >= t.K
}

// Holds evaluates the test on a word.
func (t Test) Holds(v uint32) bool {
	if t.Op == AnyBit {
		return v&t.K != 0
	}
	return t.holds(v & t.Mask)
}

// Node is a decision of a Graph. Nodes ascend from the leaves up: the branches of a
// decision are lower than the decision itself.
type Node int32

// Decision is a test and its branches. If the operation is Return it is a leaf, which
// has none.
type Decision struct {
	Test    Test
	Yes, No Node
}

// IsLeaf reports whether the decision returns a value.
func (d *Decision) IsLeaf() bool { return d.Test.Op == Return }
