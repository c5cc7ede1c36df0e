// Package errno names the error numbers of the Linux kernel.
//
// An [Errno] is an error by name. Its number depends on the ABI: ENOSYS is 38 on
// most of them, 89 on MIPS and 251 on PA-RISC. A profile therefore keeps the name,
// and the number is looked up once the ABI is known.
//
// The names and numbers are those of the kernel's include/uapi/asm-generic/errno.h
// and of the headers of MIPS, PA-RISC and PowerPC that replace it. They are constant
// data: importing the package does no work before main.
//
// errno.csv is written by internal/cmd/kernel2csv from a kernel tree, and zerrno.go by
// internal/cmd/csv2go from that. A row added by hand is lost with the next kernel.
package errno

import (
	"errors"
	"iter"
	"sort"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/spell"
)

// Errno is an error of the kernel, by name or by number. A value below 1<<16 is that
// number on every ABI: Errno(38) is 38 on MIPS too. The constants of this package are
// names, whose number depends on the ABI. The zero value is the number 0, "no error".
//
// A name and its number are different values. To compare them, compare the results of
// [Errno.Number]. The values of the constants may change between releases of this
// package; their texts don't.
//
// A syscall.Errno is a number of the running machine; converted to an Errno it would
// be wrong on others.
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

// Number returns the number of e on ABI a. It reports false if the ABI has no such
// name, if e is neither a number nor a constant of this package, or if the ABI is
// invalid.
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

// Named returns the name of the number e on ABI a. If several names have the number,
// it is the first in alphabetical order. If none has, or e is a name, Named returns e.
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

// MarshalText returns e's String, which [Parse] reads back. It fails if e is neither a
// number nor a constant of this package.
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

// Parse returns the Errno of a name or of a decimal number up to 65535. Case matters.
// A name that means another one on every ABI (EWOULDBLOCK, EFSCORRUPTED, EFSBADCRC)
// yields the other, and so does the C library's ENOTSUP, the kernel's EOPNOTSUPP.
// EDEADLOCK is a name of its own, because its number differs from EDEADLK's on MIPS
// and PowerPC. The error is a [*ParseError].
func Parse(s string) (Errno, error) {
	if s != "" && s[0] <= '9' {
		if n, err := strconv.ParseUint(s, 10, 16); err == nil {
			return Errno(n), nil
		}
	}
	name := alias(s)
	if i, ok := sort.Find(len(nameEnds), func(i int) int { return strings.Compare(name, nameOf(i)) }); ok {
		return named | Errno(i), nil
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
	Nearest string // the nearest name, or "" if none is near
}

// Error returns what was asked for, and what was probably meant.
func (e *ParseError) Error() string { return spell.Unknown("error number", e.Name, e.Nearest) }
