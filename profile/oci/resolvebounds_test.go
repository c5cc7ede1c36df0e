package oci_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// TestBounds holds that hostile documents take bounded time.
func TestBounds(t *testing.T) {
	args := func(n int, op profile.Op) (as []oci.Arg) {
		for i := range n {
			as = append(as, oci.Arg{Index: 1, Op: op, Value: uint64(i) << 20})
		}
		return as
	}
	act := func(k profile.Kind) oci.Action { return oci.Action{Kind: k, Set: true} }
	six := make([]oci.Arg, 6)
	all := slices.Collect(func(yield func(string) bool) {
		for _, name := range syscalls.All(arch.X86_64) {
			if !yield(name) {
				return
			}
		}
	})
	many := func(n int, e func(i int) oci.Entry) []oci.Entry {
		es := make([]oci.Entry, n)
		for i := range es {
			es[i] = e(i)
		}
		return es
	}
	for _, tt := range []struct {
		name    string
		entries []oci.Entry
		ok      bool
	}{
		{"10000 conditions on one call", []oci.Entry{{Names: []string{"ioctl"}, Action: act(profile.KindAllow), Args: args(10000, profile.OpEqual)}}, true},
		{"100000 conditions on one call", []oci.Entry{{Names: []string{"ioctl"}, Action: act(profile.KindAllow), Args: args(100000, profile.OpEqual)}}, false},
		{"1000 conditions on all calls", []oci.Entry{{Names: all, Action: act(profile.KindAllow), Args: args(1000, profile.OpLess)}}, false},
		{"5000 entries for all calls", many(5000, func(int) oci.Entry { return oci.Entry{Names: all, Action: act(profile.KindAllow)} }), false},
		{"500 entries for all calls", many(500, func(int) oci.Entry { return oci.Entry{Names: all, Action: act(profile.KindAllow)} }), true},
		{"long chains of several actions", many(20000, func(i int) oci.Entry {
			as := slices.Clone(six)
			for j := range as {
				as[j] = oci.Arg{Index: j, Op: profile.OpNotEqual, Value: uint64(i)<<32 | uint64(i+j)}
			}
			return oci.Entry{Names: []string{"ioctl"}, Action: act(profile.KindLog - profile.Kind(i%2)*4), Args: as}
		}), false},
	} {
		d := &oci.Document{DefaultAction: act(profile.KindErrno), Architectures: []arch.Arch{arch.X86, arch.X32}, Syscalls: tt.entries}
		start := time.Now()
		_, fs, err := d.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: arch.X86_64}})
		took := time.Since(start)
		if (err == nil) != tt.ok || !tt.ok && !slices.Contains(ids(fs, err), "error too-complex") {
			t.Errorf("%s: error %.200v", tt.name, err)
		}
		t.Logf("%s: %v", tt.name, took)
		// With -short goes the race detector, under which all takes twenty-five times
		// as long.
		if took > 10*time.Second && !testing.Short() {
			t.Errorf("%s: took %v", tt.name, took)
		}
		if len(fs) > 101 {
			t.Errorf("%s: %d findings", tt.name, len(fs))
		}
	}
}

func BenchmarkResolve(b *testing.B) {
	var names []string
	for _, name := range syscalls.All(arch.X86_64) {
		if !slices.Contains([]string{"socket", "clone", "personality"}, name) {
			names = append(names, name)
		}
	}
	d := rulesDoc(b, `"SCMP_ARCH_X86","SCMP_ARCH_X32"`, strings.Join(names, ",")+" OK",
		"socket OK 0<38", "socket OK 0==39", "personality OK 0==8", "clone OK 0&2114060288=0")
	for b.Loop() {
		if _, _, err := d.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: arch.X86_64}}); err != nil {
			b.Fatal(err)
		}
	}
}
