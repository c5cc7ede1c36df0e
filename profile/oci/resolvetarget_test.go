package oci_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// ids returns the IDs of findings, or of an error.
func ids(fs oci.Findings, err error) []string {
	var out []string
	var errs oci.Findings
	if errors.As(err, &errs) {
		for _, f := range errs {
			out = append(out, "error "+f.ID)
		}
	}
	for _, f := range fs {
		out = append(out, f.ID)
	}
	return out
}

// TestIncludes holds which entries count on which machine.
func TestIncludes(t *testing.T) {
	machine := oci.Target{Arch: arch.AArch64, Kernel: syscalls.Release{Major: 5, Minor: 10}, Caps: []string{"CAP_A", "CAP_B"}}
	for _, tt := range []struct {
		conditions     string
		docker, podman bool // the entry counts
	}{
		{`"includes":{}`, true, true},
		{`"includes":{"caps":["CAP_A","CAP_B"]}`, true, true},
		{`"includes":{"caps":["CAP_A","CAP_C"]}`, false, false},
		{`"includes":{"caps":["cap_a"]}`, false, false},
		{`"excludes":{"caps":["CAP_C","CAP_B"]}`, false, false},
		{`"excludes":{"caps":["CAP_C"]}`, true, true},
		{`"includes":{"caps":["CAP_A"]},"excludes":{"caps":["CAP_A"]}`, false, false},
		{`"includes":{"arches":["arm","arm64"]}`, true, true},
		{`"includes":{"arches":["arm"]}`, false, false},
		{`"excludes":{"arches":["arm64"]}`, false, false},
		{`"includes":{"minKernel":"5.10"}`, true, true},
		{`"includes":{"minKernel":"5.11"}`, false, true},
		{`"includes":{"minKernel":"6.1"}`, false, true},
		{`"excludes":{"minKernel":"4.8"}`, false, true},
		{`"excludes":{"minKernel":""}`, false, true},
		{`"excludes":{"minKernel":"5.11"}`, true, true},
	} {
		doc := `{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW",` + tt.conditions + `}]}`
		for _, dialect := range []oci.Dialect{oci.DialectDocker, oci.DialectPodman, oci.DialectOCI} {
			d := mustParse(t, doc, dialect)
			p, _, err := d.Resolve(oci.ResolveOptions{Target: machine, Runtime: oci.Crun})
			if err != nil {
				t.Fatal(err)
			}
			want := dialect == oci.DialectOCI || dialect == oci.DialectDocker && tt.docker || dialect == oci.DialectPodman && tt.podman
			if got := len(p.Rules) == 1; got != want {
				t.Errorf("%s, dialect %d: counts %v, want %v", tt.conditions, dialect, got, want)
			}
		}
	}
}

// TestArches holds which ABIs a filter covers, and what is said about them.
func TestArches(t *testing.T) {
	archMap := func(arch string, sub ...string) string {
		return fmt.Sprintf(`"archMap":[{"architecture":%q,"subArchitectures":["%s"]},{"architecture":%q,"subArchitectures":[]}]`, arch, strings.Join(sub, `","`), arch)
	}
	for _, tt := range []struct {
		native  arch.Arch
		dialect oci.Dialect
		runtime oci.Runtime
		keys    string
		want    string
		ids     []string
	}{
		{arch.X86_64, oci.DialectOCI, 0, `"architectures":[]`, "[x86_64]", nil},
		{arch.X86_64, oci.DialectOCI, 0, `"architectures":["SCMP_ARCH_X86","SCMP_ARCH_X86_64"]`, "[x86_64 x86]", nil},
		{arch.X86_64, oci.DialectOCI, 0, `"architectures":["SCMP_ARCH_SH"]`, "[x86_64 sh]", []string{"arch-refused"}},
		{arch.X86_64, oci.DialectOCI, oci.Crun, `"architectures":["SCMP_ARCH_SH"]`, "[x86_64 sh]", nil},
		{arch.X86_64, oci.DialectOCI, 0, `"architectures":["SCMP_ARCH_S390X"]`, "[]", []string{"error foreign-endian"}},
		{arch.X86_64, oci.DialectDocker, 0, archMap("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"), "[x86_64 x86 x32]", nil},
		{arch.AArch64, oci.DialectDocker, 0, archMap("SCMP_ARCH_X86_64", "SCMP_ARCH_X86"), "[aarch64]", nil},
		{arch.RISCV64, oci.DialectDocker, 0, archMap("SCMP_ARCH_RISCV64", "SCMP_ARCH_RISCV64"), "[riscv64]", nil},
		{arch.PPC64, oci.DialectDocker, 0, archMap("SCMP_ARCH_PPC64", "SCMP_ARCH_PPC"), "[ppc64 ppc]", nil},
		{arch.PPC64, oci.DialectPodman, 0, archMap("SCMP_ARCH_PPC64", "SCMP_ARCH_PPC"), "[ppc64 ppc]", []string{"arch-map-unmatched"}},
		{arch.MIPSEL, oci.DialectDocker, 0, archMap("SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64"), "[mipsel mipsel64]", []string{"arch-map-unmatched"}},
	} {
		d := mustParse(t, `{"defaultAction":"SCMP_ACT_ERRNO",`+tt.keys+`,"syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}`, tt.dialect)
		p, fs, err := d.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: tt.native}, Runtime: tt.runtime})
		if got := fmt.Sprint(p.Arches); got != tt.want || !slices.Equal(ids(fs, err), tt.ids) {
			t.Errorf("%v, %s: %s %v, want %s %v", tt.native, tt.keys, got, ids(fs, err), tt.want, tt.ids)
		}
	}
}

func TestArchNames(t *testing.T) {
	doc := `{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW","includes":{"arches":["mips"]}}]}`
	for _, tt := range []struct {
		dialect oci.Dialect
		ids     []string
	}{{oci.DialectDocker, []string{"arch-unmatched"}}, {oci.DialectPodman, nil}} {
		p, fs, err := mustParse(t, doc, tt.dialect).Resolve(crunOn(arch.MIPS))
		if len(p.Rules) != 1 || !slices.Equal(ids(fs, err), tt.ids) {
			t.Errorf("%v: rules %v, %v", tt.dialect, p.Rules, ids(fs, err))
		}
	}
}

func TestFlags(t *testing.T) {
	for _, tt := range []struct {
		dialect oci.Dialect
		runtime oci.Runtime
		keys    string
		want    []profile.Flag
		ids     []string
	}{
		{oci.DialectOCI, 0, `"x":1`, []profile.Flag{profile.FlagSpecAllow}, nil},
		{oci.DialectOCI, 0, `"flags":[]`, nil, nil},
		{oci.DialectDocker, 0, `"flags":[]`, []profile.Flag{profile.FlagSpecAllow}, nil},
		{oci.DialectOCI, 0, `"flags":["SECCOMP_FILTER_FLAG_LOG","SECCOMP_FILTER_FLAG_LOG"]`, []profile.Flag{profile.FlagLog}, nil},
		{oci.DialectOCI, 0, `"flags":["SECCOMP_FILTER_FLAG_TSYNC"]`, []profile.Flag{profile.FlagTSync}, []string{"tsync-ignored"}},
		{oci.DialectOCI, oci.Crun, `"flags":["SECCOMP_FILTER_FLAG_TSYNC"]`, []profile.Flag{profile.FlagTSync}, nil},
		{oci.DialectOCI, 0, `"flags":["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]`, nil, []string{"error wait-without-notify"}},
		{oci.DialectOCI, oci.Crun, `"flags":["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]`, []profile.Flag{profile.FlagWaitKillableRecv}, []string{"wait-without-notify"}},
		{oci.DialectOCI, 0, `"flags":["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"],"listenerPath":"/s","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_NOTIFY"}]`,
			[]profile.Flag{profile.FlagWaitKillableRecv}, nil},
	} {
		p, fs, err := mustParse(t, `{"defaultAction":"SCMP_ACT_ALLOW",`+tt.keys+`}`, tt.dialect).Resolve(
			oci.ResolveOptions{Target: oci.Target{Arch: arch.X86_64}, Runtime: tt.runtime})
		if !slices.Equal(p.Flags, tt.want) || !slices.Equal(ids(fs, err), tt.ids) {
			t.Errorf("%s, runtime %d: %v %v, want %v %v", tt.keys, tt.runtime, p.Flags, ids(fs, err), tt.want, tt.ids)
		}
	}
}

// TestRuntimeChecks holds what the runtimes refuse, of documents that were read.
func TestRuntimeChecks(t *testing.T) {
	for _, tt := range []struct {
		doc        string
		runc, crun []string
	}{
		{`{"defaultAction":"SCMP_ACT_NOTIFY","listenerPath":"/s"}`, []string{"error notify-default"}, []string{"notify-default"}},
		{`{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/s","syscalls":[{"names":["read","write"],"action":"SCMP_ACT_NOTIFY"}]}`,
			[]string{"error notify-write"}, []string{"notify-write"}},
		{`{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_NOTIFY"}]}`, []string{"no-listener"}, []string{"no-listener"}},
		{`{"syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}`, nil, nil},
		{`{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["no_such_call"],"action":"SCMP_ACT_LOG"}]}`, nil, nil},
	} {
		d, err := oci.Parse([]byte(tt.doc), oci.ParseOptions{})
		if err != nil {
			if tt.runc != nil {
				t.Error(err)
			}
			continue
		}
		for runtime, want := range [][]string{tt.runc, tt.crun} {
			_, fs, err := d.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: arch.X86_64}, Runtime: oci.Runtime(runtime)})
			if got := ids(fs, err); !slices.Equal(got, want) {
				t.Errorf("%s, runtime %d: %v, want %v", tt.doc, runtime, got, want)
			}
		}
	}
}

// TestMadeDocuments holds what reading would have refused already.
func TestMadeDocuments(t *testing.T) {
	allow := oci.Action{Kind: profile.KindAllow, Set: true}
	refuse := oci.Action{Kind: profile.KindErrno, Set: true}
	entry := func(e oci.Entry) oci.Document {
		if e.Names == nil {
			e.Names = []string{"read"}
		}
		return oci.Document{DefaultAction: refuse, Syscalls: []oci.Entry{e}}
	}
	for _, tt := range []struct {
		name string
		doc  oci.Document
		on   arch.Arch
		ids  []string
	}{
		{"no default", oci.Document{Syscalls: []oci.Entry{{}}}, arch.X86_64, []string{"error missing-action", "error missing-action"}[:1]},
		{"bad default", oci.Document{DefaultAction: oci.Action{Kind: 99, Set: true}}, arch.X86_64, []string{"error bad-action"}},
		{"bad target", oci.Document{DefaultAction: allow}, 99, []string{"error unknown-target"}},
		{"no action", entry(oci.Entry{}), arch.X86_64, []string{"error missing-action"}},
		{"bad action", entry(oci.Entry{Action: oci.Action{Kind: 99, Set: true}}), arch.X86_64, []string{"error bad-action"}},
		{"empty name", entry(oci.Entry{Names: []string{"read", ""}, Action: allow}), arch.X86_64, []string{"error empty-name"}},
		{"no names", oci.Document{DefaultAction: refuse, Syscalls: []oci.Entry{{}}}, arch.X86_64, nil},
		{"bad index", entry(oci.Entry{Action: allow, Args: []oci.Arg{{Index: 6}, {Index: -1}}}), arch.X86_64, []string{"error bad-index", "error bad-index"}},
		{"bad operator", entry(oci.Entry{Action: allow, Args: []oci.Arg{{Op: 99}}}), arch.X86_64, []string{"error bad-operator"}},
		{"large errno", entry(oci.Entry{Action: refuse, Errno: oci.Errno{Errno: 4095, Set: true}}), arch.X86_64, []string{"error errno-range"}},
		{"foreign errno", entry(oci.Entry{Action: refuse, Errno: oci.Errno{Errno: errno.ECANCELLED, Set: true}}), arch.X86_64, []string{"error bad-errno"}},
		{"flag", oci.Document{DefaultAction: allow, Flags: []profile.Flag{"TSYNCH"}}, arch.X86_64, []string{"error bad-flag"}},
		{"arch", oci.Document{DefaultAction: allow, Architectures: []arch.Arch{99}}, arch.X86_64, []string{"error bad-architecture"}},
		{"both", oci.Document{DefaultAction: allow, Architectures: []arch.Arch{arch.X86}, ArchMap: []oci.ArchMapping{{Arch: arch.X86_64}}}, arch.X86_64,
			[]string{"error architectures-twice"}},
	} {
		p, fs, err := tt.doc.Resolve(crunOn(tt.on))
		if got := ids(fs, err); !slices.Equal(got, tt.ids) || p.Rules != nil {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.ids)
		}
	}
	var none oci.Document
	if _, _, err := none.Resolve(crunOn(arch.X86_64)); !errors.Is(err, oci.ErrNoSeccomp) {
		t.Errorf("the empty document: %v", err)
	}
	if arch.Native() != 0 {
		d := oci.Document{DefaultAction: allow}
		if p, _, err := d.Resolve(oci.ResolveOptions{}); err != nil || !slices.Equal(p.Arches, []arch.Arch{arch.Native()}) {
			t.Errorf("without a target: %v %v", p.Arches, err)
		}
	}
}

// TestErrnoNumbers holds that numbers are the target's.
func TestErrnoNumbers(t *testing.T) {
	d := mustParse(t, `{"defaultAction":"SCMP_ACT_TRACE","defaultErrno":"ENOSYS","archMap":[],"listenerPath":"/x","listenerMetadata":"m","syscalls":[
		{"names":["read"],"action":"SCMP_ACT_ERRNO","errno":"ENOSYS"},
		{"names":["write"],"action":"SCMP_ACT_TRACE","errnoRet":89},
		{"names":["open"],"action":"SCMP_ACT_TRAP"},
		{"names":["close"],"action":"SCMP_ACT_TRACE"}]}`, oci.DialectPodman)
	for a, want := range map[arch.Arch]string{
		arch.X86_64: "Trace(38) [read Errno(ENOSYS)] [write Trace(89)] [open Trap(0)] [close Trace(1)]",
		arch.MIPS64: "Trace(89) [read Errno(ENOSYS)] [open Trap(0)] [close Trace(1)]",
	} {
		p, _, err := d.Resolve(crunOn(a))
		if err != nil {
			t.Fatal(err)
		}
		got := p.Default.String()
		for _, r := range p.Rules {
			got += fmt.Sprintf(" [%s %v]", r.Syscalls[0], r.Action)
		}
		if got != want {
			t.Errorf("%v: %s, want %s", a, got, want)
		}
		if p.ListenerPath != "/x" || p.ListenerMetadata != "m" {
			t.Errorf("listener %q %q", p.ListenerPath, p.ListenerMetadata)
		}
	}
	d = mustParse(t, `{"defaultAction":"SCMP_ACT_KILL","architectures":["SCMP_ARCH_MIPSEL"],"syscalls":[{"names":["read"],"action":"SCMP_ACT_ERRNO","errno":"ENOSYS"}]}`, oci.DialectPodman)
	p, _, err := d.Resolve(crunOn(arch.X86_64))
	if err != nil || p.Rules[0].Action != profile.Errno(38) {
		t.Errorf("two numbers of a name: %v %v", p.Rules, err)
	}
}

// TestENOSYS holds runc's rules for numbers above those that are named.
func TestENOSYS(t *testing.T) {
	for _, tt := range []struct {
		name   string
		native arch.Arch
		arches string
		rules  []string
		want   map[string]string
		ids    []string
	}{
		{"alone", arch.X86_64, "", []string{"write OK"}, map[string]string{
			"x86_64 write": "OK", "x86_64 read": "D", "x86_64 2": "S", "x86_64 0x3fffffff": "S", "x86_64 0x40000001": "D", "x86_64 0xffffffff": "D"}, nil},
		{"only number 0", arch.X86_64, "", []string{"read OK"}, map[string]string{"x86_64 read": "OK", "x86_64 1": "D", "x86_64 500": "D"}, nil},
		{"with x32", arch.X86_64, `"SCMP_ARCH_X32"`, []string{"write OK"}, map[string]string{
			"x86_64 2": "S", "x32 0x40000002": "S", "x32 0x40000001": "OK", "x86_64 0xffffffff": "S", "x86_64 0x80000000": "S", "x86_64 0xc0000000": "S"}, nil},
		{"dropped rules count", arch.X86_64, "", []string{"write OK", "io_uring_setup D"}, map[string]string{"x86_64 425": "D", "x86_64 426": "S", "x86_64 2": "D"}, []string{"equals-default"}},
		{"default allows", arch.X86_64, "", nil, nil, nil},
		{"socket doesn't count", arch.X86_64, `"SCMP_ARCH_X86"`, []string{"read,socket OK"}, map[string]string{
			"x86 read": "OK", "x86 socket": "S", "x86 socketcall 1": "S", "x86 4": "S", "x86_64 socket": "OK"}, []string{"hidden-by-enosys"}},
		{"s390x", arch.S390X, "", []string{"exit OK"}, map[string]string{"s390x exit": "OK", "s390x 0": "S", "s390x 2": "S", "s390x 0xffffffff": "S"}, nil},
		{"mips", arch.MIPS64, "", []string{"read,write OK"}, map[string]string{"mips64 write": "OK", "mips64 5002": "S", "mips64 4000": "D"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := rulesDoc(t, tt.arches, tt.rules...)
			o := oci.ResolveOptions{Target: oci.Target{Arch: tt.native}}
			p, fs, err := d.Resolve(o)
			if got := ids(fs, err); !slices.Equal(got, tt.ids) {
				t.Fatalf("%v, want %v", got, tt.ids)
			}
			for call, want := range tt.want {
				audit, nr, args := parseCall(t, call)
				if got := letter(evalProfile(t, p, audit, nr, args)); got != want {
					t.Errorf("%s: %s, want %s", call, got, want)
				}
			}
		})
	}
	for _, action := range []string{"ALLOW", "LOG", "TRACE"} {
		d := mustParse(t, `{"defaultAction":"SCMP_ACT_`+action+`","syscalls":[{"names":["write"],"action":"SCMP_ACT_KILL"}]}`, 0)
		if p, _, err := d.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: arch.X86_64}}); err != nil || len(p.Rules) != 1 {
			t.Errorf("default %s: %v %v", action, p.Rules, err)
		}
	}
}

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

// TestManyFindings holds that a conflict isn't lost among many findings.
func TestManyFindings(t *testing.T) {
	act := func(k profile.Kind) oci.Action { return oci.Action{Kind: k, Set: true} }
	d := &oci.Document{DefaultAction: act(profile.KindErrno)}
	read := oci.Entry{Names: []string{"read"}, Action: act(profile.KindAllow)}
	d.Syscalls = append(d.Syscalls, read)
	read.Action = act(profile.KindLog)
	for range 500 {
		d.Syscalls = append(d.Syscalls, read)
	}
	w := oci.Entry{Names: []string{"write"}, Action: act(profile.KindLog), Args: []oci.Arg{{Value: 1}}}
	d.Syscalls = append(d.Syscalls, w)
	w.Action = act(profile.KindAllow)
	d.Syscalls = append(d.Syscalls, w)
	_, fs, err := d.Resolve(crunOn(arch.X86_64))
	if err == nil || len(fs) != 101 || fs[100].ID != "too-many-findings" {
		t.Errorf("error %v, %d findings", err, len(fs))
	}
}

func BenchmarkProfile(b *testing.B) {
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
