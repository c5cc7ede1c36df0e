package compile_test

import (
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// TestPathsUnknown follows both branches of a test whose operand isn't known: it came
// from a scratch word, or paths meet that set it differently.
func TestPathsUnknown(t *testing.T) {
	op := func(code uint16, k uint32) bpf.RawInstruction { return bpf.RawInstruction{Op: code, K: k} }
	end := func(test uint32) []bpf.RawInstruction { // a short way on if A is test, and else a long one
		return []bpf.RawInstruction{cbpf.Jump(cbpf.JeqK, test, 0, 1), cbpf.Ret(0), op(cbpf.LdImm, 0), op(cbpf.LdImm, 0), cbpf.Ret(1)}
	}
	meet := []bpf.RawInstruction{cbpf.Load(cbpf.OffArgs), cbpf.Jump(cbpf.JeqK, 0, 0, 2), op(cbpf.LdImm, 1), cbpf.JA(1), op(cbpf.LdImm, 2)}
	for _, tt := range []struct {
		name              string
		prog              []bpf.RawInstruction
		shortest, longest int
	}{
		{"scratch word", append([]bpf.RawInstruction{op(cbpf.LdImm, 7), op(cbpf.St, 1), op(cbpf.LdImm, 5), op(cbpf.LdMem, 1)}, end(5)...), 6, 8},
		{"paths that meet, the first known", append(meet, end(1)...), 5, 8},
		{"paths that meet, the second known", append(meet, end(2)...), 5, 8},
		{"a constant", append([]bpf.RawInstruction{op(cbpf.LdImm, 5)}, end(5)...), 3, 3},
		{"another constant", append([]bpf.RawInstruction{op(cbpf.LdImm, 6)}, end(5)...), 5, 5},
	} {
		prog, err := compile.FromRaw(tt.prog, arch.X86_64)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		for _, c := range prog.Stats(nil).Calls[:10] {
			if c.Shortest != tt.shortest || c.Longest != tt.longest {
				t.Errorf("%s: %s takes %d to %d instructions, want %d to %d", tt.name, c.Name, c.Shortest, c.Longest, tt.shortest, tt.longest)
			}
		}
	}
}
