package profile

import (
	"fmt"
)

// Cond is a condition on a call: a [Test], or several joined by [And], [Or] and
// [Not]. No other types implement it.
type Cond interface {
	fmt.Stringer
	cond()
}

type (
	// And holds where all of its parts do. Without parts it always holds.
	And []Cond
	// Or holds where any of its parts does. Without parts it never holds.
	Or []Cond
	// Not holds where its part does not.
	Not struct{ Cond Cond }
)

// Test compares a part of the call with a constant. All comparisons are of
// unsigned numbers. The zero Test holds where argument 0 is 0.
type Test struct {
	Field Field // what is compared
	Width Width // how much of it
	Op    Op    // how
	// Value is the constant; Mask is used by MaskedEqual alone, which holds
	// where field&Mask == Value&Mask.
	Value, Mask uint64
}

func (And) cond()  {}
func (Or) cond()   {}
func (Not) cond()  {}
func (Test) cond() {}

// Field is what a test looks at: an argument by its index 0 to 5, or the
// instruction pointer.
type Field uint8

// IP is the address of the instruction after the call (seccomp_data.instruction_pointer).
const IP Field = 6

// Width is how many low bits of its field a test looks at.
type Width uint8

const (
	// WidthKernel is as many bits as the kernel reads, by its own definition of
	// the parameter (syscalls.Args); all bits where that isn't known.
	WidthKernel Width = iota
	// WidthRegister is all bits of the register.
	WidthRegister
	// WidthLow32 is the low 32 bits. Constants and masks lose their upper bits.
	WidthLow32
	// WidthLong is the ABI's long: 64 bits, or 32 on a 32-bit ABI, where
	// constants and masks lose their upper bits. It is what container runtimes
	// compare.
	WidthLong
	widthCount
)

// Op is a comparison.
type Op uint8

// The comparisons of a test.
const (
	OpEqual Op = iota
	OpNotEqual
	OpLess
	OpLessEqual
	OpGreater
	OpGreaterEqual
	OpMaskedEqual
	opCount
)

var opNames = [opCount]string{
	OpEqual:        "==",
	OpNotEqual:     "!=",
	OpLess:         "<",
	OpLessEqual:    "<=",
	OpGreater:      ">",
	OpGreaterEqual: ">=",
	OpMaskedEqual:  "&",
}

// String returns the operator of Go that means the comparison; "&" is
// OpMaskedEqual.
func (o Op) String() string {
	if o >= opCount {
		return "Op(" + decimal(uint32(o)) + ")"
	}
	return opNames[o]
}

// Operand is what a condition is about. Its methods make conditions:
//
//	profile.Arg(1).In(unix.TCGETS, unix.TIOCGWINSZ)
type Operand struct {
	field Field
	width Width
}

// Arg is argument i of the call, from 0 to 5. Any other index is reported by
// [Profile.Validate].
func Arg(i int) Operand {
	if i < 0 || i > 5 {
		return Operand{field: badField}
	}
	return Operand{field: Field(i)}
}

const badField Field = 0xff

// InstructionPointer is the address from which the call was made. It depends on
// where the program is loaded.
func InstructionPointer() Operand { return Operand{field: IP, width: WidthRegister} }

// Signed returns the constant for a negative value of a signed parameter, such
// as AT_FDCWD: Arg(0).Equal(Signed(unix.AT_FDCWD)).
func Signed(v int64) uint64 { return uint64(v) }

// Register makes comparisons look at all bits of the register.
func (o Operand) Register() Operand { o.width = WidthRegister; return o }

// Low32 makes comparisons look at the low 32 bits.
func (o Operand) Low32() Operand { o.width = WidthLow32; return o }

// Equal holds where the operand is v.
func (o Operand) Equal(v uint64) Cond { return o.test(OpEqual, v, 0) }

// NotEqual holds where the operand isn't v.
func (o Operand) NotEqual(v uint64) Cond { return o.test(OpNotEqual, v, 0) }

// Less holds where the operand is below v.
func (o Operand) Less(v uint64) Cond { return o.test(OpLess, v, 0) }

// LessEqual holds where the operand is v or below.
func (o Operand) LessEqual(v uint64) Cond { return o.test(OpLessEqual, v, 0) }

// Greater holds where the operand is above v.
func (o Operand) Greater(v uint64) Cond { return o.test(OpGreater, v, 0) }

// GreaterEqual holds where the operand is v or above.
func (o Operand) GreaterEqual(v uint64) Cond { return o.test(OpGreaterEqual, v, 0) }

// MaskedEqual holds where operand&mask == v&mask.
func (o Operand) MaskedEqual(mask, v uint64) Cond { return o.test(OpMaskedEqual, v, mask) }

// AnyBits holds where the operand has any of the bits of mask.
func (o Operand) AnyBits(mask uint64) Cond { return Not{o.MaskedEqual(mask, 0)} }

// NoBits holds where the operand has none of the bits of mask.
func (o Operand) NoBits(mask uint64) Cond { return o.MaskedEqual(mask, 0) }

// AllBits holds where the operand has all of the bits of mask.
func (o Operand) AllBits(mask uint64) Cond { return o.MaskedEqual(mask, mask) }

// Between holds where the operand is lo to hi, both included.
func (o Operand) Between(lo, hi uint64) Cond { return And{o.GreaterEqual(lo), o.LessEqual(hi)} }

// In holds where the operand is one of vs, and never for an empty list.
func (o Operand) In(vs ...uint64) Cond {
	c := make(Or, len(vs))
	for i, v := range vs {
		c[i] = o.Equal(v)
	}
	return c
}

// NotIn holds where the operand is none of vs.
func (o Operand) NotIn(vs ...uint64) Cond { return Not{o.In(vs...)} }

func (o Operand) test(op Op, v, mask uint64) Cond {
	return Test{Field: o.field, Width: o.width, Op: op, Value: v, Mask: mask}
}
