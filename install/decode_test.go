package install

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/bpf"
)

func encode(t *testing.T, order binary.AppendByteOrder, prog []bpf.RawInstruction) []byte {
	t.Helper()
	var b []byte
	for _, ins := range prog {
		b = order.AppendUint32(append(order.AppendUint16(b, ins.Op), ins.Jt, ins.Jf), ins.K)
	}
	return b
}

func TestDecode(t *testing.T) {
	long := slices.Repeat(allowAll(), 4096)
	computed := []bpf.RawInstruction{{Op: 0x20, K: 4}, {Op: 0x15, Jt: 1, Jf: 2, K: 0x01020304}, {Op: 0x16}}
	for _, prog := range [][]bpf.RawInstruction{allowAll(), computed, long} {
		got, err := Decode(encode(t, binary.NativeEndian, prog))
		if err != nil || !slices.Equal(got, prog) {
			t.Errorf("%d instructions: got %d, %v", len(prog), len(got), err)
		}
	}
	other := binary.AppendByteOrder(binary.BigEndian)
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 0x100 {
		other = binary.LittleEndian
	}
	for _, test := range []struct {
		b    []byte
		want string
	}{
		{nil, "the program is empty"},
		{make([]byte, 7), "7 bytes"},
		{make([]byte, 12), "12 bytes"},
		{make([]byte, 4097*8+1), "32777 bytes"},
		{make([]byte, 4097*8), "4097 instructions; the limit is 4096"},
		{encode(t, other, allowAll()), "other byte order"},
		{encode(t, other, computed), "other byte order"},
	} {
		prog, err := Decode(test.b)
		var e *ProgramError
		if !errors.As(err, &e) || e.PC != -1 || prog != nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%d bytes: got %v, want a *ProgramError about %q", len(test.b), err, test.want)
		}
	}
}
