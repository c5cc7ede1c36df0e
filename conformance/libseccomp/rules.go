package libseccomp

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// RuntimeRules returns the default action and the rules of a document in the order
// in which runc and crun add them. It is for documents without conditions on the
// machine.
//
// Package oci models what libseccomp makes of these calls; this is only the list of
// calls. The two are written separately because they are compared.
func RuntimeRules(d *oci.Document, native arch.Arch) (def uint32, rules []Rule) {
	def = ret(d.DefaultAction, d.DefaultErrno, native)
	for _, e := range d.Syscalls {
		action := ret(e.Action, e.Errno, native)
		if action == def {
			continue
		}
		for _, name := range e.Names {
			for _, conds := range alternatives(e.Args) {
				rules = append(rules, Rule{name, action, conds})
			}
		}
	}
	return def, rules
}

// alternatives returns the conditions of an entry, one list for each rule. If two
// conditions are on one argument, each condition is a rule of its own.
func alternatives(args []oci.Arg) [][]Cmp {
	var all []Cmp
	var each [][]Cmp
	var uses [6]int
	for _, a := range args {
		uses[a.Index]++
		c := Cmp{a.Index, a.Op, a.Value, a.ValueTwo}
		all = append(all, c)
		each = append(each, []Cmp{c})
	}
	if slices.Max(uses[:]) > 1 {
		return each
	}
	return [][]Cmp{all}
}

// WithoutUnknown returns the document without the names whose numbers on the ABIs
// differ from the library's, which may be older.
func WithoutUnknown(d *oci.Document, arches []arch.Arch) *oci.Document {
	known := *d
	known.Syscalls = slices.Clone(d.Syscalls)
	for i := range known.Syscalls {
		e := &known.Syscalls[i]
		e.Names = slices.DeleteFunc(slices.Clone(e.Names), func(name string) bool {
			return slices.ContainsFunc(arches, func(a arch.Arch) bool { return !Agrees(a, name) })
		})
	}
	known.Syscalls = slices.DeleteFunc(known.Syscalls, func(e oci.Entry) bool { return len(e.Names) == 0 })
	return &known
}

// ret returns a filter's return value for an action of a document (SECCOMP_RET_* of
// include/uapi/linux/seccomp.h).
func ret(a oci.Action, e oci.Errno, native arch.Arch) uint32 {
	errno := errno.EPERM
	if e.Set {
		errno = e.Errno
	}
	n, _ := errno.Number(native)
	switch a.Kind {
	case profile.KindKillProcess:
		return 0x80000000
	case profile.KindKillThread:
		return 0
	case profile.KindTrap:
		return 0x00030000
	case profile.KindErrno:
		return 0x00050000 | uint32(n)
	case profile.KindNotify:
		return 0x7fc00000
	case profile.KindTrace:
		return 0x7ff00000 | uint32(n)
	case profile.KindLog:
		return 0x7ffc0000
	}
	return 0x7fff0000
}
