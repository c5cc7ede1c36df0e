package errno_test

import (
	"fmt"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
)

func ExampleErrno_Number() {
	for _, a := range []arch.Arch{arch.X86_64, arch.MIPS, arch.PARISC} {
		n, ok := errno.ENOSYS.Number(a)
		fmt.Println(a, n, ok)
	}
	// Output:
	// x86_64 38 true
	// mips 89 true
	// parisc 251 true
}

func ExampleParse() {
	e, err := errno.Parse("EWOULDBLOCK")
	fmt.Println(e, err)
	_, err = errno.Parse("EPREM")
	fmt.Println(err)
	// Output:
	// EAGAIN <nil>
	// unknown error number "EPREM"; did you mean "EPERM"?
}
