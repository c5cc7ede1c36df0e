package compile

import (
	"math/bits"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Weights say how often a program makes which calls, so that a filter can be
// compiled whose ways are short for those that are made often. They change the
// order of a filter's comparisons, never a verdict.
//
// Entries add up, so that the weights of several runs are simply appended. Calls
// that aren't listed weigh nothing; nil is no opinion.
type Weights []Weight

// Weight is how often a call was made.
type Weight struct {
	// Arch is the ABI through which the call was made. Zero is the target's own:
	// Target.Arch, or the first ABI that the filter covers if that isn't one of
	// them. Weights of an ABI that the filter doesn't cover weigh nothing.
	Arch arch.Arch
	// Syscall is the call's name. One that no ABI has is an error of Compile, a
	// [*SyscallError]. Where the ABI has the call through socketcall or ipc only
	// (see [syscalls.Multiplexed]), that is what the weight goes to; where it
	// lacks the call, the weight goes nowhere.
	Syscall string
	// Calls is how often, in any unit that is the same for all weights: calls of
	// a test run, or calls a second. 0 weighs nothing.
	Calls uint64
}

// weightBits is to how many bits all weights together are scaled. Every call
// that was made at all weighs 1 at least, so that the sum may be a little more;
// it is below 1<<31 nevertheless, and can be added up in 32 bits.
const weightBits = 30

// byNumber returns the weights of ABI a, with own in place of the zero Arch: for
// each number that was called, ascending, the number in the upper half and its
// weight, which is not 0, in the lower. The scale is the same for all ABIs and
// loses nothing unless the weights add up to 1<<30 or more.
func (w Weights) byNumber(a, own arch.Arch) list {
	var order list // by number and place
	for i := range w {
		if e := &w[i]; e.Calls > 0 && (e.Arch == a || e.Arch == 0 && a == own) {
			if nr, ok := numberOf(a, e.Syscall); ok {
				order.pair(nr, i)
			}
		}
	}
	order.set()
	shift := w.shift()
	var sums list
	for i := 0; i < len(order); {
		nr, sum := order[i]>>32, uint64(0)
		for ; i < len(order) && order[i]>>32 == nr; i++ {
			sum = saturate(sum, w[uint32(order[i])].Calls)
		}
		sums.add(nr<<32 | max(sum>>shift, 1))
	}
	return sums
}

// shift returns by how many bits to scale down. The total is of all entries,
// whatever they are for: then it depends on nothing but them.
func (w Weights) shift() int {
	var hi, lo uint64
	for i := range w {
		var carry uint64
		lo, carry = bits.Add64(lo, w[i].Calls, 0)
		hi += carry
	}
	if hi != 0 {
		return 64 + bits.Len64(hi) - weightBits
	}
	return max(bits.Len64(lo)-weightBits, 0)
}

// saturate returns a+b, or the largest number where that is more.
func saturate(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	return sum | -carry
}

// numberOf returns the number by which a filter meets the named call.
func numberOf(a arch.Arch, name string) (uint32, bool) {
	if nr, ok := syscalls.Lookup(a, name); ok {
		return nr, true
	}
	via, _, _ := syscalls.Multiplexed(a, name)
	return syscalls.Lookup(a, via)
}
