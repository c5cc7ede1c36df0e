package oci_test

import (
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/longtest"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

func set(k profile.Kind) oci.Action { return oci.Action{Kind: k, Set: true} }

// ofIoctl is an entry with n conditions, of which each is enough.
func ofIoctl(n int) oci.Entry {
	return oci.Entry{Names: []string{"ioctl"}, Action: set(profile.KindAllow), Args: alternatives(n, profile.OpEqual)}
}

func alternatives(n int, op profile.Op) []oci.Arg {
	args := make([]oci.Arg, n)
	for i := range args {
		args[i] = oci.Arg{Index: 1, Op: op, Value: uint64(i) << 20}
	}
	return args
}

func repeated(e oci.Entry, n int) []oci.Entry { return slices.Repeat([]oci.Entry{e}, n) }

// chains are entries of two actions, each with conditions on all arguments.
func chains(n int) []oci.Entry {
	entries := make([]oci.Entry, n)
	for i := range entries {
		args := make([]oci.Arg, 6)
		for j := range args {
			args[j] = oci.Arg{Index: j, Op: profile.OpNotEqual, Value: uint64(i)<<32 | uint64(i+j)}
		}
		entries[i] = oci.Entry{Names: []string{"ioctl"}, Action: set(profile.KindLog - profile.Kind(i%2)*4), Args: args}
	}
	return entries
}

// TestBounds holds that hostile documents take bounded time.
func TestBounds(t *testing.T) {
	all := slices.Collect(syscallNames(arch.X86_64))
	allowAll := oci.Entry{Names: all, Action: set(profile.KindAllow)}
	for _, tt := range []struct {
		name    string
		entries []oci.Entry
		ok      bool
		long    bool
	}{
		{"10000 conditions on one call", []oci.Entry{ofIoctl(10000)}, true, false},
		{"100000 conditions on one call", []oci.Entry{ofIoctl(100000)}, false, true},
		{"1000 conditions on all calls", []oci.Entry{{Names: all, Action: set(profile.KindAllow), Args: alternatives(1000, profile.OpLess)}}, false, true},
		{"5000 entries for all calls", repeated(allowAll, 5000), false, false},
		{"500 entries for all calls", repeated(allowAll, 500), true, false},
		{"long chains of several actions", chains(20000), false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.long {
				longtest.Skip(t)
			}
			d := &oci.Document{DefaultAction: set(profile.KindErrno), Architectures: []arch.Arch{arch.X86, arch.X32}, Syscalls: tt.entries}
			start := time.Now()
			_, fs, err := d.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: arch.X86_64}})
			if refused := slices.Contains(ids(fs, err), "error too-complex"); (err == nil) != tt.ok || refused == tt.ok {
				t.Errorf("error %.200v", err)
			}
			// It takes less than a second, and twenty-five times as long under the
			// race detector.
			if took := time.Since(start); took > 30*time.Second {
				t.Errorf("it took %v", took)
			}
			if len(fs) > 101 {
				t.Errorf("%d findings", len(fs))
			}
		})
	}
}

func syscallNames(a arch.Arch) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, name := range syscalls.All(a) {
			if !yield(name) {
				return
			}
		}
	}
}

func BenchmarkResolve(b *testing.B) {
	names := slices.DeleteFunc(slices.Collect(syscallNames(arch.X86_64)), func(name string) bool {
		return slices.Contains([]string{"socket", "clone", "personality"}, name)
	})
	d := rulesDoc(b, `"SCMP_ARCH_X86","SCMP_ARCH_X32"`, strings.Join(names, ",")+" OK",
		"socket OK 0<38", "socket OK 0==39", "personality OK 0==8", "clone OK 0&2114060288=0")
	for b.Loop() {
		if _, _, err := d.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: arch.X86_64}}); err != nil {
			b.Fatal(err)
		}
	}
}
