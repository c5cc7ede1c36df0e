package arch_test

import (
	"fmt"

	"github.com/portcullis-go/portcullis/arch"
)

func ExampleParse() {
	for _, name := range []string{"SCMP_ARCH_AARCH64", "arm64", "i686", "amd65"} {
		a, err := arch.Parse(name)
		fmt.Println(a, err)
	}
	// Output:
	// aarch64 <nil>
	// aarch64 <nil>
	// x86 <nil>
	// none unknown architecture "amd65"; did you mean "amd64"?
}

func ExampleArch_Companions() {
	for _, a := range arch.X86_64.Companions() {
		fmt.Printf("%v %#x\n", a, a.Audit())
	}
	// Output:
	// x86 0x40000003
	// x32 0xc000003e
}

func ExampleByAudit() {
	fmt.Println(arch.ByAudit(0xc000003e, 59))
	fmt.Println(arch.ByAudit(0xc000003e, 0x40000208))
	// Output:
	// x86_64 true
	// x32 true
}
