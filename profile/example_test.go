package profile_test

import (
	"fmt"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
)

func ExampleProfile() {
	const (
		afUnix = 1
		afInet = 2
	)
	p := profile.New(profile.Errno(errno.EPERM)).
		Allow("read", "write", "exit_group").
		Allow("socket").If(profile.Arg(0).In(afUnix, afInet)).
		Deny(errno.ENOSYS, "clone3")
	for _, r := range p.Rules {
		fmt.Print(r.Action, " ", r.Syscalls)
		if r.If != nil {
			fmt.Print(" if ", r.If)
		}
		fmt.Println()
	}
	fmt.Println("otherwise", p.Default)
	// Output:
	// Allow [read write exit_group]
	// Allow [socket] if arg0 in {1, 2}
	// Errno(ENOSYS) [clone3]
	// otherwise Errno(EPERM)
}

// A derived profile leaves its base as it was.
func ExampleProfile_Rule() {
	base := profile.New(profile.KillProcess()).Allow("read", "write")
	server := base.Allow("accept4")
	fmt.Println(len(base.Rules), len(server.Rules))
	// Output: 1 2
}

func ExampleProfile_Validate() {
	p := profile.New(profile.Errno(errno.EPERM)).
		Allow("read").If(profile.Arg(6).Equal(1)).
		Allow()
	fmt.Println(p.Validate())
	// Output:
	// profile: rule 0: a test is of an argument other than 0 to 5
	// profile: rule 1: it names no system call
}

func ExampleAction_MarshalText() {
	for _, a := range []profile.Action{profile.Allow(), profile.Errno(errno.EPERM), profile.Trace(7)} {
		text, _ := a.MarshalText()
		fmt.Printf("%s\n", text)
	}
	// Output:
	// Allow
	// Errno(EPERM)
	// Trace(7)
}

func ExampleParseOCI() {
	const text = `{
	"defaultAction": "SCMP_ACT_ERRNO",
	"syscalls": [
		{"names": ["read", "ckock_adjtime"], "action": "SCMP_ACT_ALLOW"},
		{"names": ["kill"], "action": "SCMP_ACT_ALLOW", "ARGS": [
			{"index": 1, "value": 9, "op": "SCMP_CMP_NE"}]}
	]
}`
	d, err := profile.ParseOCI([]byte(text), profile.ParseOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Findings())
	// Output:
	// 4:22: /syscalls/0/names/1: no ABI has a system call "ckock_adjtime"; it is ignored (did you mean "clock_adjtime"?) [unknown-syscall]
	// 5:51: /syscalls/1/ARGS: the key "ARGS" is read only by decoders that ignore case (did you mean "args"?) [key-case]
}

// What the runtimes reject is an error. All slips are reported at once.
func ExampleParseOCI_errors() {
	const text = `{
	"defaultAction": "SCMP_ACt_ERRNO", // deny
	"architectures": ["amd64"],
	"syscalls": [
		{"names": ["read"], "action": "SCMP_ACT_ALLOW"},
	]
}`
	_, err := profile.ParseOCI([]byte(text), profile.ParseOptions{})
	fmt.Println(err)
	// Output:
	// 2:19: /defaultAction: there is no action "SCMP_ACt_ERRNO" (did you mean "SCMP_ACT_ERRNO"?) [bad-action]
	// 2:37: JSON has no comments [comment]
	// 3:20: /architectures/0: there is no architecture "amd64" (did you mean "SCMP_ARCH_X86_64"?) [bad-architecture]
	// 5:50: /syscalls: a comma stands before the closing ] [trailing-comma]
}

func ExampleMarshalOCI() {
	p := profile.New(profile.Errno(errno.EPERM)).On(arch.X86_64).
		Allow("read", "write").
		Allow("socket").If(profile.Arg(0).Equal(1))
	p.BadArch = profile.KillThread() // as the runtimes do
	text, err := profile.MarshalOCI(p)
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
