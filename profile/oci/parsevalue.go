package oci

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/internal/jsontree"
	"github.com/portcullis-go/portcullis/internal/spell"
	"github.com/portcullis-go/portcullis/profile"
)

func (p *parser) fail(n *jsontree.Node, id, format string, args ...any) {
	p.report.fail(position{node: n}, id, format, args...)
}

func (p *parser) note(n *jsontree.Node, id, format string, args ...any) {
	p.report.note(position{node: n}, id, format, args...)
}

// failNear and noteNear report with what was probably meant.
func (p *parser) failNear(n *jsontree.Node, id string, suggestion func() string, format string, args ...any) {
	p.report.errors.add(position{node: n}, id, suggestion, format, args...)
}

func (p *parser) noteNear(n *jsontree.Node, id string, suggestion func() string, format string, args ...any) {
	p.report.notes.add(position{node: n}, id, suggestion, format, args...)
}

// noteKey reports something about the key of n.
func (p *parser) noteKey(n *jsontree.Node, id string, suggestion func() string, format string, args ...any) {
	at := position{node: n, key: true}
	if len(n.Key) >= jsontree.MaxKey { // the pointer doesn't lead to it
		at.node = n.Parent
	}
	p.report.notes.add(at, id, suggestion, format, args...)
}

// suggestion returns a function that suggests s.
func suggestion(s string) func() string { return func() string { return s } }

// firstNode returns the first of a and b that isn't nil.
func firstNode(a, b *jsontree.Node) *jsontree.Node {
	if a != nil {
		return a
	}
	return b
}

// isAbsent reports whether n is missing, null or an empty string, between which a
// runtime does not distinguish.
func isAbsent(n *jsontree.Node) bool {
	return n == nil || n.Kind == jsontree.Null || n.Kind == jsontree.String && n.Text == ""
}

// is reports whether n is there and of the kind. A wrong one is an error, a
// missing one and null are none.
func (p *parser) is(n *jsontree.Node, kind jsontree.Kind) bool {
	switch {
	case n == nil || n.Kind == jsontree.Null || n.Kind == jsontree.Bad:
		return false
	case n.Kind == kind:
		return true
	}
	near := ""
	if kind == jsontree.Number && jsontree.IsNumber(n.Text) {
		near = n.Text // a number in quotes
	}
	p.failNear(n, idWrongType, suggestion(near), "%v is expected, not %v", kind, n.Kind)
	return false
}

// isElement is like is, for the elements of a list, where null is an error.
func (p *parser) isElement(n *jsontree.Node, kind jsontree.Kind) bool {
	if n.Kind == jsontree.Null {
		p.fail(n, idNullElement, "%v is expected, not null", kind)
		return false
	}
	return p.is(n, kind)
}

// list returns the elements of n.
func (p *parser) list(n *jsontree.Node) []jsontree.Node {
	if !p.is(n, jsontree.Array) {
		return nil
	}
	return n.Kids
}

func (p *parser) str(n *jsontree.Node) (s string, ok bool) {
	if !p.is(n, jsontree.String) {
		return "", false
	}
	return n.Text, true
}

// uint reads a number; it is 0 where there is none.
func (p *parser) uint(n *jsontree.Node) uint64 {
	if !p.is(n, jsontree.Number) {
		return 0
	}
	v, err := strconv.ParseUint(n.Text, 10, 64)
	if err != nil {
		p.failNear(n, idBadInteger, func() string { return nearestInteger(n.Text) },
			"%s is no whole number from 0 to 18446744073709551615", jsontree.Quote(n.Text))
	}
	return v
}

// nearestInteger returns the right form of a number, "" if it has none. A negative
// one is the 64-bit number that the kernel sees.
func nearestInteger(s string) string {
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		return strconv.FormatUint(uint64(v), 10)
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && f >= 0 && f < 1<<53 && f == math.Trunc(f) {
		return strconv.FormatUint(uint64(f), 10)
	}
	return ""
}

// action reads an action. The caller reports a missing one.
func (p *parser) action(n *jsontree.Node) Action {
	s, ok := p.str(n)
	if !ok || s == "" {
		return Action{}
	}
	if k, ok := kindOf(s); ok {
		return Action{k, true}
	}
	p.failNear(n, idBadAction, func() string { return nearestToken(s, "SCMP_ACT_", append(slices.Clone(kindNames[:]), nameKill)) },
		"there is no action %s", jsontree.Quote(s))
	return Action{}
}

func (p *parser) op(n *jsontree.Node) (o profile.Op, ok bool) {
	s, ok := p.str(n)
	if !ok || s == "" {
		return 0, false
	}
	if o, ok = opOf(s); ok {
		return o, true
	}
	p.failNear(n, idBadOperator, func() string {
		for o, name := range opNames {
			if s == profile.Op(o).String() {
				return name
			}
		}
		return nearestToken(s, "SCMP_CMP_", opNames[:])
	}, "there is no operator %s", jsontree.Quote(s))
	return 0, false
}

// errno reads the error number of an action from errnoRet and Podman's errno,
// which counts if it is there.
func (p *parser) errno(ret, name *jsontree.Node, a Action) Errno {
	e, at := p.errnoRet(ret), ret
	if named := p.errnoName(name); named.Set {
		if e.Set && !sameErrno(e.Errno, named.Errno) {
			p.note(ret, idErrnoConflict, "the number %v is ignored, as %v stands besides it", e.Errno, named.Errno)
		}
		e, at = named, name
	}
	switch {
	case !e.Set || !a.Set:
	case a.Kind != profile.KindErrno && a.Kind != profile.KindTrace:
		p.note(at, idErrnoIgnored, "%s has no error number", kindName(a.Kind))
	case a.Kind == profile.KindErrno && e.Errno >= maxErrno && e.Errno <= math.MaxUint16:
		p.fail(at, idErrnoRange, "the error number %v is not below %d", e.Errno, maxErrno)
	}
	return e
}

// maxErrno is the first error number that libseccomp refuses. The kernel would
// still take it (MAX_ERRNO).
const maxErrno = 4095

func (p *parser) errnoRet(n *jsontree.Node) Errno {
	if !p.is(n, jsontree.Number) {
		return Errno{}
	}
	return p.errnoNumber(n, p.uint(n))
}

func (p *parser) errnoNumber(n *jsontree.Node, v uint64) Errno {
	if v > math.MaxUint16 {
		p.note(n, idErrnoTruncated, "of the error number %d only the low 16 bits count: %d", v, uint16(v))
	}
	return Errno{errno.Errno(uint16(v)), true}
}

func (p *parser) errnoName(n *jsontree.Node) Errno {
	s, ok := p.str(n)
	if !ok || s == "" {
		return Errno{}
	}
	if v, err := strconv.ParseUint(s, 10, 32); err == nil {
		return p.errnoNumber(n, v)
	}
	e, err := errno.Parse(s)
	if err != nil {
		p.failNear(n, idBadErrno, func() string {
			var miss *errno.ParseError
			errors.As(err, &miss)
			return miss.Nearest
		}, "there is no error number %s", jsontree.Quote(s))
	}
	return Errno{e, err == nil}
}

// sameErrno reports whether a number and a name are the same on most ABIs.
func sameErrno(a, b errno.Errno) bool {
	m, _ := a.Number(arch.X86_64)
	n, _ := b.Number(arch.X86_64)
	return m == n
}

// flags reads the flags of the filter, each once.
func (p *parser) flags(n *jsontree.Node) (flags []profile.Flag, set bool) {
	elements := p.list(n)
	if n == nil || n.Kind != jsontree.Array {
		return nil, false
	}
	if len(elements) == 0 && !n.Partial && p.dialect != DialectOCI {
		p.note(n, idEmptyFlags, "an empty list of flags does not reach the runtime, which then sets SPEC_ALLOW")
	}
	for i := range elements {
		e := &elements[i]
		if !p.isElement(e, jsontree.String) {
			continue
		}
		if f, ok := flagOf(e.Text); !ok {
			p.failNear(e, idBadFlag, func() string { return nearestToken(e.Text, flagPrefix, flagNames()) },
				"there is no flag %s", jsontree.Quote(e.Text))
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
