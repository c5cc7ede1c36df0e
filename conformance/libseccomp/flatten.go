package libseccomp

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// Flatten returns the default action and the rules of a document as crun and
// runc add them, for a document without conditions on the machine.
func Flatten(d *oci.Document, native arch.Arch) (def uint32, rules []Rule) {
	def = ret(d.DefaultAction, d.DefaultErrno, native)
	for _, e := range d.Syscalls {
		a := ret(e.Action, e.Errno, native)
		if a == def {
			continue
		}
		all, several := conds(e.Args)
		for _, name := range e.Names {
			if !several {
				rules = append(rules, Rule{name, a, all})
				continue
			}
			for i := range all {
				rules = append(rules, Rule{name, a, all[i : i+1]})
			}
		}
	}
	return def, rules
}

// conds returns the conditions of an entry, and whether one argument occurs in
// several of them.
func conds(args []oci.Arg) (cs []Cmp, several bool) {
	var seen [6]int
	for _, a := range args {
		seen[a.Index]++
		cs = append(cs, Cmp{a.Index, a.Op, a.Value, a.ValueTwo})
	}
	return cs, slices.Max(seen[:]) > 1
}

// ret returns the filter's return value for an action of a document.
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
