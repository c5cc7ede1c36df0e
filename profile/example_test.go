package profile_test

import (
	"fmt"

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

// Conditions have a text in Go-like notation. A width other than the kernel's own
// is part of it.
func ExampleOperand() {
	fd, flags := profile.Arg(0), profile.Arg(2)
	for _, c := range []profile.Cond{
		fd.In(0, 1, 2),
		fd.Between(3, 9),
		flags.AnyBits(0x3),
		profile.And{fd.Register().Less(10), profile.Not{Cond: flags.Equal(0)}},
	} {
		fmt.Println(c)
	}
	// Output:
	// arg0 in {0, 1, 2}
	// arg0 >= 3 && arg0 <= 9
	// !(arg2 & 0x3 == 0x0)
	// reg(arg0) < 10 && !(arg2 == 0)
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
