package oci_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/internal/longtest"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// TestResolveOracle compares the rules of random documents, in whichever order
// libseccomp or this package puts them, with an oracle that makes no rules.
func TestResolveOracle(t *testing.T) {
	documents := uint64(500)
	if longtest.Enabled() {
		documents = 6000
	}
	var compared, refused int
	for seed := range documents {
		r := rand.New(rand.NewPCG(seed, 1))
		arches := randomArches(r)
		d, values := randomDocument(r)
		d.Architectures = arches[1:]
		o := oci.ResolveOptions{Target: oci.Target{Arch: arches[0]}, Runtime: oci.Runtime(r.IntN(2))}
		want := newOracle(d, arches, o.Runtime)
		p, _, err := d.Resolve(o)
		if want.conflict != (err != nil) || err != nil && !slices.Equal(idsOf(err)[:1], []string{"conflicting-rules"}) {
			t.Fatalf("document %d: error %v, oracle says conflict %v", seed, err, want.conflict)
		}
		if err != nil {
			refused++
			continue
		}
		for range 60 {
			audit, nr := randomNumber(r, d, arches)
			compareWithOracle(t, p, want, audit, nr, randomCallArgs(r, values))
			compared++
		}
	}
	t.Logf("%d documents, %d refused for a conflict; %d points", documents, refused, compared)
	if refused > int(documents)/2 {
		t.Error("too many documents are refused to mean anything")
	}
}

func compareWithOracle(t *testing.T, p profile.Profile, o *oracle, audit, nr uint32, args [6]uint64) {
	t.Helper()
	got, want := evalProfile(t, p, audit, nr, args), o.verdict(audit, nr, args)
	if got == 0 && nr>>30 == 2 && !slices.Contains(o.arches, arch.X32) {
		return // such numbers belong to no ABI of the filter
	}
	if got != want {
		t.Fatalf("call %#x %d %#x on %v: %#x, want %#x\n%v", audit, nr, args, o.arches, got, want, p.Rules)
	}
}

func randomCallArgs(r *rand.Rand, near []uint64) (args [6]uint64) {
	for i := range args {
		args[i] = randomValue(r, near)
	}
	return args
}

func randomArches(r *rand.Rand) []arch.Arch {
	all := arch.All()
	a := all[r.IntN(len(all))]
	arches := []arch.Arch{a}
	for _, b := range a.Companions() {
		if r.IntN(2) == 0 {
			arches = append(arches, b)
		}
	}
	return arches
}

func oneOf[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func randomName(r *rand.Rand) string {
	return oneOf(r, "read", "ioctl", "clone", "personality", "prctl", "socket", "bind", "accept", "recvmmsg",
		"shmat", "semop", "semtimedop", "socketcall", "ipc", "_llseek", "fstat64", "clone3", "no_such_call")
}

func randomAction(r *rand.Rand) (oci.Action, oci.Errno) {
	a := oci.Action{Kind: profile.Kind(r.IntN(8)), Set: true}
	if a.Kind == profile.KindNotify {
		a.Kind = profile.KindErrno
	}
	var e oci.Errno
	if r.IntN(2) == 0 && (a.Kind == profile.KindErrno || a.Kind == profile.KindTrace) {
		e = oci.Errno{Errno: oneOf(r, errno.EPERM, errno.ENOSYS, 38, 1, 0), Set: true}
	}
	return a, e
}

func randomDocument(r *rand.Rand) (d *oci.Document, values []uint64) {
	d = &oci.Document{Dialect: oci.DialectOCI}
	d.DefaultAction, d.DefaultErrno = randomAction(r)
	type action struct {
		a oci.Action
		e oci.Errno
	}
	actions := make([]action, 1+r.IntN(4))
	for i := range actions {
		actions[i].a, actions[i].e = randomAction(r)
	}
	few := []string{randomName(r), randomName(r), randomName(r)}
	most := 1 + r.IntN(6)
	for range 1 + r.IntN(10) {
		act := oneOf(r, actions...)
		e := oci.Entry{Names: []string{oneOf(r, few...)}, Action: act.a, Errno: act.e}
		if r.IntN(8) == 0 {
			e.Names = append(e.Names, randomName(r))
		}
		if r.IntN(12) > 0 {
			e.Args = randomArgs(r, most)
		}
		for _, x := range e.Args {
			values = append(values, x.Value, x.ValueTwo)
		}
		d.Syscalls = append(d.Syscalls, e)
	}
	return d, values
}

func randomArgs(r *rand.Rand, most int) []oci.Arg {
	args := make([]oci.Arg, 0, 3)
	for _, i := range r.Perm(most)[:1+r.IntN(min(3, most))] {
		x := oci.Arg{Index: i, Op: profile.Op(r.IntN(7)), Value: oneOf[uint64](r, 0, 0, 1, 1<<32-1)<<32 | uint64(r.IntN(6))}
		if x.Op == profile.OpMaskedEqual {
			x.Value, x.ValueTwo = oneOf[uint64](r, 1, 3, 4, 1<<32, 1<<32|1, 1<<63, 0), x.Value
		}
		args = append(args, x)
	}
	if r.IntN(15) == 0 {
		args = append(args, args[0])
		args[0].Value++
	}
	return args
}

func randomValue(r *rand.Rand, near []uint64) uint64 {
	v := uint64(r.IntN(7))
	if len(near) > 0 && r.IntN(6) > 0 {
		v = oneOf(r, near...)
	}
	switch r.IntN(10) {
	case 0:
		v++
	case 1:
		v--
	case 2:
		v ^= 1 << 32
	case 3:
		v = ^v
	}
	return v
}

func randomNumber(r *rand.Rand, d *oci.Document, arches []arch.Arch) (audit, nr uint32) {
	a := oneOf(r, arches...)
	if r.IntN(30) == 0 {
		a = oneOf(r, arch.All()...)
	}
	nr = a.Base() + uint32(r.IntN(500))
	name := oneOf(r, oneOf(r, d.Syscalls...).Names...)
	if n, ok := syscalls.Lookup(a, name); ok && r.IntN(10) > 0 {
		nr = n
	}
	if via, _, ok := syscalls.Multiplexed(a, name); ok && r.IntN(2) == 0 {
		nr, _ = syscalls.Lookup(a, via)
	}
	if r.IntN(20) == 0 {
		nr = oneOf[uint32](r, 0, 1<<32-1, nr|1<<30, nr|1<<31, nr|3<<30, 0x3fffffff, 1<<30-1)
	}
	return a.Audit(), nr
}
