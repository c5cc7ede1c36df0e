package oci_test

import (
	"fmt"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// From a Docker profile to the rules that hold on one machine, with what its author
// should know.
func Example() {
	d, err := oci.Parse([]byte(`{
	"defaultAction": "SCMP_ACT_ERRNO",
	"archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
	"syscalls": [
		{"names": ["read", "write", "exit_group"], "action": "SCMP_ACT_ALLOW"},
		{"names": ["prctl"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 38, "op": "SCMP_CMP_EQ"}]},
		{"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
		{"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
		{"names": ["write"], "action": "SCMP_ACT_LOG"}
	]}`), oci.ParseOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	p, findings, err := d.Resolve(oci.ResolveOptions{
		Target:  oci.Target{Arch: arch.X86_64, Kernel: syscalls.Release{Major: 6, Minor: 12}},
		Runtime: oci.Crun,
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

// Which entries count depends on the machine and on the process.
func ExampleDocument_Resolve() {
	d, err := oci.Parse([]byte(`{
	"defaultAction": "SCMP_ACT_ERRNO",
	"syscalls": [
		{"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
		{"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}}
	]}`), oci.ParseOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, target := range []oci.Target{
		{Arch: arch.X86_64, Kernel: syscalls.Release{Major: 4, Minor: 4}, Caps: []string{"CAP_SYS_ADMIN"}},
		{Arch: arch.RISCV64, Kernel: syscalls.Release{Major: 6, Minor: 12}},
	} {
		p, _, err := d.Resolve(oci.ResolveOptions{Target: target, Runtime: oci.Crun})
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, r := range p.Rules {
			fmt.Println(r.Arches, r.Syscalls, r.Action)
		}
	}
	// Output:
	// [x86_64] [mount] Allow
	// [riscv64] [ptrace] Allow
}

func ExampleParse() {
	const text = `{
	"defaultAction": "SCMP_ACT_ERRNO",
	"syscalls": [
		{"names": ["read", "ckock_adjtime"], "action": "SCMP_ACT_ALLOW"},
		{"names": ["kill"], "action": "SCMP_ACT_ALLOW", "ARGS": [
			{"index": 1, "value": 9, "op": "SCMP_CMP_NE"}]}
	]
}`
	d, err := oci.Parse([]byte(text), oci.ParseOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Findings())
	// Output:
	// 4:22: /syscalls/0/names/1: no ABI has a system call "ckock_adjtime"; it is ignored (did you mean "clock_adjtime"?) [unknown-syscall]
	// 5:51: /syscalls/1/ARGS: the key "ARGS" is read only by decoders that ignore case (did you mean "args"?) [key-case]
}

// What the runtimes reject is an error. All errors are reported at once.
func ExampleParse_errors() {
	const text = `{
	"defaultAction": "SCMP_ACt_ERRNO", // deny
	"architectures": ["amd64"],
	"syscalls": [
		{"names": ["read"], "action": "SCMP_ACT_ALLOW"},
	]
}`
	_, err := oci.Parse([]byte(text), oci.ParseOptions{})
	fmt.Println(err)
	// Output:
	// 2:19: /defaultAction: there is no action "SCMP_ACt_ERRNO" (did you mean "SCMP_ACT_ERRNO"?) [bad-action]
	// 2:37: JSON has no comments [comment]
	// 3:20: /architectures/0: there is no architecture "amd64" (did you mean "SCMP_ARCH_X86_64"?) [bad-architecture]
	// 5:50: /syscalls: a comma stands before the closing ] [trailing-comma]
}

func ExampleMarshal() {
	p := profile.New(profile.Errno(errno.EPERM)).On(arch.X86_64).
		Allow("read", "write").
		Allow("socket").If(profile.Arg(0).Equal(1))
	p.BadArch = profile.KillThread() // as the runtimes do
	text, err := oci.Marshal(p)
	fmt.Printf("%s%v\n", text, err)
	// Output:
	// {
	// 	"defaultAction": "SCMP_ACT_ERRNO",
	// 	"defaultErrnoRet": 1,
	// 	"architectures": [
	// 		"SCMP_ARCH_X86_64"
	// 	],
	// 	"flags": [],
	// 	"syscalls": [
	// 		{
	// 			"names": [
	// 				"read",
	// 				"write"
	// 			],
	// 			"action": "SCMP_ACT_ALLOW"
	// 		},
	// 		{
	// 			"names": [
	// 				"socket"
	// 			],
	// 			"action": "SCMP_ACT_ALLOW",
	// 			"args": [
	// 				{
	// 					"index": 0,
	// 					"value": 4294967295,
	// 					"valueTwo": 1,
	// 					"op": "SCMP_CMP_MASKED_EQ"
	// 				}
	// 			]
	// 		}
	// 	]
	// }
	// <nil>
}
