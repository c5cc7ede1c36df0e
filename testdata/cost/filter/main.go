// Command filter is bare, and a profile: it compiles and installs a filter, as a
// program does that confines itself.
package main

import (
	"fmt"
	"os"

	"github.com/portcullis-go/portcullis"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
)

func main() {
	if len(os.Args) > 1 {
		p := profile.New(profile.Allow()).
			Deny(errno.EPERM, "ptrace").
			Deny(errno.EPERM, "socket").If(profile.Arg(0).Equal(40))
		if err := portcullis.Confine(p); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	fmt.Println("hello")
}
