package oci

import (
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
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

// checkValues notes what of the values of a condition doesn't count.
func (p *parser) checkValues(n *jsontree.Node, m members, a Arg) {
	switch {
	case a.Op != profile.OpMaskedEqual:
		if a.ValueTwo != 0 {
			p.note(m[keyValueTwo], idValueTwoIgnored, "%s has no second value; it is ignored", OpName(a.Op))
		}
	case a.Value == 0:
		p.note(firstNode(m[keyValue], n), idAlwaysTrue, "the mask is 0, with which the condition always holds")
	case a.ValueTwo&^a.Value != 0:
		p.note(m[keyValueTwo], idMaskedBits, "the bits %#x are not in the mask and ignored", a.ValueTwo&^a.Value)
	}
}

// filter reads includes or excludes.
func (p *parser) filter(n *jsontree.Node) Filter {
	var f Filter
	if !p.is(n, jsontree.Object) {
		return f
	}
	m := p.members(n, filterKeys[:])
	f.Caps = p.caps(p.list(m[keyCaps]))
	elements := p.list(m[keyArches])
	for i := range elements {
		if a := &elements[i]; p.isElement(a, jsontree.String) {
			f.Arches = append(f.Arches, p.filterArch(a))
		}
	}
	f.MinKernel, f.MinKernelSet = p.kernel(m[keyMinKernel])
	return f
}

func (p *parser) caps(elements []jsontree.Node) []string {
	var caps []string
	for i := range elements {
		c := &elements[i]
		if !p.isElement(c, jsontree.String) {
			continue
		}
		if !isCapability(c.Text) {
			p.noteNear(c, idUnknownCapability, func() string { return nearestCapability(c.Text) },
				"there is no capability %s; names are compared exactly", jsontree.Quote(c.Text))
		}
		caps = append(caps, c.Text)
	}
	return caps
}

// filterArch reads an ABI of a filter. Runtimes have names of their own there,
// of which a different one never matches.
func (p *parser) filterArch(n *jsontree.Node) arch.Arch {
	a, err := arch.Parse(n.Text)
	if err != nil {
		p.noteNear(n, idUnknownArchitecture, func() string { return nearestArch(n.Text, filterName(p.dialect)) },
			"there is no ABI %s; it never matches", jsontree.Quote(n.Text))
		return 0
	}
	if right := filterName(p.dialect)(a); right == "" {
		p.note(n, idArchSpelling, "Docker has no name for the ABI %v here; it never matches", a)
	} else if right != n.Text {
		p.noteNear(n, idArchSpelling, suggestion(right), "%s is not what the runtime calls the ABI %v here", jsontree.Quote(n.Text), a)
	}
	return a
}

// filterName returns the function that gives an ABI its name in the includes
// and excludes of a dialect, or "".
func filterName(d Dialect) func(arch.Arch) string {
	return func(a arch.Arch) string {
		switch a {
		case arch.X86_64:
			return "amd64"
		case arch.AArch64:
			return "arm64"
		case arch.LoongArch64:
			if d == DialectPodman {
				return "loong64"
			}
		case arch.MIPSEL64N32:
			if d == DialectDocker {
				return "mips3l64n32"
			}
		case arch.M68K, arch.MIPS, arch.PARISC, arch.PARISC64, arch.SH, arch.SHEB:
			if d == DialectDocker {
				return ""
			}
		}
		return a.String()
	}
}

// kernel reads a minKernel. The empty string is the release 0.0.
func (p *parser) kernel(n *jsontree.Node) (r syscalls.Release, set bool) {
	s, ok := p.str(n)
	if !ok {
		return r, false
	}
	if s == "" {
		p.note(n, idEmptyKernel, "minKernel \"\" is the release 0.0, which every kernel reaches")
		return r, true
	}
	major, minor, _ := strings.Cut(s, ".")
	k, errK := strconv.ParseUint(major, 10, 8)
	m, errM := strconv.ParseUint(minor, 10, 8)
	if errK != nil || errM != nil || k == 0 && m == 0 {
		p.fail(n, idBadKernel, "minKernel %s is not of the form 4.8", jsontree.Quote(s))
		return r, false
	}
	return syscalls.Release{Major: int(k), Minor: int(m)}, true
}
