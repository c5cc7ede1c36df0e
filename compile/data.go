package compile

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Data is what the kernel shows a filter of a system call: struct seccomp_data
// (include/uapi/linux/seccomp.h). The zero value is call number 0 of an ABI
// that doesn't exist.
type Data struct {
	Nr                 int32     // number, with bit 30 for X32 and the base of the MIPS ABIs
	Audit              uint32    // audit architecture, AUDIT_ARCH_*
	InstructionPointer uint64    // address of the instruction after the call
	Args               [6]uint64 // registers, zero-extended on 32-bit ABIs
}

// Call returns the Data of the named call on ABI a with these arguments. A name
// that a lacks is an error: a [*SyscallError] if no ABI has it. A call that a
// has through socketcall or ipc only is given as that.
func Call(a arch.Arch, name string, args ...uint64) (Data, error) {
	d, err := namedCall(a, name, args)
	if err != nil {
		return Data{}, fmt.Errorf("compile: %w", err)
	}
	return d, nil
}

func namedCall(a arch.Arch, name string, args []uint64) (Data, error) {
	d := Data{Audit: a.Audit()}
	if len(args) > len(d.Args) {
		return Data{}, fmt.Errorf("%d arguments for %s, a call has 6", len(args), name)
	}
	nr, ok := syscalls.Lookup(a, name)
	if !ok {
		via, call, mux := syscalls.Multiplexed(a, name)
		if nr, ok = syscalls.Lookup(a, via); !mux || !ok {
			if err := unknown(name); err != nil {
				return Data{}, err
			}
			return Data{}, fmt.Errorf("ABI %v has no system call %q", a, name)
		}
		args = []uint64{uint64(call)}
	}
	d.Nr = int32(nr)
	copy(d.Args[:], args)
	return d, nil
}

// String returns the call in the manner of strace, such as
// "x86_64 socket(0x26, 0x5)"; trailing zero arguments are left out.
func (d Data) String() string {
	s := ""
	nr := uint32(d.Nr)
	if a, ok := arch.ByAudit(d.Audit, nr); !ok {
		s = "arch 0x" + strconv.FormatUint(uint64(d.Audit), 16) + " nr " + strconv.Itoa(int(d.Nr))
	} else if name, ok := syscalls.Name(a, nr); ok {
		s = a.String() + " " + name
	} else {
		s = a.String() + " nr " + strconv.Itoa(int(d.Nr))
	}
	n := len(d.Args)
	for n > 0 && d.Args[n-1] == 0 {
		n--
	}
	sep := "("
	if n == 0 {
		s += sep
	}
	for _, v := range d.Args[:n] {
		s += sep + "0x" + strconv.FormatUint(v, 16)
		sep = ", "
	}
	return s + ")"
}

// words lays d out as a kernel of that byte order does.
func (d Data) words(order binary.ByteOrder) *cbpf.Words {
	w := &cbpf.Words{cbpf.OffNr / 4: uint32(d.Nr), cbpf.OffArch / 4: d.Audit}
	hi, lo := halves(order)
	w[cbpf.OffIP/4+hi], w[cbpf.OffIP/4+lo] = uint32(d.InstructionPointer>>32), uint32(d.InstructionPointer)
	for i, v := range d.Args {
		w[cbpf.OffArgs/4+2*i+hi], w[cbpf.OffArgs/4+2*i+lo] = uint32(v>>32), uint32(v)
	}
	return w
}

// halves returns where in a 64-bit field the high and the low word stand.
func halves(order binary.ByteOrder) (hi, lo int) {
	if order == binary.ByteOrder(binary.BigEndian) {
		return 0, 1
	}
	return 1, 0
}
