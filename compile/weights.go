package compile

import (
	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Weights say how often a program makes which calls. The compiler makes the paths of
// frequent calls short. Weights change the order of comparisons, never a verdict.
//
// Entries for the same call add up: append the weights of several runs. Calls that
// aren't listed weigh nothing; nil means that nothing is known.
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

// number returns the ABI and the number of the call, with own in place of the zero
// Arch. It reports false if the call weighs nothing.
func (w *Weight) number(own arch.Arch) (a arch.Arch, nr uint32, ok bool) {
	if a = w.Arch; a == 0 {
		a = own
	}
	if w.Calls == 0 {
		return a, 0, false
	}
	if nr, ok = syscalls.Lookup(a, w.Syscall); !ok {
		via, _, _ := syscalls.Multiplexed(a, w.Syscall)
		nr, ok = syscalls.Lookup(a, via)
	}
	return a, nr, ok
}
