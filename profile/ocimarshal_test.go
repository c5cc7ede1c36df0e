package profile_test

import (
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

func TestMarshalHandmadeDocuments(t *testing.T) {
	ret := func(e errno.Errno) profile.OCIErrno { return profile.OCIErrno{Errno: e, Set: true} }
	entry := func(e profile.Entry) []profile.Entry { return []profile.Entry{e} }
	kernel := profile.Filter{MinKernel: syscalls.Release{Major: 5, Minor: 10}, MinKernelSet: true}
	tests := []struct {
		d    profile.Document
		want string // or a part of the error
	}{
		{profile.Document{}, `{}`},
		{profile.Document{Flags: []profile.Flag{profile.FlagLog}}, `{"flags":["SECCOMP_FILTER_FLAG_LOG"]}`},
		{profile.Document{FlagsSet: true}, `{"flags":[]}`},
		{profile.Document{DefaultErrno: ret(1)}, `{"defaultErrnoRet":1}`},
		{profile.Document{DefaultErrno: ret(errno.EPERM)}, `{"defaultErrno":"EPERM"}`},
		{profile.Document{Dialect: profile.DialectPodman, DefaultErrno: ret(1)}, `{"defaultErrno":"1"}`},
		{profile.Document{Dialect: profile.DialectDocker, DefaultErrno: ret(errno.EPERM)}, "only Podman has names of error numbers: EPERM"},
		{profile.Document{Syscalls: entry(profile.Entry{Errno: ret(errno.EPERM)})}, `{"syscalls":[{"errno":"EPERM"}]}`},
		{profile.Document{Syscalls: entry(profile.Entry{Comment: "c"})}, `{"syscalls":[{"comment":"c"}]}`},
		{profile.Document{Syscalls: entry(profile.Entry{Includes: profile.Filter{Arches: []arch.Arch{arch.MIPSEL64N32, arch.LoongArch64, arch.MIPS, 0}}})},
			`{"syscalls":[{"includes":{"arches":["mips3l64n32","loongarch64","mips","none"]}}]}`},
		{profile.Document{Dialect: profile.DialectPodman, Syscalls: entry(profile.Entry{Excludes: profile.Filter{Arches: []arch.Arch{arch.MIPSEL64N32, arch.LoongArch64, arch.MIPS}}})},
			`{"syscalls":[{"excludes":{"arches":["mipsel64n32","loong64","mips"]}}]}`},
		{profile.Document{Syscalls: entry(profile.Entry{Excludes: kernel})}, `{"syscalls":[{"excludes":{"minKernel":"5.10"}}]}`},
		{profile.Document{Dialect: profile.DialectPodman, Syscalls: entry(profile.Entry{Excludes: kernel})}, "/syscalls/0: only Docker has minKernel"},
		{profile.Document{Dialect: profile.DialectOCI, Syscalls: entry(profile.Entry{Comment: "c", Includes: kernel})}, "only Docker or Podman has comment"},
		{profile.Document{Dialect: profile.DialectOCI, ArchMap: []profile.ArchMapping{{Arch: arch.ARM}}}, "only Docker or Podman has archMap"},
		{profile.Document{ArchMap: []profile.ArchMapping{{Arch: arch.ARM}}}, `{"archMap":[{"architecture":"SCMP_ARCH_ARM"}]}`},
		{profile.Document{Architectures: []arch.Arch{0}}, "architectures: 0 is no ABI"},
		{profile.Document{ArchMap: []profile.ArchMapping{{Arch: 99}}}, "archMap: 99 is no ABI"},
		{profile.Document{ArchMap: []profile.ArchMapping{{SubArch: []arch.Arch{99}}}}, "subArchitectures: 99 is no ABI"},
		{profile.Document{Flags: []profile.Flag{"NEW"}}, `unknown flag "NEW"`},
		{profile.Document{DefaultAction: profile.OCIAction{Kind: 99, Set: true}}, "unknown action 99"},
		{profile.Document{Syscalls: entry(profile.Entry{Args: []profile.OCIArg{{Op: 99}}})}, "/syscalls/0: unknown operator 99"},
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
