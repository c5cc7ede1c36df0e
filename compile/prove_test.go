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

// TestCompileProves has the last stages refuse what the ones before them did wrong, in
// short, long, big-endian and several-ABI programs. There must be no program then.
func TestCompileProves(t *testing.T) {
	long := profile.New(profile.Errno(errno.EPERM))
	for nr := range uint32(300) {
		long = long.Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 3 * nr, Last: 3 * nr}}, Action: profile.Trap(uint16(nr))})
	}
	short := profile.New(profile.Errno(errno.EPERM)).Allow("read")
	for name, p := range map[string]profile.Profile{
		"short":        short.On(arch.X86_64),
		"long":         long.On(arch.AArch64),
		"big-endian":   short.On(arch.S390X),
		"several ABIs": short.On(arch.X86_64, arch.X86, arch.X32),
		"adjacent":     short.On(arch.PPC64, arch.S390X), // audit architectures that are neighbours
		"one verdict":  {},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Compile(p, Options{}); err != nil {
				t.Fatal(err)
			}
			var mismatch *MismatchError
			wantInternal(t, p, "prove", &mismatch, func(code []bpf.RawInstruction) {
				for pc := range code {
					if code[pc].Op == cbpf.RetK && code[pc].K != retAllow {
						code[pc].K = retAllow
						return
					}
				}
			})
			var refused *CheckError
			wantInternal(t, p, "check", &refused, func(code []bpf.RawInstruction) { code[len(code)-1].Op = cbpf.LdImm })
		})
	}
}

// wantInternal compiles with code that is damaged after its layout, and wants an
// InternalError of that stage with that cause.
func wantInternal(t *testing.T, p profile.Profile, stage string, cause any, damage func([]bpf.RawInstruction)) {
	t.Helper()
	prog, err := compile(&p, &Options{}, func(stage string, _ *decisions, _ tree, code []bpf.RawInstruction) {
		if stage == "layout" {
			damage(code)
		}
	})
	var internal *InternalError
	if prog != nil || !errors.As(err, &internal) || internal.Stage != stage || !errors.As(err, cause) {
		t.Errorf("%v, %v; want an internal error of stage %s", prog, err, stage)
	}
}
