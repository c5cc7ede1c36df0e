package libseccomp

import (
	"fmt"

	"github.com/portcullis-go/portcullis/arch"
)

func ExampleBuild() {
	prog, err := Build(0x7fff0000, []arch.Arch{arch.X86_64}, []Rule{{Name: "ptrace", Action: 0x50001}}, 1)
	fmt.Println(len(prog) > 0, err)
	// Output: true <nil>
}
