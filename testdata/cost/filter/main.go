// Command filter is bare, and a filter: it uses profile, compile and install as
// a program does that confines itself.
package main

import (
	"fmt"
	"os"

	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/profile"
)

func main() {
	if len(os.Args) > 1 {
		if err := confine(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	fmt.Println("hello")
}

func confine() error {
	p := profile.New(profile.Allow()).
		Deny(errno.EPERM, "ptrace").
		Deny(errno.EPERM, "socket").If(profile.Arg(0).Equal(40))
	prog, err := compile.Compile(p, compile.Options{})
	if err != nil {
		return err
	}
	return install.Load(prog.Raw(), install.Options{})
}
