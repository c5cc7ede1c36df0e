package oci_test

import (
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/longtest"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestLargeSlice(t *testing.T) {
	data := make([]byte, 100<<20)
	var err error
	size := allocated(func() { _, err = oci.Parse(data, oci.ParseOptions{}) })
	if ids := idsOf(err); !cmp.Equal(ids, []string{"too-large"}) || size > 1<<16 {
		t.Errorf("findings %v after allocating %d bytes", ids, size)
	}
}

// TestHostileDocuments reads documents that are as much work as they can be.
func TestHostileDocuments(t *testing.T) {
	fill := func(s string) string { return strings.Repeat(s, oci.MaxDocument/len(s)-8) }
	entries := strings.Repeat("{},", 1<<15)
	again := strings.Repeat(`,"syscalls":[{"action":"a"}]`, 1<<12)
	tests := map[string]string{
		"brackets":       fill("["),
		"braces":         fill(`{"":`),
		"commas":         "[0" + fill(","),
		"values":         "[" + fill("0,"),
		"comments":       fill("/**/"),
		"lines":          fill("//\n"),
		"names":          `{"syscalls":[{"names":[` + fill(`"opennat2",`),
		"keys":           "{" + fill(`"defaultActio":0,`),
		"duplicates":     "{" + fill(`"flags":0,`),
		"merges":         `{"syscalls":[` + entries + `{}]` + again + "}",
		"object merges":  `{"syscalls":[{}]` + strings.Repeat(again, 8) + "}",
		"long string":    `{"syscalls":[{"names":["` + fill("a") + `"]}]}`,
		"long key":       `{"` + fill("a") + `":0}`,
		"long arch":      `{"architectures":["` + fill("a") + `"]}`,
		"long number":    `{"defaultErrnoRet":` + fill("1") + `}`,
		"invalid UTF-8":  `{"listenerPath":"` + fill("\xff"),
		"bad escapes":    `{"listenerPath":"` + fill(`\x`),
		"control":        `{"listenerPath":"` + fill("\x01"),
		"deep and wrong": strings.Repeat(`{"a":`, 31) + "[" + fill(",")[:1<<22],
	}
	for name, doc := range tests {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			var err error
			size := allocated(func() { _, err = oci.Parse([]byte(doc), oci.ParseOptions{}) })
			if size > 200<<20 {
				t.Errorf("%d MB were allocated", size>>20)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
			if err != nil && len(err.Error()) > 1<<17 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	var doc strings.Builder
	doc.WriteString(`{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[`)
	for i := range 40 {
		if i > 0 {
			doc.WriteByte(',')
		}
		doc.WriteString(`
		{
			"names": ["accept", "accept4", "clock_nanosleep_time64", "epoll_ctl", "openat2", "read", "write", "futex"],
			"action": "SCMP_ACT_ALLOW",
			"args": [{"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}],
			"includes": {"caps": ["CAP_SYS_ADMIN"], "arches": ["amd64"]}
		}`)
	}
	doc.WriteString("]}")
	data := []byte(doc.String())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := oci.Parse(data, oci.ParseOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

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
