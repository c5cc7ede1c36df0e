// Command leaf is bare, and a filter that was compiled ahead: it uses install
// alone, as a program does that embeds its filter.
package main

import (
	"fmt"
	"os"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/install"
)

func main() {
	if len(os.Args) > 1 {
		allow := []bpf.RawInstruction{{Op: 0x06, K: 0x7fff0000}} // ret: allow
		if err := install.Load(allow, install.Options{}); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	fmt.Println("hello")
}
