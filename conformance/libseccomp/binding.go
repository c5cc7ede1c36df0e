package libseccomp

/*
#cgo LDFLAGS: -lseccomp
#include <errno.h>
#include <stdlib.h>
#include <seccomp.h>
*/
import "C"

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Cmp is a condition of a rule: struct scmp_arg_cmp.
type Cmp struct {
	Arg    int
	Op     profile.Op
	DatumA uint64 // the value; the mask of OpMaskedEqual
	DatumB uint64 // the value of OpMaskedEqual
}

// Rule is a rule for one name, as a runtime adds it.
type Rule struct {
	Name   string
	Action uint32 // the filter's return value, which is also libseccomp's action
	Conds  []Cmp
}

// RuleError reports a rule that the library refuses.
type RuleError struct {
	Rule  int // index in Build's rules
	Errno syscall.Errno
}

func (e *RuleError) Error() string { return fmt.Sprintf("rule %d: %v", e.Rule, e.Errno) }

// Version returns the version of the C library.
func Version() string {
	v := C.seccomp_version()
	return fmt.Sprintf("%d.%d.%d", v.major, v.minor, v.micro)
}

// Agrees reports whether the library's tables have the same number for a call of an
// ABI, or lack it too. They may be older than ours. The library has no plain number
// for a call that is also made through socketcall or ipc: there the name is enough.
func Agrees(a arch.Arch, name string) bool {
	s := C.CString(name)
	defer C.free(unsafe.Pointer(s))
	theirs := C.seccomp_syscall_resolve_name_arch(token(a), s)
	nr, ok := syscalls.Lookup(a, name)
	if _, _, muxed := syscalls.Multiplexed(a, name); muxed {
		return theirs != C.__NR_SCMP_ERROR
	}
	if !ok {
		return theirs < 0
	}
	return theirs >= 0 && uint32(theirs) == nr
}

// token returns the library's token of an ABI (SCMP_ARCH_*), or 0 if it has none.
func token(a arch.Arch) C.uint32_t {
	s := C.CString(a.String())
	defer C.free(unsafe.Pointer(s))
	return C.seccomp_arch_resolve_name(s)
}

// Supports reports whether the library knows the ABI.
func Supports(a arch.Arch) bool { return token(a) != 0 }

// Build makes a program for the ABIs, of which the first is the target's own. The
// level is the library's level of optimisation: 1 makes a list of comparisons, 2 a
// binary tree. A rule for an unknown name is skipped, as by the runtimes.
func Build(def uint32, arches []arch.Arch, rules []Rule, level int) ([]bpf.RawInstruction, error) {
	C.seccomp_api_set(6)
	ctx := C.seccomp_init(C.uint32_t(def))
	if ctx == nil {
		return nil, fmt.Errorf("libseccomp refuses default action %#x", def)
	}
	defer C.seccomp_release(ctx)
	if rc := C.seccomp_attr_set(ctx, C.SCMP_FLTATR_CTL_OPTIMIZE, C.uint32_t(level)); rc != 0 {
		return nil, syscall.Errno(-rc)
	}
	native := C.seccomp_arch_native()
	if token(arches[0]) != native {
		if rc := C.seccomp_arch_remove(ctx, native); rc != 0 {
			return nil, syscall.Errno(-rc)
		}
	}
	for _, a := range arches {
		if rc := C.seccomp_arch_add(ctx, token(a)); rc != 0 && rc != -C.EEXIST {
			return nil, fmt.Errorf("adding %v: %w", a, syscall.Errno(-rc))
		}
	}
	for i, r := range rules {
		if rc := add(ctx, r); rc != 0 {
			return nil, &RuleError{i, syscall.Errno(-rc)}
		}
	}
	return export(ctx, arches[0].ByteOrder())
}

func add(ctx C.scmp_filter_ctx, r Rule) C.int {
	s := C.CString(r.Name)
	defer C.free(unsafe.Pointer(s))
	nr := C.seccomp_syscall_resolve_name(s)
	if nr == C.__NR_SCMP_ERROR {
		return 0
	}
	var cs [6]C.struct_scmp_arg_cmp
	for i, c := range r.Conds {
		cs[i].arg = C.uint(c.Arg)
		cs[i].op = compareOp(c.Op)
		cs[i].datum_a = C.scmp_datum_t(c.DatumA)
		cs[i].datum_b = C.scmp_datum_t(c.DatumB)
	}
	return C.seccomp_rule_add_array(ctx, C.uint32_t(r.Action), nr, C.uint(len(r.Conds)), &cs[0])
}

// compareOp returns the library's enum scmp_compare.
func compareOp(o profile.Op) uint32 {
	switch o {
	case profile.OpNotEqual:
		return C.SCMP_CMP_NE
	case profile.OpLess:
		return C.SCMP_CMP_LT
	case profile.OpLessEqual:
		return C.SCMP_CMP_LE
	case profile.OpEqual:
		return C.SCMP_CMP_EQ
	case profile.OpGreaterEqual:
		return C.SCMP_CMP_GE
	case profile.OpGreater:
		return C.SCMP_CMP_GT
	}
	return C.SCMP_CMP_MASKED_EQ
}

// export returns the program. The library writes it in the target's byte order, to
// a file only.
func export(ctx C.scmp_filter_ctx, order binary.ByteOrder) ([]bpf.RawInstruction, error) {
	f, err := os.CreateTemp("", "libseccomp")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := os.Remove(f.Name()); err != nil {
		return nil, err
	}
	if rc := C.seccomp_export_bpf(ctx, C.int(f.Fd())); rc != 0 {
		return nil, syscall.Errno(-rc)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	prog := make([]bpf.RawInstruction, len(b)/8)
	for i := range prog {
		x := b[8*i:]
		prog[i] = bpf.RawInstruction{Op: order.Uint16(x), Jt: x[2], Jf: x[3], K: order.Uint32(x[4:])}
	}
	return prog, nil
}
