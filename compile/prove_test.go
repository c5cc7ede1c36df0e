package compile

import (
	"errors"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
)

// The proof rejects the program of another profile, with a counterexample, and one that
// this compiler can't have made.
func TestProve(t *testing.T) {
	target := Target{Arch: arch.X86_64}
	p := profile.New(profile.Errno(errno.EPERM)).Allow("read")
	right, err := Compile(p, Options{Target: target})
	if err != nil {
		t.Fatal(err)
	}
	if err := prove(right, &p, target); err != nil {
		t.Fatal(err)
	}
	var internal *InternalError
	var mismatch *MismatchError
	other := p.Allow("write")
	err = prove(right, &other, target)
	if !errors.As(err, &internal) || internal.Stage != "prove" || !errors.As(err, &mismatch) {
		t.Fatalf("%v", err)
	}
	if c := mismatch.Counterexample; c.A != profile.Allow() || c.B != right.Run(c.Data) || c.Data.String() != "x86_64 write()" {
		t.Errorf("%v", c)
	}
	foreign, err := FromRaw([]bpf.RawInstruction{{Op: cbpf.LdLen}, cbpf.Ret(0)}, arch.X86_64)
	if err != nil {
		t.Fatal(err)
	}
	var lift *LiftError
	if err := prove(foreign, &p, target); !errors.As(err, &internal) || !errors.As(err, &lift) || lift.PC != 0 {
		t.Errorf("%v", err)
	}
}
