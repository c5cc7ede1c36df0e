package compiletest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/compile/compiletest"
	"github.com/portcullis-go/portcullis/profile"
)

// printer stands for the *testing.T that a test function has.
type printer struct{ testing.TB }

func (printer) Helper() {}

func (printer) Errorf(format string, args ...any) {
	message, _, _ := strings.Cut(fmt.Sprintf(format, args...), "\n")
	fmt.Println(message)
}

func Example() {
	var t printer // func TestPolicy(t *testing.T)

	p := profile.New(profile.Errno(errno.EPERM)).
		Allow("read", "write", "exit_group").
		Allow("socket").If(profile.Arg(0).Equal(1))
	target := compile.Target{Arch: arch.X86_64}
	prog, err := compile.Compile(p, compile.Options{Target: target})
	if err != nil {
		fmt.Println(err)
		return
	}
	compiletest.Check(t, prog, []compiletest.Case{
		{Call: "read", Want: profile.Allow()},
		{Call: "socket(1, 1)", Want: profile.Allow()},
		{Name: "AF_ALG", Call: "socket(38, 5)", Want: profile.KillProcess()},
		{Arch: arch.X86, Call: "read", Want: profile.KillProcess()},
	})
	compiletest.Equivalent(t, p, target, prog)
	// Output:
	// case 2, AF_ALG: verdict Errno(EPERM), want KillProcess
}

func ExampleBoundaries() {
	p := profile.New(profile.Allow()).
		Deny(errno.EPERM, "ioctl").If(profile.Arg(1).Equal(0x5412))
	target := compile.Target{Arch: arch.X86_64}
	n := 0
	for d := range compiletest.Boundaries(p, target) {
		if v, err := compile.Evaluate(p, target, d); err == nil && v.Action == profile.Errno(1) {
			if n++; n <= 3 {
				fmt.Println(d)
			}
		}
	}
	// Output:
	// x86_64 ioctl(0x0, 0x5412)
	// x86_64 ioctl(0x0, 0x100005412)
	// x86_64 ioctl(0x0, 0x8000000000005412)
}
