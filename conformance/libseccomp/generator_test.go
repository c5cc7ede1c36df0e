package libseccomp

import (
	"math/rand/v2"
	"slices"

	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// generator makes random documents and calls.
type generator struct {
	rand   *rand.Rand
	values []uint64 // constants of the document's conditions
}

func newGenerator(seed1, seed2 uint64) *generator {
	return &generator{rand: rand.New(rand.NewPCG(seed1, seed2))}
}

func pick[T any](g *generator, from ...T) T { return from[g.rand.IntN(len(from))] }

// names returns calls that most ABIs have: ordinary ones, and ones that some ABIs
// multiplex through socketcall or ipc.
func names() []string {
	return []string{"read", "ioctl", "prctl", "personality", "openat", "close", "mmap",
		"socket", "bind", "accept4", "accept", "sendto", "semget", "shmat", "semctl", "socketcall", "ipc",
		"recvmmsg", "semtimedop", "clone", "keyctl"}
}

// style is what conditions the rules for one name have.
type style int

const (
	styleOne     style = iota // one rule, any conditions
	styleEqual                // equality, any number of conditions
	styleOrdered              // one condition each, one upper half
	styleLower                // one condition each, equality and lower bounds
	styleMixed                // equality with any number, bounds alone
)

// verdict is the action of an entry, with its error number.
type verdict struct {
	action oci.Action
	errno  oci.Errno
}

func (g *generator) verdict() verdict {
	k := pick(g, profile.KindAllow, profile.KindErrno, profile.KindErrno, profile.KindErrno,
		profile.KindKillThread, profile.KindTrap, profile.KindLog, profile.KindKillProcess)
	v := verdict{action: oci.Action{Kind: k, Set: true}}
	if k == profile.KindErrno && g.rand.IntN(3) > 0 {
		v.errno = oci.Errno{Errno: pick[errno.Errno](g, 1, 2, 38, 95, 0), Set: true}
	}
	return v
}

// document returns a document with several entries for each of a few names, in
// random order.
func (g *generator) document(styles ...style) *oci.Document {
	def := g.verdict()
	d := &oci.Document{Dialect: oci.DialectOCI, DefaultAction: def.action, DefaultErrno: def.errno}
	var verdicts []verdict
	for range 1 + g.rand.IntN(4) {
		verdicts = append(verdicts, g.verdict())
	}
	for range 1 + g.rand.IntN(4) {
		d.Syscalls = append(d.Syscalls, g.entries(pick(g, names()...), pick(g, styles...), verdicts)...)
	}
	g.rand.Shuffle(len(d.Syscalls), func(i, j int) { d.Syscalls[i], d.Syscalls[j] = d.Syscalls[j], d.Syscalls[i] })
	return d
}

// entries returns entries for one name; a few of them have a second one.
func (g *generator) entries(name string, st style, verdicts []verdict) (es []oci.Entry) {
	high := pick[uint64](g, 0, 0, 1, 0xffffffff, 7)
	n := 1 + g.rand.IntN(6)
	if st == styleOne {
		n = 1
	}
	spread := 1 + g.rand.IntN(6)
	for range n {
		v := pick(g, verdicts...)
		e := oci.Entry{Names: []string{name}, Action: v.action, Errno: v.errno, Args: g.args(st, high, spread)}
		if g.rand.IntN(10) == 0 {
			e.Names = append(e.Names, pick(g, names()...))
		}
		if g.rand.IntN(25) == 0 {
			e.Args = nil
		}
		es = append(es, e)
	}
	return es
}

// args returns the conditions of an entry. The upper half of their values is high
// where the style needs one for all rules.
func (g *generator) args(st style, high uint64, spread int) []oci.Arg {
	n, ops := g.operators(st)
	if st != styleOrdered && st != styleMixed {
		high = g.high()
	}
	var args []oci.Arg
	index := g.rand.Perm(min(6, max(n, spread)))
	for i := range n {
		args = append(args, g.arg(index[i], pick(g, ops...), high))
	}
	if g.rand.IntN(20) == 0 { // two conditions on one argument: either is enough
		args = append(args, args[0])
		args[0].Value++
	}
	return args
}

// operators returns how many conditions an entry of a style has, and from which
// operators they are chosen.
func (g *generator) operators(st style) (n int, ops []profile.Op) {
	ops = []profile.Op{profile.OpEqual, profile.OpMaskedEqual}
	upper := []profile.Op{profile.OpLess, profile.OpLessEqual}
	lower := []profile.Op{profile.OpGreater, profile.OpGreaterEqual}
	switch st {
	case styleEqual:
		return 1 + g.rand.IntN(3), ops
	case styleOrdered:
		return 1, slices.Concat(ops, upper, lower, []profile.Op{profile.OpNotEqual})
	case styleLower:
		return 1, slices.Concat(ops, lower)
	case styleMixed:
		if n = 1 + g.rand.IntN(3); n == 1 {
			ops = slices.Concat(ops, upper, lower)
		}
		return n, ops
	}
	return 1 + g.rand.IntN(3), slices.Concat(ops, upper, lower, []profile.Op{profile.OpNotEqual})
}

func (g *generator) arg(index int, op profile.Op, high uint64) oci.Arg {
	a := oci.Arg{Index: index, Op: op, Value: high<<32 | g.low()}
	if op == profile.OpMaskedEqual {
		a.ValueTwo = a.Value
		a.Value = pick[uint64](g, 1, 3, 15, 0xff00, 0xffffffff, 1<<32-2, 1<<32|1, 1<<63|4, ^uint64(0), 0xf<<30, 7<<32)
		if g.rand.IntN(40) == 0 {
			a.Value = 0
		}
	}
	g.values = append(g.values, a.Value, a.ValueTwo)
	return a
}

// high returns the upper half of a value.
func (g *generator) high() uint64 { return pick[uint64](g, 0, 0, 0, 1, 2, 0xffffffff) }

// low returns the lower half of a value.
func (g *generator) low() uint64 {
	return pick[uint64](g, 0, 1, 2, 3, 4, 5, 8, 16, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, uint64(g.rand.IntN(12)))
}

// value returns an argument, usually a constant of the document or close to one.
func (g *generator) value() uint64 {
	v := g.low()
	if len(g.values) > 0 && g.rand.IntN(5) > 0 {
		v = pick(g, g.values...)
	}
	switch g.rand.IntN(10) {
	case 0:
		v++
	case 1:
		v--
	case 2:
		v ^= 1 << 32
	case 3:
		v &= 0xffffffff
	case 4:
		v |= g.high() << 32
	case 5:
		v ^= 1 << g.rand.IntN(64)
	}
	return v
}
