package cbpf

import (
	"strings"
	"testing"

	"golang.org/x/net/bpf"
)

func TestFormat(t *testing.T) {
	pad := []bpf.RawInstruction{Ret(0), Ret(0), Ret(0)}
	for _, test := range []struct {
		ins  bpf.RawInstruction
		want string
	}{
		{Load(4), "ld [4]"},
		{raw(LdImm, 255), "ld #0xff"},
		{raw(LdLen, 0), "ld #len"},
		{raw(LdMem, 3), "ld M[3]"},
		{raw(LdxImm, 255), "ldx #0xff"},
		{raw(LdxLen, 0), "ldx #len"},
		{raw(LdxMem, 3), "ldx M[3]"},
		{raw(St, 1), "st M[1]"},
		{raw(Stx, 1), "stx M[1]"},
		{raw(Tax, 0), "tax"},
		{raw(Txa, 0), "txa"},
		{raw(AddK, 12), "add #12"},
		{raw(AddX, 0), "add x"},
		{raw(LshK, 12), "lsh #12"},
		{raw(Neg, 0), "neg"},
		{And(0xff), "and #0xff"},
		{JA(1), "ja 5"},
		{JA(0xffffffff), "ja 4294967299"},
		{Jump(JeqK, 0xc000003e, 1, 8), "jeq #0xc000003e, 5, 12"},
		{Jump(JgtX, 0, 0, 255), "jgt x, 4, 259"},
		{Ret(0x7fff0000), "ret #0x7fff0000"},
		{Ret(0), "ret #0x0"},
		{raw(RetA, 0), "ret a"},
		{raw(0x94, 3), "mod #3"},
		{raw(0xb1, 3), "ldxb 4*([3]&0xf)"},
		{raw(0x50, 3), "ldb [x+3]"},
		{bpf.RawInstruction{Op: 0x0e, Jt: 1, Jf: 2, K: 3}, ".raw 0x000e, 1, 2, 0x3"},
		{raw(0xffff, 0), ".raw 0xffff, 0, 0, 0x0"},
		// What the kernel ignores must not get lost.
		{bpf.RawInstruction{Op: RetK, Jt: 1, K: 2}, "ret #0x2 ; jt 1, jf 0"},
		{raw(RetA, 2), "ret a ; k 0x2"},
		{bpf.RawInstruction{Op: Tax, Jf: 1, K: 2}, "tax ; jt 0, jf 1 ; k 0x2"},
		{bpf.RawInstruction{Op: JeqX, Jf: 1, K: 2}, "jeq x, 4, 5 ; k 0x2"},
		{bpf.RawInstruction{Op: Ja, Jf: 1, K: 2}, "ja 6 ; jt 0, jf 1"},
	} {
		if got := Format(append(pad[:3:3], test.ins), 3); got != test.want {
			t.Errorf("%+v: got %q, want %q", test.ins, got, test.want)
		}
	}
	if Format(pad, -1) != "" || Format(pad, 3) != "" {
		t.Error("an instruction outside of the program has a text")
	}
}

// TestFormatDistinct looks for two instructions that look the same.
func TestFormatDistinct(t *testing.T) {
	seen := map[string]bpf.RawInstruction{}
	ks := []uint32{0, 1, 10, 16, 1 << 31, 0xffffffff}
	for i := range 0x200 * 4 * len(ks) {
		ins := bpf.RawInstruction{Op: uint16(i / 4 / len(ks)), Jt: uint8(i & 1), Jf: uint8(i >> 1 & 1), K: ks[i/4%len(ks)]}
		text := Format([]bpf.RawInstruction{ins}, 0)
		if prev, dup := seen[text]; dup {
			t.Errorf("%+v and %+v are both %q", prev, ins, text)
		}
		if strings.Contains(text, "%!") {
			t.Errorf("%+v: %q", ins, text)
		}
		seen[text] = ins
	}
}
