package oci

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/internal/spell"
	"github.com/portcullis-go/portcullis/profile"
)

func (p *ociParser) fail(n *node, id string, suggest func() string, format string, args ...any) {
	p.out.errs.add(origin{node: n}, id, suggest, format, args...)
}

func (p *ociParser) note(n *node, id, format string, args ...any) {
	p.out.notes.add(origin{node: n}, id, nil, format, args...)
}

func (p *ociParser) noteKey(n *node, id string, suggest func() string, format string, args ...any) {
	at := origin{node: n, key: true}
	if len(n.key) >= longKey {
		at.node = n.parent
	}
	p.out.notes.add(at, id, suggest, format, args...)
}

// cmpNode returns the first of a and b that isn't nil.
func cmpNode(a, b *node) *node {
	if a != nil {
		return a
	}
	return b
}

// isAbsent reports whether n is missing, null or an empty string, which are
// the same to a runtime.
func isAbsent(n *node) bool {
	return n == nil || n.kind == kindNull || n.kind == kindString && n.text == ""
}

// is reports whether n is there and of the kind. A wrong one is an error, a
// missing one and null are none.
func (p *ociParser) is(n *node, kind nodeKind) bool {
	switch {
	case n == nil || n.kind == kindNull || n.kind == kindBad:
		return false
	case n.kind == kind:
		return true
	}
	suggestion := ""
	if kind == kindNumber && isNumber(n.text) {
		suggestion = n.text
	}
	p.fail(n, readWrongType, say(suggestion), "%v is expected, not %v", kind, n.kind)
	return false
}

// isElement is is for the elements of a list, where null is an error.
func (p *ociParser) isElement(n *node, kind nodeKind) bool {
	if n.kind == kindNull {
		p.fail(n, readNullElement, nil, "%v is expected, not null", kind)
		return false
	}
	return p.is(n, kind)
}

// list returns the elements of n; its errors are told by the first call alone.
func (p *ociParser) list(n *node) []node {
	if !p.is(n, kindArray) {
		if n != nil && n.kind != kindNull {
			n.kind = kindBad
		}
		return nil
	}
	return n.kids
}

func (p *ociParser) str(n *node) (s string, ok bool) {
	if !p.is(n, kindString) {
		return "", false
	}
	return n.text, true
}

// uint reads a number; it is 0 where there is none.
func (p *ociParser) uint(n *node) uint64 {
	if !p.is(n, kindNumber) {
		return 0
	}
	v, err := strconv.ParseUint(n.text, 10, 64)
	if err != nil {
		p.fail(n, readBadInteger, func() string { return nearestInteger(n.text) },
			"%s is no whole number from 0 to 18446744073709551615", quote(n.text))
	}
	return v
}

// nearestInteger returns how a number in another form is rightly written: a
// negative one as the kernel sees it in 64 bits.
func nearestInteger(s string) string {
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		return strconv.FormatUint(uint64(v), 10)
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && f >= 0 && f < 1<<53 && f == math.Trunc(f) {
		return strconv.FormatUint(uint64(f), 10)
	}
	return ""
}

// action reads an action. A missing one is the caller's affair.
func (p *ociParser) action(n *node) Action {
	s, ok := p.str(n)
	if !ok || s == "" {
		return Action{}
	}
	if k, ok := kindOf(s); ok {
		return Action{k, true}
	}
	p.fail(n, readBadAction, func() string { return nearestToken(s, "SCMP_ACT_", append(slices.Clone(kindNames[:]), nameKill)) },
		"there is no action %s", quote(s))
	return Action{}
}

func (p *ociParser) op(n *node) (o profile.Op, ok bool) {
	s, ok := p.str(n)
	if !ok || s == "" {
		return 0, false
	}
	if o, ok = opOf(s); ok {
		return o, true
	}
	p.fail(n, readBadOperator, func() string {
		if i := slices.Index(opSigns[:], s); i >= 0 {
			return opNames[i]
		}
		return nearestToken(s, "SCMP_CMP_", opNames[:])
	}, "there is no operator %s", quote(s))
	return 0, false
}

// errno reads the error number of an action from errnoRet and Podman's errno,
// which counts if it is there.
func (p *ociParser) errno(ret, name *node, a Action) Errno {
	e, at := p.errnoRet(ret), ret
	if named := p.errnoName(name); named.Set {
		if e.Set && !sameErrno(e.Errno, named.Errno) {
			p.note(ret, readErrnoConflict, "the number %v is ignored, as %v stands besides it", e.Errno, named.Errno)
		}
		e, at = named, name
	}
	switch {
	case !e.Set || !a.Set:
	case a.Kind != profile.KindErrno && a.Kind != profile.KindTrace:
		p.note(at, readErrnoIgnored, "%s has no error number", KindName(a.Kind))
	case a.Kind == profile.KindErrno && e.Errno >= maxOCIErrno && e.Errno <= math.MaxUint16:
		p.fail(at, readErrnoRange, nil, "the error number %v is not below %d", e.Errno, maxOCIErrno)
	}
	return e
}

// maxOCIErrno is the first error number that libseccomp refuses. The kernel
// would take it too (maxErrno).
const maxOCIErrno = 4095

func (p *ociParser) errnoRet(n *node) Errno {
	if !p.is(n, kindNumber) {
		return Errno{}
	}
	return p.errnoNumber(n, p.uint(n))
}

func (p *ociParser) errnoNumber(n *node, v uint64) Errno {
	if v > math.MaxUint16 {
		p.note(n, readErrnoTruncated, "of the error number %d only the low 16 bits count: %d", v, uint16(v))
	}
	return Errno{errno.Errno(uint16(v)), true}
}

func (p *ociParser) errnoName(n *node) Errno {
	s, ok := p.str(n)
	if !ok || s == "" {
		return Errno{}
	}
	if v, err := strconv.ParseUint(s, 10, 32); err == nil {
		return p.errnoNumber(n, v)
	}
	e, err := errno.Parse(s)
	if err != nil {
		p.fail(n, readBadErrno, func() string {
			var miss *errno.ParseError
			errors.As(err, &miss)
			return miss.Nearest
		}, "there is no error number %s", quote(s))
	}
	return Errno{e, err == nil}
}

// sameErrno reports whether a number and a name are the same on most ABIs.
func sameErrno(a, b errno.Errno) bool {
	m, _ := a.Number(arch.X86_64)
	n, _ := b.Number(arch.X86_64)
	return m == n
}

func (p *ociParser) flags(n *node) (flags []profile.Flag, set bool) {
	elements := p.list(n)
	if n == nil || n.kind != kindArray {
		return nil, false
	}
	if len(elements) == 0 && !n.partial && p.dialect != DialectOCI {
		p.note(n, readEmptyFlags, "an empty list of flags does not reach the runtime, which then sets SPEC_ALLOW")
	}
	for i := range elements {
		e := &elements[i]
		if !p.isElement(e, kindString) {
			continue
		}
		name, ok := strings.CutPrefix(e.text, flagPrefix)
		if f := profile.Flag(name); !ok || !isFlag(f) {
			p.fail(e, readBadFlag, func() string {
				var names []string
				for _, f := range knownFlags {
					names = append(names, flagPrefix+string(f))
				}
				return nearestToken(e.text, flagPrefix, names)
			}, "there is no flag %s", quote(e.text))
		} else if !slices.Contains(flags, f) {
			flags = append(flags, f)
		}
	}
	return flags, true
}

// nearestToken returns the token nearest to s. Where s has the prefix of all
// tokens, or lacks it, only the rest is compared: otherwise each would be near.
func nearestToken(s, prefix string, tokens []string) string {
	if len(s) > 64 {
		return ""
	}
	s = strings.ToUpper(s)
	rest := spell.Nearest(strings.TrimPrefix(s, prefix), func(yield func(string) bool) {
		for _, t := range tokens {
			if !yield(strings.TrimPrefix(t, prefix)) {
				return
			}
		}
	})
	if rest != "" {
		return prefix + rest
	}
	if strings.HasPrefix(s, prefix) {
		return ""
	}
	return spell.Nearest(s, slices.Values(tokens))
}
