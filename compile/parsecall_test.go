package compile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
)

func TestParseCall(t *testing.T) {
	for _, c := range []struct {
		abi  arch.Arch
		text string
		want compile.Data
	}{
		{arch.X86_64, "socket", compile.Data{Nr: 41}},
		{arch.X86_64, " socket ( 38,1 , 0x2 ) ", compile.Data{Nr: 41, Args: [6]uint64{38, 1, 2}}},
		{arch.X86_64, "socket()", compile.Data{Nr: 41}},
		{arch.X86_64, "socket( )", compile.Data{Nr: 41}},
		{arch.X86_64, "openat(-100)", compile.Data{Nr: 257, Args: [6]uint64{0xffffffff_ffffff9c}}},
		{arch.X86, "openat(-100)", compile.Data{Nr: 295, Args: [6]uint64{0xffffff9c}}},
		{arch.X86, "openat(0xffffffffffffff9c, 0xffffffff)", compile.Data{Nr: 295, Args: [6]uint64{0xffffff9c, 0xffffffff}}},
		{arch.X32, "read(0x100000001)", compile.Data{Nr: 0x40000000, Args: [6]uint64{1<<32 | 1}}},
		{arch.X86_64, "600(1, 2, 3, 4, 5, 0b110)", compile.Data{Nr: 600, Args: [6]uint64{1, 2, 3, 4, 5, 6}}},
		{arch.X86_64, "-1", compile.Data{Nr: -1}},
		{arch.X86_64, "0xffffffff", compile.Data{Nr: -1}},
		{arch.S390, "socket(3)", compile.Data{Nr: 359, Args: [6]uint64{3}}},
		{arch.X86, "accept(3)", compile.Data{Nr: 102, Args: [6]uint64{5}}}, // socketcall
	} {
		c.want.Audit = c.abi.Audit()
		if got, err := compile.ParseCall(c.abi, c.text); err != nil || got != c.want {
			t.Errorf("%v %q: %v, %v", c.abi, c.text, got, err)
		}
	}
	for _, c := range []struct {
		abi        arch.Arch
		text, want string
	}{
		{arch.X86_64, "", `unknown system call ""`},
		{arch.X86_64, "socket(", "missing )"},
		{arch.X86_64, "socket(1", "missing )"},
		{arch.X86_64, "socket(1) 2", "missing )"},
		{arch.X86_64, "socket(1,)", "argument 1"},
		{arch.X86_64, "socket(,1)", "argument 0"},
		{arch.X86_64, "socket(AF_INET)", "argument 0"},
		{arch.X86_64, "socket(0x10000000000000000)", "out of range"},
		{arch.X86_64, "socket(1,2,3,4,5,6,7)", "7 arguments"},
		{arch.X86, "socket(0x100000000)", "doesn't fit the 32-bit registers of x86"},
		{arch.X86_64, "4294967296", "no number of 32 bits"},
		{arch.X86_64, "12x", "no number of 32 bits"},
		{arch.X86_64, "s390_runtime_instr", "x86_64 has no system call"},
		{0, "read", "no ABI"},
		{0, "1", "no ABI"},
	} {
		if got, err := compile.ParseCall(c.abi, c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v %q: %v, %v; want an error with %q", c.abi, c.text, got, err, c.want)
		}
	}
}

func ExampleParseCall() {
	d, err := compile.ParseCall(arch.X86, "openat(-100, 0x8000)")
	fmt.Println(d, err)
	// Output:
	// x86 openat(0xffffff9c, 0x8000) <nil>
}
