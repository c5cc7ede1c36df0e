package profile_test

import (
	"fmt"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

func ExampleDocument_Profile() {
	d, err := profile.ParseOCI([]byte(`{
	"defaultAction": "SCMP_ACT_ERRNO",
	"archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
	"syscalls": [
		{"names": ["read", "write", "exit_group"], "action": "SCMP_ACT_ALLOW"},
		{"names": ["prctl"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 38, "op": "SCMP_CMP_EQ"}]},
		{"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
		{"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
		{"names": ["write"], "action": "SCMP_ACT_LOG"}
	]}`), profile.ParseOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	p, findings, err := d.Profile(profile.ResolveOptions{
		Target:  profile.Target{Arch: arch.X86_64, Kernel: syscalls.Release{Major: 6, Minor: 12}},
		Runtime: profile.Crun,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("default:", p.Default)
	for _, r := range p.Rules {
		fmt.Println(r.Arches, r.Syscalls, r.If, r.Action)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	// Output:
	// default: Errno(EPERM)
	// [x86_64 x86] [read write exit_group ptrace] <nil> Allow
	// [x86_64 x86] [prctl] long(arg0) == 38 Allow
	// 9:3: /syscalls/4: Log has no effect on write: the unconditional rule Allow of line 5 (/syscalls/0) comes first [ignored-rule]
}
