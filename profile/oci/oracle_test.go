package oci_test

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// oracle answers what a document means by the definition of [oci.Document.Resolve],
// slowly and without making rules of it: it keeps the document's rules for each
// number and decides every call anew. It knows documents without archMap,
// includes and excludes.
type oracle struct {
	arches   []arch.Arch
	def      uint32
	stub     bool
	highest  map[arch.Arch]uint32
	states   map[arch.Arch]map[string]*oracleState // by number, or name where there is none
	conflict bool
}

type oracleState struct {
	uncond *uint32
	level  oracleLevel
}

func newOracle(d *oci.Document, arches []arch.Arch, runtime oci.Runtime) *oracle {
	o := &oracle{arches: arches, highest: make(map[arch.Arch]uint32), states: make(map[arch.Arch]map[string]*oracleState)}
	o.def = oracleWord(d.DefaultAction.Kind, d.DefaultErrno, arches[0])
	switch d.DefaultAction.Kind {
	case profile.KindAllow, profile.KindLog, profile.KindTrace:
	default:
		o.stub = runtime == oci.Runc
	}
	for _, a := range arches {
		o.states[a] = make(map[string]*oracleState)
		for _, e := range d.Syscalls {
			o.addEntry(a, e)
		}
	}
	return o
}

func (o *oracle) addEntry(a arch.Arch, e oci.Entry) {
	w := oracleWord(e.Action.Kind, e.Errno, o.arches[0])
	for _, name := range e.Names {
		nr, ok := syscalls.Lookup(a, name)
		_, _, muxed := syscalls.Multiplexed(a, name)
		if ok && !muxed && nr < 1<<31 {
			o.highest[a] = max(o.highest[a], nr)
		}
		if w != o.def {
			o.addName(a, name, w, e.Args)
		}
	}
}

func oracleWord(k profile.Kind, e oci.Errno, native arch.Arch) uint32 {
	n := uint16(1)
	if e.Set {
		n, _ = e.Errno.Number(native)
	}
	switch k {
	case profile.KindKillProcess:
		return 0x80000000
	case profile.KindKillThread:
		return 0
	case profile.KindTrap:
		return 0x30000
	case profile.KindErrno:
		return 0x50000 + uint32(n)
	case profile.KindNotify:
		return 0x7fc00000
	case profile.KindTrace:
		return 0x7ff00000 + uint32(n)
	case profile.KindLog:
		return 0x7ffc0000
	case profile.KindAllow:
		return 0x7fff0000
	}
	panic(fmt.Sprint("kind ", k))
}

// addName adds an entry's rules for a name: one, or one for each condition.
func (o *oracle) addName(a arch.Arch, name string, w uint32, args []oci.Arg) {
	if !syscalls.Known(name) {
		return
	}
	count := make(map[int]int)
	for _, x := range args {
		count[x.Index]++
		if count[x.Index] > 1 {
			for _, y := range args {
				o.addRule(a, name, w, []oci.Arg{y})
			}
			return
		}
	}
	o.addRule(a, name, w, args)
}

func (o *oracle) addRule(a arch.Arch, name string, w uint32, args []oci.Arg) {
	nr, direct := syscalls.Lookup(a, name)
	if via, call, ok := syscalls.Multiplexed(a, name); ok {
		viaNr, _ := syscalls.Lookup(a, via)
		with := []oci.Arg{{Index: 0, Op: profile.OpEqual, Value: uint64(call)}}
		for _, x := range args {
			if x.Index != 0 {
				with = append(with, x)
			}
		}
		o.addTo(a, fmt.Sprint(viaNr), w, with)
	} else if _, _, mux := syscalls.Multiplexed(a, "socket"); mux && !direct {
		return
	}
	if direct {
		name = fmt.Sprint(nr)
	}
	o.addTo(a, name, w, args)
}

func (o *oracle) addTo(a arch.Arch, key string, w uint32, args []oci.Arg) {
	st := o.states[a][key]
	if st == nil {
		st = &oracleState{}
		o.states[a][key] = st
	}
	if st.uncond != nil {
		return
	}
	var conds []oci.Arg
	for _, x := range args {
		zero := x.Value == 0 || a.Bits() == 32 && uint32(x.Value) == 0
		if x.Op != profile.OpMaskedEqual || !zero {
			conds = append(conds, x)
		}
	}
	if len(conds) == 0 {
		st.uncond = &w
		return
	}
	slices.SortFunc(conds, func(x, y oci.Arg) int { return x.Index - y.Index })
	chain := oracleChain(a.Bits(), conds, w)
	o.merge(&st.level, chain.next.nodes[0])
}

// verdict is the meaning of the document for one call.
func (o *oracle) verdict(audit, nr uint32, args [6]uint64) uint32 {
	if o.hidden(audit, nr) {
		n, _ := errno.ENOSYS.Number(o.arches[0])
		return 0x50000 + uint32(n)
	}
	a, known := o.owner(audit, nr)
	if !known {
		return 0
	}
	st := o.states[a][fmt.Sprint(nr)]
	if st == nil {
		return o.def
	}
	if st.uncond != nil {
		return *st.uncond
	}
	if w := st.level.eval(args); w != nil {
		return *w
	}
	return o.def
}

// owner is the ABI to whose rules a number belongs.
func (o *oracle) owner(audit, nr uint32) (arch.Arch, bool) {
	if audit != arch.X86_64.Audit() {
		i := slices.IndexFunc(o.arches, func(a arch.Arch) bool { return a.Audit() == audit })
		return append(o.arches, 0)[max(i, 0)], i >= 0
	}
	x64, x32 := slices.Contains(o.arches, arch.X86_64), slices.Contains(o.arches, arch.X32)
	high := nr >= 0x40000000
	switch {
	case x64 && (!high || nr == 0xffffffff):
		return arch.X86_64, true
	case x32 && high:
		return arch.X32, true
	}
	return 0, false
}

// hidden reports whether a number is above the highest of its ABI.
func (o *oracle) hidden(audit, nr uint32) bool {
	if !o.stub {
		return false
	}
	if audit == arch.X86_64.Audit() {
		a := arch.X86_64
		if bits.Reverse32(nr)&2 != 0 { // bit 30
			a = arch.X32
		}
		return slices.Contains(o.arches, a) && o.highest[a] != 0 && nr > o.highest[a]
	}
	a, known := o.owner(audit, nr)
	if !known || o.highest[a] == 0 {
		return false
	}
	return nr > o.highest[a] || nr == 0 && (a == arch.S390 || a == arch.S390X)
}
