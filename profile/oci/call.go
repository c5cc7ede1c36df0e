package oci

import (
	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

// abiCall is how a named call is made on an ABI: by a number of its own, through
// socketcall(2) or ipc(2), which selects it by argument 0, or either way.
type abiCall struct {
	direct bool // it has a number of its own
	number uint32

	multiplexed bool
	via         string // socketcall or ipc
	viaNumber   uint32
	selector    uint32
}

// callOn looks a name up on an ABI.
func callOn(a arch.Arch, name string) abiCall {
	var c abiCall
	c.number, c.direct = syscalls.Lookup(a, name)
	if c.via, c.selector, c.multiplexed = syscalls.Multiplexed(a, name); c.multiplexed {
		c.viaNumber, c.multiplexed = syscalls.Lookup(a, c.via)
	}
	return c
}

// multiplexes reports whether an ABI has socketcall(2).
func multiplexes(a arch.Arch) bool {
	_, _, ok := syscalls.Multiplexed(a, "socket")
	return ok
}
