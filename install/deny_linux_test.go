package install

import (
	"syscall"
	"unsafe"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/internal/sys"
)

// cond is a condition on an argument's lower word: arg & mask == value.
type cond struct{ arg, mask, value uint32 }

const all = ^uint32(0) // a mask

// denying is a filter that makes a system call fail if its arguments meet all
// conditions.
func denying(nr uint32, errno syscall.Errno, conds ...cond) []bpf.RawInstruction {
	n := uint8(len(conds))
	prog := []bpf.RawInstruction{cbpf.Load(cbpf.OffNr), cbpf.Jump(cbpf.JeqK, nr, 0, 3*n+1)}
	for i, c := range conds {
		prog = append(prog, cbpf.Load(lowWord(c.arg)), cbpf.And(c.mask),
			cbpf.Jump(cbpf.JeqK, c.value, 0, 3*(n-uint8(i)-1)+1))
	}
	return append(prog, cbpf.Ret(uint32(ActionErrno)|uint32(errno)), cbpf.Ret(uint32(ActionAllow)))
}

// denyingSet is a filter that makes SECCOMP_SET_MODE_FILTER fail if there is a
// program, so that the probes, which have none, work.
func denyingSet(errno syscall.Errno) []bpf.RawInstruction {
	return []bpf.RawInstruction{
		cbpf.Load(cbpf.OffNr), cbpf.Jump(cbpf.JeqK, sys.Nr, 0, 5),
		cbpf.Load(lowWord(0)), cbpf.Jump(cbpf.JeqK, 1, 0, 3),
		cbpf.Load(lowWord(2)), cbpf.Jump(cbpf.JeqK, 0, 1, 0),
		cbpf.Ret(uint32(ActionErrno) | uint32(errno)), cbpf.Ret(uint32(ActionAllow)),
	}
}

func lowWord(arg uint32) uint32 {
	one := uint16(1)
	if *(*byte)(unsafe.Pointer(&one)) == 0 {
		return cbpf.OffArgs + 8*arg + 4
	}
	return cbpf.OffArgs + 8*arg
}
