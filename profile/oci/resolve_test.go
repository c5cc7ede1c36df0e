package oci_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
)

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
