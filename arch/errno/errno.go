// Package errno names the error numbers of the Linux kernel.
//
// An [Errno] is an error by name. Its number depends on the ABI: ENOSYS is 38 on
// most of them, 89 on MIPS and 251 on PA-RISC. A profile therefore keeps the name,
// and the number is looked up once the ABI is known.
//
// The names and numbers are those of the kernel's include/uapi/asm-generic/errno.h
// and of the headers of MIPS, PA-RISC and PowerPC that replace it. They are constant
// data: importing the package does no work before main.
package errno

import (
	"errors"
	"iter"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/spell"
)

// Errno is an error number of the kernel, by name or by number. Values below
// 1<<16 are that number on every ABI; Errno(38) is 38 on MIPS too. The
// constants of this package are names, whose number the target decides.
// The zero value is the number 0, "no error".
//
// The names are those of the kernel's include/uapi/asm-generic/errno.h and of
// the errno.h of MIPS, PA-RISC and PowerPC. A name and its number are different
// values: compare the results of [Errno.Number]. The values of the constants
// may change from release to release of this package; their texts don't.
//
// A syscall.Errno is a number of the running machine: don't convert one to an
// Errno for another.
type Errno uint32

// named marks the values that are names: the rest is an index of nameEnds.
const named = 1 << 16

// setOf returns which row of numbers an ABI uses.
func setOf(a arch.Arch) int {
	switch a {
	case arch.MIPS, arch.MIPSEL, arch.MIPS64, arch.MIPSEL64, arch.MIPS64N32, arch.MIPSEL64N32:
		return setMips
	case arch.PARISC, arch.PARISC64:
		return setParisc
	case arch.PPC, arch.PPC64, arch.PPC64LE:
		return setPowerpc
	}
	return setGeneric
}

// Number returns the number of e on ABI a. It reports false where the ABI has
// no such name (include/uapi/asm-generic/errno.h and the arch's own errno.h),
// for a value that is neither a number nor a constant of this package, and for
// an invalid ABI.
func (e Errno) Number(a arch.Arch) (uint16, bool) {
	switch {
	case !a.Valid():
		return 0, false
	case e < named:
		return uint16(e), true
	case e-named >= Errno(len(nameEnds)):
		return 0, false
	}
	n := numbers[setOf(a)][e-named]
	return n, n != 0
}

// Named returns e by name if it is a number that ABI a has a name for, and else
// e itself. Of two names with one number it is the first in alphabetical order.
func (e Errno) Named(a arch.Arch) Errno {
	if !a.Valid() || e == 0 || e >= named {
		return e
	}
	for i, n := range numbers[setOf(a)] {
		if Errno(n) == e {
			return named + Errno(i)
		}
	}
	return e
}

// String returns the name, such as "ENOSYS", or the decimal number.
func (e Errno) String() string {
	if e >= named && e-named < Errno(len(nameEnds)) {
		return nameOf(int(e - named))
	}
	return strconv.FormatUint(uint64(e), 10)
}

func nameOf(i int) string {
	start := uint16(0)
	if i > 0 {
		start = nameEnds[i-1]
	}
	return names[start:nameEnds[i]]
}

// MarshalText returns e's String, which [Parse] reads back. It fails for a
// value that is neither a number nor a constant of this package.
func (e Errno) MarshalText() ([]byte, error) {
	if e >= named && e-named >= Errno(len(nameEnds)) {
		return nil, errors.New("errno: no text for invalid Errno " + strconv.FormatUint(uint64(e), 10))
	}
	return []byte(e.String()), nil
}

// UnmarshalText accepts what [Parse] accepts.
func (e *Errno) UnmarshalText(text []byte) error {
	v, err := Parse(string(text))
	if err == nil {
		*e = v
	}
	return err
}

// Parse returns the Errno that a name or a decimal number up to 65535
// spells. Names are case-sensitive. Names that are another one everywhere
// (EWOULDBLOCK, EFSCORRUPTED, EFSBADCRC) yield that other, as does the C
// library's ENOTSUP, which the kernel knows as EOPNOTSUPP; EDEADLOCK is a name
// of its own, as its number differs from EDEADLK's on MIPS and PowerPC.
// A miss is an [*ParseError] with the nearest name.
func Parse(s string) (Errno, error) {
	if s != "" && s[0] <= '9' {
		if n, err := strconv.ParseUint(s, 10, 16); err == nil {
			return Errno(n), nil
		}
	}
	name := alias(s)
	lo, hi := 0, len(nameEnds)
	for lo < hi {
		if mid := (lo + hi) / 2; nameOf(mid) < name {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(nameEnds) && nameOf(lo) == name {
		return named | Errno(lo), nil
	}
	e := &ParseError{Name: s}
	if len(s) <= 64 {
		e.Nearest = spell.Nearest(strings.ToUpper(s), allNames())
	}
	return 0, e
}

func allNames() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range nameEnds {
			if !yield(nameOf(i)) {
				return
			}
		}
	}
}

// ParseError reports a string that spells no error number.
type ParseError struct {
	Name    string // what was asked for
	Nearest string // the nearest name, or "" where none is near
}

// Error returns what was asked for, and what was probably meant.
func (e *ParseError) Error() string { return spell.Unknown("error number", e.Name, e.Nearest) }
