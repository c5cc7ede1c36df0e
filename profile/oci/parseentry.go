package oci

import (
	"strings"

	"github.com/portcullis-go/portcullis/internal/jsontree"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// entry reads an element of syscalls.
func (p *parser) entry(n *jsontree.Node) Entry {
	m := p.members(n, entryKeys[:])
	e := Entry{position: position{node: n}}
	e.Names = p.names(n, m[keyNames], m[keyName])
	e.Action = p.action(m[keyAction])
	if isAbsent(m[keyAction]) && !n.Partial {
		p.fail(firstNode(m[keyAction], n), idMissingAction, "an entry needs an action")
	}
	e.Errno = p.errno(m[keyErrnoRet], m[keyErrno], e.Action)
	e.Args = p.args(m[keyArgs])
	e.Includes = p.filter(m[keyIncludes])
	e.Excludes = p.filter(m[keyExcludes])
	e.Comment, _ = p.str(m[keyComment])
	return e
}

func (p *parser) names(entry, list, single *jsontree.Node) []string {
	var names []string
	elements := p.list(list)
	for i := range elements {
		if n := &elements[i]; p.isElement(n, jsontree.String) && p.name(n) {
			names = append(names, n.Text)
		}
	}
	if s, _ := p.str(single); s != "" {
		if len(elements) > 0 {
			p.fail(single, idNameAndNames, "an entry has either name or names")
		}
		if p.name(single) {
			names = append(names, s)
		}
	} else if len(elements) == 0 && !entry.Partial && (list == nil || list.Kind == jsontree.Null || list.Kind == jsontree.Array) {
		p.note(entry, idNoNames, "the entry names no system call and is ignored")
	}
	return names
}

// name checks the name of a system call and reports whether it can be one.
func (p *parser) name(n *jsontree.Node) bool {
	switch {
	case n.Text == "":
		p.fail(n, idEmptyName, "a system call has no empty name")
		return false
	case strings.IndexByte(n.Text, 0) >= 0:
		p.fail(n, idNULInName, "the name %s has a NUL, at which the runtimes stop reading", jsontree.Quote(n.Text))
		return false
	case !syscalls.Known(n.Text):
		p.noteNear(n, idUnknownSyscall, func() string { return nearestSyscall(n.Text) },
			"no ABI has a system call %s; it is ignored", jsontree.Quote(n.Text))
	}
	return true
}

func nearestSyscall(name string) string {
	if lower := strings.ToLower(strings.TrimSpace(name)); syscalls.Known(lower) {
		return lower
	}
	return syscalls.Nearest(name)
}

func (p *parser) args(list *jsontree.Node) []Arg {
	var args []Arg
	seen, repeated := 0, false
	elements := p.list(list)
	for i := range elements {
		n := &elements[i]
		if !p.isElement(n, jsontree.Object) {
			continue
		}
		a := p.arg(n)
		if seen>>a.Index&1 != 0 && !repeated {
			repeated = true
			p.note(n, idRepeatedIndex, "index %d repeats: each of the conditions is enough alone, and no two are needed together", a.Index)
		}
		seen |= 1 << a.Index
		args = append(args, a)
	}
	return args
}

func (p *parser) arg(n *jsontree.Node) Arg {
	m := p.members(n, argKeys[:])
	a := Arg{}
	if index := p.uint(m[keyIndex]); index > 5 {
		p.fail(m[keyIndex], idBadIndex, "a system call has the arguments 0 to 5, and no %d", index)
	} else {
		a.Index = int(index)
	}
	a.Value, a.ValueTwo = p.uint(m[keyValue]), p.uint(m[keyValueTwo])
	op, ok := p.op(m[keyOp])
	if isAbsent(m[keyOp]) && !n.Partial {
		p.fail(firstNode(m[keyOp], n), idBadOperator, "a condition needs an op")
	}
	for _, k := range [...]int{keyIndex, keyValue} {
		if (m[k] == nil || m[k].Kind == jsontree.Null) && !n.Partial {
			p.note(n, idMissingKey, "the condition has no %s, which is read as 0", argKeys[k].name)
		}
	}
	if a.Op = op; ok {
		p.checkValues(n, m, a)
	}
	return a
}

// checkValues notes which part of the values of a condition has no effect.
func (p *parser) checkValues(n *jsontree.Node, m members, a Arg) {
	switch {
	case a.Op != profile.OpMaskedEqual:
		if a.ValueTwo != 0 {
			p.note(m[keyValueTwo], idValueTwoIgnored, "%s has no second value; it is ignored", opName(a.Op))
		}
	case a.Value == 0:
		p.note(firstNode(m[keyValue], n), idAlwaysTrue, "the mask is 0, with which the condition always holds")
	case a.ValueTwo&^a.Value != 0:
		p.note(m[keyValueTwo], idMaskedBits, "the bits %#x are not in the mask and ignored", a.ValueTwo&^a.Value)
	}
}
