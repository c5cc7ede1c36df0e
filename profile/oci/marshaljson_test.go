package oci_test

import (
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

func TestMarshalHandmadeDocuments(t *testing.T) {
	ret := func(e errno.Errno) oci.Errno { return oci.Errno{Errno: e, Set: true} }
	entry := func(e oci.Entry) []oci.Entry { return []oci.Entry{e} }
	kernel := oci.Filter{MinKernel: syscalls.Release{Major: 5, Minor: 10}, MinKernelSet: true}
	tests := []struct {
		d    oci.Document
		want string // or a part of the error
	}{
		{oci.Document{}, `{}`},
		{oci.Document{Flags: []profile.Flag{profile.FlagLog}}, `{"flags":["SECCOMP_FILTER_FLAG_LOG"]}`},
		{oci.Document{FlagsSet: true}, `{"flags":[]}`},
		{oci.Document{DefaultErrno: ret(1)}, `{"defaultErrnoRet":1}`},
		{oci.Document{DefaultErrno: ret(errno.EPERM)}, `{"defaultErrno":"EPERM"}`},
		{oci.Document{Dialect: oci.DialectPodman, DefaultErrno: ret(1)}, `{"defaultErrno":"1"}`},
		{oci.Document{Dialect: oci.DialectDocker, DefaultErrno: ret(errno.EPERM)}, "only Podman has names of error numbers: EPERM"},
		{oci.Document{Syscalls: entry(oci.Entry{Errno: ret(errno.EPERM)})}, `{"syscalls":[{"errno":"EPERM"}]}`},
		{oci.Document{Syscalls: entry(oci.Entry{Comment: "c"})}, `{"syscalls":[{"comment":"c"}]}`},
		{oci.Document{Syscalls: entry(oci.Entry{Includes: oci.Filter{Arches: []arch.Arch{arch.MIPSEL64N32, arch.LoongArch64, arch.MIPS, 0}}})},
			`{"syscalls":[{"includes":{"arches":["mips3l64n32","loongarch64","mips","none"]}}]}`},
		{oci.Document{Dialect: oci.DialectPodman, Syscalls: entry(oci.Entry{Excludes: oci.Filter{Arches: []arch.Arch{arch.MIPSEL64N32, arch.LoongArch64, arch.MIPS}}})},
			`{"syscalls":[{"excludes":{"arches":["mipsel64n32","loong64","mips"]}}]}`},
		{oci.Document{Syscalls: entry(oci.Entry{Excludes: kernel})}, `{"syscalls":[{"excludes":{"minKernel":"5.10"}}]}`},
		{oci.Document{Dialect: oci.DialectPodman, Syscalls: entry(oci.Entry{Excludes: kernel})}, "/syscalls/0: only Docker has minKernel"},
		{oci.Document{Dialect: oci.DialectOCI, Syscalls: entry(oci.Entry{Comment: "c", Includes: kernel})}, "only Docker or Podman has comment"},
		{oci.Document{Dialect: oci.DialectOCI, ArchMap: []oci.ArchMapping{{Arch: arch.ARM}}}, "only Docker or Podman has archMap"},
		{oci.Document{ArchMap: []oci.ArchMapping{{Arch: arch.ARM}}}, `{"archMap":[{"architecture":"SCMP_ARCH_ARM"}]}`},
		{oci.Document{Architectures: []arch.Arch{0}}, "architectures: 0 is no ABI"},
		{oci.Document{ArchMap: []oci.ArchMapping{{Arch: 99}}}, "archMap: 99 is no ABI"},
		{oci.Document{ArchMap: []oci.ArchMapping{{SubArch: []arch.Arch{99}}}}, "subArchitectures: 99 is no ABI"},
		{oci.Document{Flags: []profile.Flag{"NEW"}}, `unknown flag "NEW"`},
		{oci.Document{DefaultAction: oci.Action{Kind: 99, Set: true}}, "unknown action 99"},
		{oci.Document{Syscalls: entry(oci.Entry{Args: []oci.Arg{{Op: 99}}})}, "/syscalls/0: unknown operator 99"},
	}
	for _, tt := range tests {
		got, err := tt.d.MarshalJSON()
		if err != nil {
			got = []byte(err.Error())
		}
		if string(got) != tt.want && (err == nil || !strings.Contains(string(got), tt.want)) {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}
