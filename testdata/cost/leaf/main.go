// Command leaf is bare, and package install: what a program costs that embeds a
// filter compiled ahead of time.
package main

import (
	"fmt"
	"os"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/install"
)

func main() {
	if len(os.Args) > 1 {
		if err := install.Load([]bpf.RawInstruction{{Op: 0x06, K: 0x7fff0000}}, install.Options{}); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	fmt.Println("hello")
}
