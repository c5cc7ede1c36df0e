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

// operand says where the operand comes from.
type operand uint8

const (
	constant operand = iota
	regA
	regX
	dataWord // the word of seccomp_data at offset K
	dataSize
	scratch
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

// op is one operation. Its text is the disassembly, in the notation of the
// kernel's bpf_asm, with at most one verb for K.
type op struct {
	text string
	verb verb
	from operand
	rule rule
	alu  func(a, b uint32) uint32
	test func(a, b uint32) bool
}

// ops is the one place that knows the operations. [Check], [Run] and [Format]
// read it. Codes that it lacks are no instructions of classic BPF
// (net/core/filter.c, chk_code_allowed).
var ops = [...]op{
	LdWAbs: {text: "ld [%d]", verb: setA, from: dataWord, rule: ruleOffset},
	LdImm:  {text: "ld #%#x", verb: setA},
	LdLen:  {text: "ld #len", verb: setA, from: dataSize},
	LdMem:  {text: "ld M[%d]", verb: setA, from: scratch, rule: ruleScratch},
	LdxImm: {text: "ldx #%#x", verb: setX},
	LdxLen: {text: "ldx #len", verb: setX, from: dataSize},
	LdxMem: {text: "ldx M[%d]", verb: setX, from: scratch, rule: ruleScratch},
	St:     {text: "st M[%d]", verb: storeA, rule: ruleScratch},
	Stx:    {text: "stx M[%d]", verb: storeX, rule: ruleScratch},
	Tax:    {text: "tax", verb: setX, from: regA},
	Txa:    {text: "txa", verb: setA, from: regX},

	AddK: {text: "add #%d", verb: compute, alu: add},
	AddX: {text: "add x", verb: compute, from: regX, alu: add},
	SubK: {text: "sub #%d", verb: compute, alu: sub},
	SubX: {text: "sub x", verb: compute, from: regX, alu: sub},
	MulK: {text: "mul #%d", verb: compute, alu: mul},
	MulX: {text: "mul x", verb: compute, from: regX, alu: mul},
	DivK: {text: "div #%d", verb: compute, rule: ruleNonzero, alu: div},
	DivX: {text: "div x", verb: compute, from: regX, alu: div},
	OrK:  {text: "or #%#x", verb: compute, alu: or},
	OrX:  {text: "or x", verb: compute, from: regX, alu: or},
	AndK: {text: "and #%#x", verb: compute, alu: and},
	AndX: {text: "and x", verb: compute, from: regX, alu: and},
	LshK: {text: "lsh #%d", verb: compute, rule: ruleShift, alu: lsh},
	LshX: {text: "lsh x", verb: compute, from: regX, alu: lsh},
	RshK: {text: "rsh #%d", verb: compute, rule: ruleShift, alu: rsh},
	RshX: {text: "rsh x", verb: compute, from: regX, alu: rsh},
	Neg:  {text: "neg", verb: compute, alu: neg},
	XorK: {text: "xor #%#x", verb: compute, alu: xor},
	XorX: {text: "xor x", verb: compute, from: regX, alu: xor},

	Ja:    {text: "ja", verb: jump, rule: ruleJump},
	JeqK:  {text: "jeq #%#x", verb: branch, rule: ruleBranch, test: eq},
	JeqX:  {text: "jeq x", verb: branch, from: regX, rule: ruleBranch, test: eq},
	JgtK:  {text: "jgt #%#x", verb: branch, rule: ruleBranch, test: gt},
	JgtX:  {text: "jgt x", verb: branch, from: regX, rule: ruleBranch, test: gt},
	JgeK:  {text: "jge #%#x", verb: branch, rule: ruleBranch, test: ge},
	JgeX:  {text: "jge x", verb: branch, from: regX, rule: ruleBranch, test: ge},
	JsetK: {text: "jset #%#x", verb: branch, rule: ruleBranch, test: set},
	JsetX: {text: "jset x", verb: branch, from: regX, rule: ruleBranch, test: set},

	RetK: {text: "ret #%#x", verb: ret},
	RetA: {text: "ret a", verb: ret, from: regA},

	ldHAbs: {text: "ldh [%d]", rule: ruleRefused},
	ldBAbs: {text: "ldb [%d]", rule: ruleRefused},
	ldWInd: {text: "ld [x+%d]", rule: ruleRefused},
	ldHInd: {text: "ldh [x+%d]", rule: ruleRefused},
	ldBInd: {text: "ldb [x+%d]", rule: ruleRefused},
	ldxMsh: {text: "ldxb 4*([%d]&0xf)", rule: ruleRefused},
	modK:   {text: "mod #%d", rule: ruleRefused},
	modX:   {text: "mod x", rule: ruleRefused},
}

// lookup returns the operation with this code. One without text is none.
func lookup(code uint16) *op {
	if int(code) >= len(ops) {
		return &none
	}
	return &ops[code]
}

var none op

func add(a, b uint32) uint32 { return a + b }
func sub(a, b uint32) uint32 { return a - b }
func mul(a, b uint32) uint32 { return a * b }
func or(a, b uint32) uint32  { return a | b }
func and(a, b uint32) uint32 { return a & b }
func xor(a, b uint32) uint32 { return a ^ b }
func neg(a, _ uint32) uint32 { return -a }

// div is never called with a zero b: K can't be 0, and for X the program ends.
func div(a, b uint32) uint32 { return a / b }

// The kernel masks the count of a 32-bit shift (kernel/bpf/core.c, SHT).
func lsh(a, b uint32) uint32 { return a << (b & 31) }
func rsh(a, b uint32) uint32 { return a >> (b & 31) }

func eq(a, b uint32) bool  { return a == b }
func gt(a, b uint32) bool  { return a > b }
func ge(a, b uint32) bool  { return a >= b }
func set(a, b uint32) bool { return a&b != 0 }
