package cbpf

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/net/bpf"
)

const allow = 0x7fff0000

// raw is any instruction.
func raw(op uint16, k uint32) bpf.RawInstruction { return bpf.RawInstruction{Op: op, K: k} }

// checkCase is a program and the fault that Check finds.
type checkCase struct {
	name string
	prog []bpf.RawInstruction
	pc   int    // of the fault
	want string // in the message; "" if there is no fault
}

func checkCases() []checkCase {
	long := make([]bpf.RawInstruction, MaxInsns+1)
	for i := range long {
		long[i] = Ret(allow)
	}
	farthest := append([]bpf.RawInstruction{JA(MaxInsns - 2)}, long[:MaxInsns-1]...)
	return []checkCase{
		{"empty", nil, -1, "empty"},
		{"too long", long, -1, "4097 instructions; the limit is 4096"},
		{"longest", long[:MaxInsns], 0, ""},
		{"farthest jump", farthest, 0, ""},
		{"one ret", []bpf.RawInstruction{Ret(allow)}, 0, ""},
		{"ret a", []bpf.RawInstruction{raw(RetA, 0)}, 0, ""},
		{"ret x", []bpf.RawInstruction{raw(0x0e, 0)}, 0, "0x000e is no operation code"},
		{"no ret", []bpf.RawInstruction{Ret(0), Load(0)}, 1, "ld [0]: the last instruction must be a ret"},
		{"load past the end", []bpf.RawInstruction{Load(0), Load(66), Load(64), Ret(0)}, 1, "ld [66]: load at offset 66; offsets"},
		{"load just past the end", []bpf.RawInstruction{Load(60), Load(64), Ret(0)}, 1, "offset 64"},
		{"unaligned load", []bpf.RawInstruction{Load(2), Ret(0)}, 0, "offset 2;"},
		{"ancillary load", []bpf.RawInstruction{Load(0xfffff000), Ret(0)}, 0, "offset 4294963200"},
		{"byte load", []bpf.RawInstruction{raw(0x30, 0), Ret(0)}, 0, "ldb [0]: seccomp has no such operation"},
		{"indirect load", []bpf.RawInstruction{raw(0x40, 4), Ret(0)}, 0, "ld [x+4]: seccomp has"},
		{"msh", []bpf.RawInstruction{raw(0xb1, 4), Ret(0)}, 0, "ldxb 4*([4]&0xf): seccomp has"},
		{"mod", []bpf.RawInstruction{raw(0x94, 3), Ret(0)}, 0, "mod #3: seccomp has"},
		{"eBPF code", []bpf.RawInstruction{raw(0xb7, 3), Ret(0)}, 0, "0x00b7 is no operation code"},
		{"wide code", []bpf.RawInstruction{raw(0x120, 0), Ret(0)}, 0, "0x0120 is no operation code"},
		{"division by zero", []bpf.RawInstruction{raw(DivK, 1), raw(DivK, 0), Ret(0)}, 1, "div #0: division by zero"},
		{"shift", []bpf.RawInstruction{raw(LshK, 31), raw(RshK, 32), Ret(0)}, 1, "rsh #32: shift by 32"},
		{"scratch index", []bpf.RawInstruction{raw(St, 15), raw(St, 16), Ret(0)}, 1, "st M[16]: there are 16"},
		{"scratch index of a load", []bpf.RawInstruction{raw(LdMem, 1<<31), Ret(0)}, 0, "there are 16"},
		{"jump to the end", []bpf.RawInstruction{JA(1), Ret(0)}, 0, "ja 2: jump past the end"},
		{"jump around", []bpf.RawInstruction{JA(0xffffffff), Ret(0)}, 0, "ja 4294967296: jump past the end"},
		{"last jump", []bpf.RawInstruction{Ret(0), JA(0)}, 1, "ja 2: jump past the end"},
		{"branch, jt", []bpf.RawInstruction{Jump(JeqK, 1, 1, 0), Ret(0)}, 0, "jeq #0x1, 2, 1: jump past the end"},
		{"branch, jf", []bpf.RawInstruction{Jump(JsetX, 0, 0, 255), Ret(0)}, 0, "jset x, 1, 256: jump past the end"},
		{"branch", []bpf.RawInstruction{Jump(JgeK, 1, 1, 0), Ret(0), Ret(1)}, 0, ""},
		{"first of several", []bpf.RawInstruction{raw(LdMem, 0), Load(1), JA(9)}, 0, "M[0] may be read before"},
		{"unread scratch", []bpf.RawInstruction{raw(St, 3), raw(LdxMem, 3), raw(LdxMem, 4), Ret(0)}, 2, "ldx M[4]: M[4] may be read before"},
		{"written on one path", []bpf.RawInstruction{Jump(JeqK, 0, 0, 1), raw(Stx, 0), raw(LdMem, 0), Ret(0)}, 2, "M[0]"},
		{"written on both paths", []bpf.RawInstruction{
			Jump(JeqK, 0, 0, 2), raw(Stx, 0), JA(1), raw(St, 0), raw(LdMem, 0), Ret(0)}, 0, ""},
		{"read where nothing comes", []bpf.RawInstruction{JA(1), raw(LdMem, 7), Ret(0)}, 0, ""},
		{"read after a ret", []bpf.RawInstruction{Ret(0), raw(LdMem, 7), Ret(0)}, 1, "M[7]"},
		{"ignored fields", []bpf.RawInstruction{{Op: Neg, Jt: 255, Jf: 255, K: 0xffffffff}, {Op: RetA, Jt: 9, K: 1}}, 0, ""},
	}
}

func TestCheck(t *testing.T) {
	for _, test := range checkCases() {
		t.Run(test.name, func(t *testing.T) {
			err := Check(test.prog)
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if e.PC != test.pc || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q at %d, want %q at %d", err, e.PC, test.want, test.pc)
			}
		})
	}
}

// TestTable checks what every operation must have, so that no reader of the table
// meets a hole.
func TestTable(t *testing.T) {
	seen := map[string]uint16{}
	allowed := 0
	for code := range ops {
		o := lookup(uint16(code))
		switch {
		case o == op{}:
			continue
		case o.name == none:
			t.Errorf("%#x: an operation without name", code)
		case o.rule != ruleRefused:
			allowed++
		}
		text := Format([]bpf.RawInstruction{{Op: uint16(code)}}, 0)
		if prev, dup := seen[text]; dup {
			t.Errorf("%#x and %#x are both %q", prev, code, text)
		}
		seen[text] = uint16(code)
		if (o.verb == unknown) != (o.rule == ruleRefused) {
			t.Errorf("%#x %q: semantics and refusal don't fit", code, text)
		}
		if (o.verb == compute) != (o.name >= add && o.name <= xor) || (o.verb == branch) != (o.name >= jeq && o.name <= jset) {
			t.Errorf("%#x %q: wrong function", code, text)
		}
	}
	// The cases of seccomp_check_filter.
	if allowed != 41 {
		t.Errorf("%d operations, want 41", allowed)
	}
	if o := lookup(0xffff); o != (op{}) {
		t.Errorf("0xffff is %v", o)
	}
}
