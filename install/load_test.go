package install

import (
	"errors"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/kerneltest"
)

func allowAll() []bpf.RawInstruction { return []bpf.RawInstruction{cbpf.Ret(uint32(ActionAllow))} }

// TestLoadProgram is about programs that no system is asked about.
func TestLoadProgram(t *testing.T) {
	kerneltest.NeedFilters(t) // a defect would install one
	for _, test := range []struct {
		name string
		prog []bpf.RawInstruction
		pc   int
		want string
	}{
		{"empty", nil, -1, "install: the program is empty"},
		{"too long", make([]bpf.RawInstruction, 4097), -1, "install: the program has 4097 instructions; the limit is 4096"},
		{"offset", []bpf.RawInstruction{cbpf.Load(0), cbpf.Load(66), cbpf.Ret(0)}, 1,
			"install: instruction 1: ld [66]: load at offset 66; offsets are multiples of 4 below 64"},
		{"notification", []bpf.RawInstruction{cbpf.JA(0), cbpf.Ret(0x7fc00001)}, 1,
			"install: instruction 1: ret #0x7fc00001: user notification needs a supervisor with the filter's descriptor, and Load makes none"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, o := range []Options{{}, {Thread: true}, {KeepPrivs: true, Flags: FlagLog}, {Flags: 1 << 30}} {
				err := Load(test.prog, o)
				var e *ProgramError
				if !errors.As(err, &e) {
					t.Fatalf("%+v: got %v, want a *ProgramError", o, err)
				}
				if e.PC != test.pc || err.Error() != test.want || e.Unwrap() != nil {
					t.Errorf("%+v: got %q at %d, want %q at %d", o, err, e.PC, test.want, test.pc)
				}
			}
		})
	}
}
