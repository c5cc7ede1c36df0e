package cbpf

// Operation codes that seccomp takes (include/uapi/linux/bpf_common.h): class,
// then size, mode, operation and source, added up. K is the instruction's
// constant.
const (
	LdWAbs uint16 = 0x20 // A = word of seccomp_data at byte offset K
	LdImm  uint16 = 0x00 // A = K
	LdLen  uint16 = 0x80 // A = 64, the size of seccomp_data
	LdMem  uint16 = 0x60 // A = M[K]
	LdxImm uint16 = 0x01 // X = K
	LdxLen uint16 = 0x81 // X = 64
	LdxMem uint16 = 0x61 // X = M[K]
	St     uint16 = 0x02 // M[K] = A
	Stx    uint16 = 0x03 // M[K] = X

	AddK uint16 = 0x04 // A += K
	AddX uint16 = 0x0c // A += X
	SubK uint16 = 0x14 // A -= K
	SubX uint16 = 0x1c // A -= X
	MulK uint16 = 0x24 // A *= K
	MulX uint16 = 0x2c // A *= X
	DivK uint16 = 0x34 // A /= K, unsigned
	DivX uint16 = 0x3c // A /= X; the program returns 0 where X is 0
	OrK  uint16 = 0x44 // A |= K
	OrX  uint16 = 0x4c // A |= X
	AndK uint16 = 0x54 // A &= K
	AndX uint16 = 0x5c // A &= X
	LshK uint16 = 0x64 // A <<= K
	LshX uint16 = 0x6c // A <<= X % 32
	RshK uint16 = 0x74 // A >>= K, unsigned
	RshX uint16 = 0x7c // A >>= X % 32
	Neg  uint16 = 0x84 // A = -A
	XorK uint16 = 0xa4 // A ^= K
	XorX uint16 = 0xac // A ^= X

	Ja    uint16 = 0x05 // skip K
	JeqK  uint16 = 0x15 // A == K
	JeqX  uint16 = 0x1d // A == X
	JgtK  uint16 = 0x25 // A > K, unsigned
	JgtX  uint16 = 0x2d // A > X
	JgeK  uint16 = 0x35 // A >= K, unsigned
	JgeX  uint16 = 0x3d // A >= X
	JsetK uint16 = 0x45 // A & K != 0
	JsetX uint16 = 0x4d // A & X != 0

	RetK uint16 = 0x06 // return K
	RetA uint16 = 0x16 // return A
	Tax  uint16 = 0x07 // X = A
	Txa  uint16 = 0x87 // A = X
)

// Operation codes of classic BPF that seccomp refuses. They are in the table so
// that they can be named.
const (
	ldHAbs uint16 = 0x28
	ldBAbs uint16 = 0x30
	ldWInd uint16 = 0x40
	ldHInd uint16 = 0x48
	ldBInd uint16 = 0x50
	ldxMsh uint16 = 0xb1
	modK   uint16 = 0x94
	modX   uint16 = 0x9c
)

// verb says what an operation does with its operand.
type verb uint8

const (
	unknown verb = iota // no instruction: the zero value
	setA                // A = operand
	setX                // X = operand
	storeA              // M[K] = A
	storeX              // M[K] = X
	compute             // A = alu(A, operand)
	jump                // skip K
	branch              // skip Jt where test(A, operand), else Jf
	ret                 // return the operand
)

// operand says where the operand comes from, and with it how it is written.
type operand uint8

const (
	nothing  operand = iota
	constant         // K, in hexadecimal
	count            // K, in decimal
	cell             // K, which names a scratch word
	regA
	regX
	dataWord // the word of seccomp_data at offset K
	dataSize
	scratch // the scratch word that K names

	// Those of refused operations.
	dataIndirect
	dataHeader
)

// rule is what the kernel asks of an instruction beyond its code.
type rule uint8

const (
	ruleNone    rule = iota
	ruleRefused      // classic BPF, but not for seccomp (seccomp_check_filter)
	ruleOffset       // K is a multiple of 4 below 64 (seccomp_check_filter)
	ruleScratch      // K is below 16 (bpf_check_classic)
	ruleNonzero      // K is not 0
	ruleShift        // K is below 32
	ruleJump         // K skips to an instruction of the program
	ruleBranch       // and so do Jt and Jf
)

// name is what an operation does, apart from where its operand comes from. It is
// a number, and not a text and a func, so that the table has no pointers and an
// entry has 4 bytes: a program that only installs a filter has the table too.
type name uint8

const (
	none name = iota
	ld
	ldx
	st
	stx
	tax
	txa
	add
	sub
	mul
	div
	or
	and
	lsh
	rsh
	neg
	xor
	ja
	jeq
	jgt
	jge
	jset
	exit
	ldh
	ldb
	ldxb
	mod
)

// names are the names in the notation of the kernel's bpf_asm.
var names = [...]string{
	ld: "ld", ldx: "ldx", st: "st", stx: "stx", tax: "tax", txa: "txa",
	add: "add", sub: "sub", mul: "mul", div: "div", or: "or", and: "and", lsh: "lsh", rsh: "rsh", neg: "neg", xor: "xor",
	ja: "ja", jeq: "jeq", jgt: "jgt", jge: "jge", jset: "jset", exit: "ret",
	ldh: "ldh", ldb: "ldb", ldxb: "ldxb", mod: "mod",
}

// op is one operation.
type op struct {
	name name
	verb verb
	from operand
	rule rule
}

// ops is the one place that knows the operations. Codes that it lacks are no instructions of classic BPF
// (net/core/filter.c, chk_code_allowed).
var ops = [...]op{
	LdWAbs: {name: ld, verb: setA, from: dataWord, rule: ruleOffset},
	LdImm:  {name: ld, verb: setA, from: constant},
	LdLen:  {name: ld, verb: setA, from: dataSize},
	LdMem:  {name: ld, verb: setA, from: scratch, rule: ruleScratch},
	LdxImm: {name: ldx, verb: setX, from: constant},
	LdxLen: {name: ldx, verb: setX, from: dataSize},
	LdxMem: {name: ldx, verb: setX, from: scratch, rule: ruleScratch},
	St:     {name: st, verb: storeA, from: cell, rule: ruleScratch},
	Stx:    {name: stx, verb: storeX, from: cell, rule: ruleScratch},
	Tax:    {name: tax, verb: setX, from: regA},
	Txa:    {name: txa, verb: setA, from: regX},

	AddK: {name: add, verb: compute, from: count},
	AddX: {name: add, verb: compute, from: regX},
	SubK: {name: sub, verb: compute, from: count},
	SubX: {name: sub, verb: compute, from: regX},
	MulK: {name: mul, verb: compute, from: count},
	MulX: {name: mul, verb: compute, from: regX},
	DivK: {name: div, verb: compute, from: count, rule: ruleNonzero},
	DivX: {name: div, verb: compute, from: regX},
	OrK:  {name: or, verb: compute, from: constant},
	OrX:  {name: or, verb: compute, from: regX},
	AndK: {name: and, verb: compute, from: constant},
	AndX: {name: and, verb: compute, from: regX},
	LshK: {name: lsh, verb: compute, from: count, rule: ruleShift},
	LshX: {name: lsh, verb: compute, from: regX},
	RshK: {name: rsh, verb: compute, from: count, rule: ruleShift},
	RshX: {name: rsh, verb: compute, from: regX},
	Neg:  {name: neg, verb: compute},
	XorK: {name: xor, verb: compute, from: constant},
	XorX: {name: xor, verb: compute, from: regX},

	Ja:    {name: ja, verb: jump, rule: ruleJump},
	JeqK:  {name: jeq, verb: branch, from: constant, rule: ruleBranch},
	JeqX:  {name: jeq, verb: branch, from: regX, rule: ruleBranch},
	JgtK:  {name: jgt, verb: branch, from: constant, rule: ruleBranch},
	JgtX:  {name: jgt, verb: branch, from: regX, rule: ruleBranch},
	JgeK:  {name: jge, verb: branch, from: constant, rule: ruleBranch},
	JgeX:  {name: jge, verb: branch, from: regX, rule: ruleBranch},
	JsetK: {name: jset, verb: branch, from: constant, rule: ruleBranch},
	JsetX: {name: jset, verb: branch, from: regX, rule: ruleBranch},

	RetK: {name: exit, verb: ret, from: constant},
	RetA: {name: exit, verb: ret, from: regA},

	ldHAbs: {name: ldh, from: dataWord, rule: ruleRefused},
	ldBAbs: {name: ldb, from: dataWord, rule: ruleRefused},
	ldWInd: {name: ld, from: dataIndirect, rule: ruleRefused},
	ldHInd: {name: ldh, from: dataIndirect, rule: ruleRefused},
	ldBInd: {name: ldb, from: dataIndirect, rule: ruleRefused},
	ldxMsh: {name: ldxb, from: dataHeader, rule: ruleRefused},
	modK:   {name: mod, from: count, rule: ruleRefused},
	modX:   {name: mod, from: regX, rule: ruleRefused},
}

// lookup returns the operation with this code. One without name is none.
func lookup(code uint16) op {
	if int(code) >= len(ops) {
		return op{}
	}
	return ops[code]
}

// compute returns what an operation of verb compute makes of A and its operand.
func (n name) compute(a, b uint32) uint32 {
	switch n {
	case add:
		return a + b
	case sub:
		return a - b
	case mul:
		return a * b
	case div:
		return a / b // b is never 0: K can't be, and for X the program ends
	case or:
		return a | b
	case and:
		return a & b
	case lsh:
		return a << (b & 31) // the kernel masks the count (kernel/bpf/core.c, SHT)
	case rsh:
		return a >> (b & 31)
	case neg:
		return -a
	}
	return a ^ b
}

// holds reports whether the test of an operation of verb branch holds.
func (n name) holds(a, b uint32) bool {
	switch n {
	case jeq:
		return a == b
	case jgt:
		return a > b
	case jge:
		return a >= b
	}
	return a&b != 0
}
