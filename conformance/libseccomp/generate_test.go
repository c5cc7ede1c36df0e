package libseccomp

import (
	"math/rand/v2"

	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// generator makes random documents.
type generator struct {
	*rand.Rand
	values []uint64 // that the document's conditions contain
}

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

// names are calls of many ABIs: plain ones, and ones that some ABIs multiplex.
func names() []string {
	return []string{"read", "ioctl", "prctl", "personality", "openat", "close", "mmap",
		"socket", "bind", "accept4", "accept", "sendto", "semget", "shmat", "semctl", "socketcall", "ipc",
		"recvmmsg", "semtimedop", "clone", "keyctl"}
}

// style is which conditions the rules for one name have.
type style int

const (
	styleOne     style = iota // one rule, any conditions
	styleEqual                // equality, any number of conditions
	styleOrdered              // one condition each, one upper half
	styleLower                // one condition each, equality and lower bounds
	styleMixed                // equality with any number, bounds alone
	styleAny
)

func (g *generator) action() (oci.Action, oci.Errno) {
	k := pick(g, profile.KindAllow, profile.KindErrno, profile.KindErrno, profile.KindErrno,
		profile.KindKillThread, profile.KindTrap, profile.KindLog, profile.KindKillProcess)
	a := oci.Action{Kind: k, Set: true}
	if k == profile.KindErrno && g.IntN(3) > 0 {
		return a, oci.Errno{Errno: pick[errno.Errno](g, 1, 2, 38, 95, 0), Set: true}
	}
	return a, oci.Errno{}
}

// document returns a document with a few entries for each of a few names.
func (g *generator) document(styles ...style) *oci.Document {
	d := &oci.Document{Dialect: oci.DialectOCI}
	d.DefaultAction, d.DefaultErrno = g.action()
	all := names()
	actions := 1 + g.IntN(4)
	type act struct {
		a oci.Action
		e oci.Errno
	}
	var acts []act
	for range actions {
		a, e := g.action()
		acts = append(acts, act{a, e})
	}
	for range 1 + g.IntN(4) {
		name := pick(g, all...)
		st := pick(g, styles...)
		high := pick[uint64](g, 0, 0, 1, 0xffffffff, 7)
		n := 1 + g.IntN(6)
		if st == styleOne {
			n = 1
		}
		spread := 1 + g.IntN(6)
		for range n {
			a := pick(g, acts...)
			e := oci.Entry{Names: []string{name}, Action: a.a, Errno: a.e, Args: g.args(st, high, spread)}
			if g.IntN(10) == 0 {
				e.Names = append(e.Names, pick(g, all...))
			}
			if g.IntN(25) == 0 {
				e.Args = nil
			}
			d.Syscalls = append(d.Syscalls, e)
		}
	}
	g.Shuffle(len(d.Syscalls), func(i, j int) { d.Syscalls[i], d.Syscalls[j] = d.Syscalls[j], d.Syscalls[i] })
	return d
}

func (g *generator) args(st style, high uint64, spread int) []oci.Arg {
	n := 1
	ops := []profile.Op{profile.OpEqual, profile.OpMaskedEqual}
	bounds := []profile.Op{profile.OpLess, profile.OpLessEqual, profile.OpGreater, profile.OpGreaterEqual}
	switch st {
	case styleOne:
		ops = append(append(ops, bounds...), profile.OpNotEqual)
		n = 1 + g.IntN(3)
		high = g.high()
	case styleEqual:
		n = 1 + g.IntN(3)
		high = g.high()
	case styleOrdered:
		ops = append(append(ops, bounds...), profile.OpNotEqual)
	case styleLower:
		ops = append(ops, bounds[2:]...)
		high = g.high()
	case styleMixed:
		if n = 1 + g.IntN(3); n == 1 {
			ops = append(ops, bounds...)
		}
	case styleAny:
		ops = append(append(ops, bounds...), profile.OpNotEqual)
		n = 1 + g.IntN(3)
		high = g.high()
	}
	var args []oci.Arg
	index := g.Perm(min(6, max(n, spread)))
	for i := range n {
		a := oci.Arg{Index: index[i], Op: pick(g, ops...), Value: high<<32 | g.low()}
		if a.Op == profile.OpMaskedEqual {
			a.ValueTwo = a.Value
			a.Value = pick[uint64](g, 1, 3, 15, 0xff00, 0xffffffff, 1<<32-2, 1<<32|1, 1<<63|4, ^uint64(0), 0xf<<30, 7<<32)
			if g.IntN(40) == 0 {
				a.Value = 0
			}
		}
		g.values = append(g.values, a.Value, a.ValueTwo)
		args = append(args, a)
	}
	if g.IntN(20) == 0 { // any of the conditions
		args = append(args, args[0])
		args[0].Value++
	}
	return args
}

func (g *generator) high() uint64 { return pick[uint64](g, 0, 0, 0, 1, 2, 0xffffffff) }

func (g *generator) low() uint64 {
	return pick[uint64](g, 0, 1, 2, 3, 4, 5, 8, 16, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, uint64(g.IntN(12)))
}

// value returns a value of an argument that is near one of the conditions'.
func (g *generator) value() uint64 {
	v := g.low()
	if len(g.values) > 0 && g.IntN(5) > 0 {
		v = pick(g, g.values...)
	}
	switch g.IntN(10) {
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
		v ^= 1 << g.IntN(64)
	}
	return v
}
