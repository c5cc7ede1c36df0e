package docker

import (
	"encoding/binary"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/compile/compiletest"
	"github.com/portcullis-go/portcullis/profile"
)

// TestVerdicts compiles each variant with proof and compares the program with the
// profile's rules, on boundary values and on every number.
func TestVerdicts(t *testing.T) {
	for _, v := range variants(t) {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			prog := v.compile(t, false)
			compiletest.Equivalent(t, v.profile, v.target, prog)
			v.checkNumbers(t, prog)
		})
	}
}

// checkNumbers compares verdicts on all numbers of the covered ABIs and on some
// that no call has.
func (v variant) checkNumbers(t *testing.T, prog *compile.Program) {
	ins, ok := bpf.Disassemble(prog.Raw())
	vm, err := bpf.NewVM(ins)
	if !ok || err != nil {
		t.Fatalf("x/net: %v, %v", ok, err)
	}
	allowed := 0
	for d := range calls(prog.Arches()) {
		if v.checkCall(t, prog, vm, d) == profile.Allow() {
			allowed++
		}
	}
	if allowed < 1000 {
		t.Errorf("only %d calls are allowed", allowed)
	}
}

// calls yields the numbers of each ABI with several arguments.
func calls(arches []arch.Arch) func(yield func(compile.Data) bool) {
	args := [][6]uint64{{}, {2, 3, 4, 5, 6, 7}, {38, 1 << 33, 0xffffffff}, {1 << 16, 8}}
	return func(yield func(compile.Data) bool) {
		for _, a := range arches {
			for i := range 601 * len(args) {
				if !yield(compile.Data{Nr: int32(a.Base()) + int32(i/len(args)), Audit: a.Audit(), Args: args[i%len(args)]}) {
					return
				}
			}
		}
	}
}

// checkCall returns the profile's verdict on a call, which both interpreters must
// find.
func (v variant) checkCall(t *testing.T, prog *compile.Program, vm *bpf.VM, d compile.Data) profile.Action {
	t.Helper()
	want, err := compile.Evaluate(v.profile, v.target, d)
	if err != nil {
		t.Fatal(err)
	}
	if got := prog.Run(d); got != want.Action {
		t.Fatalf("%v: the program returns %v, the profile %v", d, got, want)
	}
	if ret, err := vm.Run(bigEndian(d, v.target.Arch)); err != nil || profile.ActionOf(uint32(ret)) != want.Action {
		t.Fatalf("%v: x/net returns %#x, %v; the profile %v", d, ret, err, want)
	}
	return want.Action
}

// bigEndian lays out seccomp_data for x/net's interpreter, which loads every word
// as big-endian. The order of the two words of an argument stays the machine's.
func bigEndian(d compile.Data, a arch.Arch) []byte {
	be := binary.BigEndian
	b := be.AppendUint32(be.AppendUint32(nil, uint32(d.Nr)), d.Audit)
	for _, v := range append([]uint64{d.InstructionPointer}, d.Args[:]...) {
		if a.ByteOrder() != binary.ByteOrder(be) {
			v = v<<32 | v>>32
		}
		b = be.AppendUint64(b, v)
	}
	return b
}

// TestDocumentedVerdicts checks some that Docker's documentation promises.
func TestDocumentedVerdicts(t *testing.T) {
	eperm := profile.Errno(errno.EPERM)
	for _, v := range variants(t) {
		if v.target.Arch != arch.X86_64 || !strings.HasSuffix(v.name, "/default") {
			continue
		}
		compiletest.Check(t, v.compile(t, true), []compiletest.Case{
			{Call: "read", Want: profile.Allow()},
			{Arch: arch.X86, Call: "read", Want: profile.Allow()},
			{Arch: arch.X32, Call: "read", Want: profile.Allow()},
			{Call: "mount", Want: eperm},
			{Call: "reboot", Want: eperm},
			{Call: "clone3", Want: profile.Errno(errno.ENOSYS)},
			{Call: "clone(0x10000000)", Want: eperm}, // CLONE_NEWUSER
			{Call: "clone(0x11)", Want: profile.Allow()},
			{Call: "personality(0)", Want: profile.Allow()},
			{Call: "personality(0x40000)", Want: eperm}, // ADDR_NO_RANDOMIZE
			{Call: "personality(0xffffffff)", Want: profile.Allow()},
			{Call: "socket(2, 1)", Want: profile.Allow()},
			{Call: "socket(40, 1)", Want: eperm},    // AF_VSOCK
			{Call: "ptrace", Want: profile.Allow()}, // since Linux 4.8
			{Arch: arch.AArch64, Call: "read", Want: profile.KillThread()},
		})
	}
}
