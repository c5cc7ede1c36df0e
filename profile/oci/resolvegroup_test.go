package oci_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
)

func TestResolveRules(t *testing.T) {
	p, _, err := rulesDoc(t, `"SCMP_ARCH_X86","SCMP_ARCH_X86_64"`,
		"read,write,_llseek OK", "openat,read L", "ioctl OK 1==0x5401", "ioctl OK 1==0x5402 0==3", "personality A 0<5", "personality B 0<9").Resolve(crunOn(arch.X86_64))
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, r := range p.Rules {
		fmt.Fprintln(&got, r.Arches, r.Syscalls, r.If, r.Action)
	}
	const want = `[x86_64 x86] [read write _llseek] <nil> Allow
[x86_64 x86] [openat] <nil> Log
[x86_64 x86] [ioctl] long(arg1) == 21505 Allow
[x86_64 x86] [ioctl] long(arg0) == 3 && long(arg1) == 21506 Allow
[x86_64 x86] [personality] long(arg0) < 5 Errno(1)
[x86_64 x86] [personality] long(arg0) < 9 Errno(2)
`
	if got.String() != want {
		t.Errorf("rules:\n%swant:\n%s", got.String(), want)
	}
	if p.BadArch != profile.KillThread() || !slices.Equal(p.Arches, []arch.Arch{arch.X86_64, arch.X86}) {
		t.Errorf("BadArch %v, Arches %v", p.BadArch, p.Arches)
	}
}
