package foreign

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/moby/profiles/seccomp"
	specs "github.com/opencontainers/runtime-spec/specs-go"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/conformance/libseccomp"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// dockerDocument returns Docker's default profile as Docker gives it to a runtime on
// this machine, for a container with these capabilities: moby has decided includes
// and excludes.
func dockerDocument(t testing.TB, caps ...string) *oci.Document {
	t.Helper()
	s, err := seccomp.GetDefaultProfile(&specs.Spec{Process: &specs.Process{Capabilities: &specs.LinuxCapabilities{Bounding: caps}}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	d, err := oci.Parse(b, oci.ParseOptions{Dialect: oci.DialectOCI})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// generator makes a random document whose meaning libseccomp specifies: each call
// has one rule with any conditions, or several with conditions of equality, or one
// without conditions.
type generator struct {
	rand    *rand.Rand
	arches  []arch.Arch
	unequal bool // the document has its one inequality
}

// randomDocument returns a document and the ABIs that it is for.
func randomDocument(seed uint64) (*oci.Document, []arch.Arch) {
	g := &generator{rand: rand.New(rand.NewPCG(seed, 0))}
	g.arches = machines()[g.rand.IntN(len(machines()))]
	kinds := []profile.Kind{profile.KindAllow, profile.KindErrno, profile.KindTrap, profile.KindLog, profile.KindKillThread, profile.KindKillProcess}
	g.rand.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	d := &oci.Document{Dialect: oci.DialectOCI, Architectures: g.arches, DefaultAction: oci.Action{Kind: kinds[0], Set: true}}
	names := g.names()
	g.rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names[:1+g.rand.IntN(60)] {
		action := oci.Action{Kind: kinds[1+g.rand.IntN(3)], Set: true}
		d.Syscalls = append(d.Syscalls, g.entries(name, action)...)
	}
	return d, g.arches
}

// names returns the calls that all ABIs have, that libseccomp's tables have, too, and
// that none of the ABIs multiplexes.
func (g *generator) names() (names []string) {
	for _, name := range syscalls.All(g.arches[0]) {
		if !slices.ContainsFunc(g.arches, func(a arch.Arch) bool {
			_, ok := syscalls.Lookup(a, name)
			_, _, multiplexed := syscalls.Multiplexed(a, name)
			return !ok || multiplexed || !libseccomp.Agrees(a, name)
		}) {
			names = append(names, name)
		}
	}
	return names
}

func (g *generator) entries(name string, action oci.Action) (es []oci.Entry) {
	rules, conditions := 1, g.rand.IntN(3)
	ops := []profile.Op{profile.OpEqual}
	if conditions > 0 && g.rand.IntN(2) == 0 {
		rules = 1 + g.rand.IntN(8)
	} else {
		ops = append(ops, profile.OpMaskedEqual, profile.OpLess, profile.OpLessEqual, profile.OpGreater, profile.OpGreaterEqual)
		if !g.unequal {
			ops = append(ops, profile.OpNotEqual)
		}
	}
	indexes := g.rand.Perm(6)
	for range rules {
		e := oci.Entry{Names: []string{name}, Action: action}
		for _, index := range indexes[:conditions] {
			a := g.arg(index, ops[g.rand.IntN(len(ops))])
			if a.Op == profile.OpNotEqual {
				g.unequal = true
				ops = ops[:2]
			}
			e.Args = append(e.Args, a)
		}
		es = append(es, e)
	}
	return es
}

func (g *generator) arg(index int, op profile.Op) oci.Arg {
	pick := func(from ...uint64) uint64 { return from[g.rand.IntN(len(from))] }
	a := oci.Arg{Index: index, Op: op, Value: pick(0, 1, 2, 7, 0x80000000, 0xffffffff, g.rand.Uint64N(1<<32))}
	switch op {
	case profile.OpEqual, profile.OpGreater, profile.OpGreaterEqual:
		a.Value |= pick(0, 0, 0, 1<<32, 1<<63)
	case profile.OpMaskedEqual:
		a.ValueTwo, a.Value = a.Value, pick(1, 3, 0xff00, 0xffffffff, 1<<32-2, 1<<63|4, 1<<40|1<<20)
	}
	return a
}

// text returns a document as JSON, to reproduce a failure.
func text(d *oci.Document) []byte {
	b, err := d.MarshalJSON()
	if err != nil {
		return []byte(err.Error())
	}
	return b
}
