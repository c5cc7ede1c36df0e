// Package diagram holds canonical denotations of seccomp filters: what a filter
// decides, for every input, as data that can be compared.
//
// A [Denotation] gives each value of struct seccomp_data one 32-bit result. It is
// canonical: two denotations in one [Store] give every input the same result if
// and only if they are equal as data. So whether two filters, or a filter and a
// profile, decide alike is one comparison, and where they don't, one walk finds
// an input that shows it.
//
// # Model
//
// A denotation is a list of intervals of audit architectures, each with a list of
// intervals of call numbers, each with a [Ref]: a node of a reduced, ordered,
// hash-consed decision diagram with many terminals (MTBDD) over the bits of the
// six arguments and the instruction pointer, most significant bit first.
// Intervals suit numbers, of which a filter distinguishes few ranges. Bits suit
// arguments, which are also compared under masks: a comparison of a field with a
// constant is a chain of at most 64 nodes, and choosing between two diagrams by
// such a chain takes time linear in it.
//
// [Lift] makes the denotation of a program by symbolic execution. [Store.Choose]
// and the other operations make that of a profile.
//
// # Guarantees
//
// A denotation is exact for all inputs, or there is none: what has no exact model
// here is a [LiftError]. Memory and time are bounded whatever the input; beyond
// the bounds (bounds.go) the error is [ErrTooComplex]. A store isn't safe for concurrent use.
package diagram

import "slices"

// ErrTooComplex is returned where a denotation would need more nodes, or finding
// it more steps, than the bounds of a [Store].
var ErrTooComplex error = TooComplex{}

// TooComplex is the type of ErrTooComplex. Its values are equal, so that another
// package can have the error in a variable of its own without work before main.
type TooComplex struct{}

// Error says what happened.
func (TooComplex) Error() string { return "too complex to decide within bounds" }

// Ref is a node of a Store: a function of the argument bits.
type Ref int32

// Var is a bit of the instruction pointer or of an argument. Variables are
// tested in ascending order.
type Var uint16

// Fields of 64 bits, in the order of their variables.
const (
	FieldArg0 = 0 // and arguments 1 to 5 after it
	FieldIP   = 6
	Fields    = 7
	terminal  = Var(Fields * 64) // the variable of terminals, after all others
)

// Bit returns the variable of a bit (0 is the least significant) of a field.
func Bit(field, bit int) Var { return Var(field*64 + 63 - bit) }

// Field returns the field and the bit of a variable.
func (v Var) Field() (field, bit int) { return int(v) / 64, 63 - int(v)%64 }

// node tests a variable. A terminal's result is in zero.
type node struct {
	v         Var
	zero, one Ref
}

// Store holds the nodes of denotations that are compared with each other.
type Store struct {
	nodes []node
	// table is an open-addressing hash table of nodes, by contents; 0 is a free
	// place and i+1 is node i.
	table []Ref
	steps int
	full  bool
	cache opCache // of one operation
	seen  visited // by one walk
}

// NewStore returns an empty store.
func NewStore() *Store {
	return &Store{nodes: make([]node, 0, 1<<10), table: make([]Ref, 1<<11)}
}

// Err returns ErrTooComplex once the store has met its bounds. What it built after
// that is worthless.
func (s *Store) Err() error {
	if s.full {
		return ErrTooComplex
	}
	return nil
}

// step counts work against the bounds, and reports whether any is left.
func (s *Store) step() bool { return s.work(1) }

// work is step for n steps.
func (s *Store) work(n int) bool {
	s.steps += n
	if s.steps > maxSteps {
		s.full = true
	}
	return !s.full
}

// Result returns the diagram that gives every input this result.
func (s *Store) Result(ret uint32) Ref { return s.intern(node{v: terminal, zero: Ref(ret)}) }

// Terminal returns the result of r if it is the same for every input.
func (s *Store) Terminal(r Ref) (ret uint32, ok bool) {
	n := s.nodes[r]
	return uint32(n.zero), n.v == terminal
}

// Branch returns the variable that r tests first, and its two branches. It is
// not for terminals.
func (s *Store) Branch(r Ref) (v Var, zero, one Ref) {
	n := s.nodes[r]
	return n.v, n.zero, n.one
}

// Node returns the diagram that is zero where v is 0 and one where it is 1. Both
// must test later variables only.
func (s *Store) Node(v Var, zero, one Ref) Ref {
	if zero == one {
		return zero
	}
	return s.intern(node{v, zero, one})
}

func (s *Store) intern(n node) Ref {
	mask := uint32(len(s.table) - 1)
	i := n.hash() & mask
	for ; s.table[i] != 0; i = (i + 1) & mask {
		if r := s.table[i] - 1; s.nodes[r] == n {
			return r
		}
	}
	if len(s.nodes) >= maxNodes {
		s.full = true
		return 0
	}
	r := Ref(len(s.nodes))
	if len(s.nodes) == cap(s.nodes) {
		s.nodes = slices.Grow(s.nodes, len(s.nodes)) // append would do so in smaller steps
	}
	s.nodes = append(s.nodes, n)
	s.table[i] = r + 1
	if 2*len(s.nodes) > len(s.table) {
		s.grow()
	}
	return r
}

func (n node) hash() uint32 {
	h := uint64(n.v)<<48 ^ uint64(uint32(n.zero))<<24 ^ uint64(uint32(n.one))
	h *= 0x9e3779b97f4a7c15 // 2^64 over the golden ratio spreads the bits
	return uint32(h >> 32)
}

func (s *Store) grow() {
	s.table = make([]Ref, 2*len(s.table))
	mask := uint32(len(s.table) - 1)
	for r, n := range s.nodes {
		i := n.hash() & mask
		for s.table[i] != 0 {
			i = (i + 1) & mask
		}
		s.table[i] = Ref(r) + 1
	}
}

// cofactors returns r for v being 0 and 1. No variable of r comes before v.
func (s *Store) cofactors(r Ref, v Var) (zero, one Ref) {
	if n := s.nodes[r]; n.v == v {
		return n.zero, n.one
	}
	return r, r
}
