package oci_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

func TestDocument(t *testing.T) {
	const doc = `{
		"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
		"archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
			{"architecture": "SCMP_ARCH_RISCV64", "subArchitectures": null}],
		"flags": ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_LOG"],
		"listenerPath": "/run/é.sock", "listenerMetadata": "\u00e9\/",
		"syscalls": [
			{"names": ["read", "write"], "action": "SCMP_ACT_KILL", "comment": "why"},
			{"name": "socket", "action": "SCMP_ACT_TRACE", "errnoRet": 7,
				"args": [{"index": 5, "value": 18446744073709551615, "valueTwo": 1, "op": "SCMP_CMP_MASKED_EQ"},
					{"index": 0, "value": 3, "op": "SCMP_CMP_LE"}],
				"includes": {"caps": ["CAP_BPF"], "arches": ["arm64", "vax"], "minKernel": "4.8"},
				"excludes": {"minKernel": ""}}
		]}`
	got, err := oci.Parse([]byte(doc), oci.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := &oci.Document{
		Dialect:       oci.DialectDocker,
		DefaultAction: oci.Action{Kind: profile.KindErrno, Set: true},
		DefaultErrno:  oci.Errno{Errno: 38, Set: true},
		ArchMap: []oci.ArchMapping{
			{Arch: arch.X86_64, SubArch: []arch.Arch{arch.X86, arch.X32}},
			{Arch: arch.RISCV64}},
		Flags: []profile.Flag{profile.FlagLog}, FlagsSet: true,
		ListenerPath: "/run/é.sock", ListenerMetadata: "é/",
		Syscalls: []oci.Entry{
			{Names: []string{"read", "write"}, Action: oci.Action{Kind: profile.KindKillThread, Set: true}, Comment: "why"},
			{Names: []string{"socket"}, Action: oci.Action{Kind: profile.KindTrace, Set: true},
				Errno: oci.Errno{Errno: 7, Set: true},
				Args: []oci.Arg{
					{Index: 5, Op: profile.OpMaskedEqual, Value: 1<<64 - 1, ValueTwo: 1},
					{Index: 0, Op: profile.OpLessEqual, Value: 3}},
				Includes: oci.Filter{Caps: []string{"CAP_BPF"}, Arches: []arch.Arch{arch.AArch64, 0},
					MinKernel: syscalls.Release{Major: 4, Minor: 8}, MinKernelSet: true},
				Excludes: oci.Filter{MinKernelSet: true}},
		},
	}
	if diff := cmp.Diff(want, got, plainDocument); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	again := roundTrip(t, got)
	if diff := cmp.Diff(got, again, plainDocument); diff != "" {
		t.Errorf("after a round trip (-want +got)\n%s", diff)
	}
}

// plainDocument compares documents without their places.
var plainDocument = cmpopts.IgnoreUnexported(oci.Document{}, oci.Entry{}, oci.Arg{})

// roundTrip writes a document and reads it back.
func roundTrip(t *testing.T, d *oci.Document) *oci.Document {
	t.Helper()
	text, err := d.MarshalJSON()
	if err != nil {
		t.Fatalf("%+v: %v", d, err)
	}
	again, err := oci.Parse(text, oci.ParseOptions{Dialect: d.Dialect})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return again
}
