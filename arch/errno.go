package arch

import (
	"errors"
	"iter"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/internal/nearest"
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

// named marks the values that are names: the rest is an index of errnoNameEnds.
const named = 1 << 16

// Number returns the number of e on ABI a. It reports false where the ABI has
// no such name (include/uapi/asm-generic/errno.h and the arch's own errno.h),
// for a value that is neither a number nor a constant of this package, and for
// an invalid ABI.
func (e Errno) Number(a Arch) (uint16, bool) {
	switch {
	case !a.Valid():
		return 0, false
	case e < named:
		return uint16(e), true
	case e-named >= Errno(len(errnoNameEnds)):
		return 0, false
	}
	n := errnoNumbers[infos[a].errnos][e-named]
	return n, n != 0
}

// Named returns e by name if it is a number that ABI a has a name for, and else
// e itself. Of two names with one number it is the first in alphabetical order.
func (e Errno) Named(a Arch) Errno {
	if !a.Valid() || e == 0 || e >= named {
		return e
	}
	for i, n := range errnoNumbers[infos[a].errnos] {
		if Errno(n) == e {
			return named + Errno(i)
		}
	}
	return e
}

// String returns the name, such as "ENOSYS", or the decimal number.
func (e Errno) String() string {
	if e >= named && e-named < Errno(len(errnoNameEnds)) {
		return errnoName(int(e - named))
	}
	return strconv.FormatUint(uint64(e), 10)
}

func errnoName(i int) string {
	start := uint16(0)
	if i > 0 {
		start = errnoNameEnds[i-1]
	}
	return errnoNames[start:errnoNameEnds[i]]
}

// MarshalText returns e's String, which [ParseErrno] reads back. It fails for a
// value that is neither a number nor a constant of this package.
func (e Errno) MarshalText() ([]byte, error) {
	if e >= named && e-named >= Errno(len(errnoNameEnds)) {
		return nil, errors.New("arch: no text for invalid Errno " + strconv.FormatUint(uint64(e), 10))
	}
	return []byte(e.String()), nil
}

// UnmarshalText accepts what [ParseErrno] accepts.
func (e *Errno) UnmarshalText(text []byte) error {
	v, err := ParseErrno(string(text))
	if err == nil {
		*e = v
	}
	return err
}

// ParseErrno returns the Errno that a name or a decimal number up to 65535
// spells. Names are case-sensitive. Names that are another one everywhere
// (EWOULDBLOCK, EFSCORRUPTED, EFSBADCRC) yield that other, as does the C
// library's ENOTSUP, which the kernel knows as EOPNOTSUPP; EDEADLOCK is a name
// of its own, as its number differs from EDEADLK's on MIPS and PowerPC.
// A miss is an [*ErrnoError] with the nearest name.
func ParseErrno(s string) (Errno, error) {
	if s != "" && s[0] <= '9' {
		if n, err := strconv.ParseUint(s, 10, 16); err == nil {
			return Errno(n), nil
		}
	}
	name := errnoAlias(s)
	lo, hi := 0, len(errnoNameEnds)
	for lo < hi {
		if mid := (lo + hi) / 2; errnoName(mid) < name {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(errnoNameEnds) && errnoName(lo) == name {
		return named | Errno(lo), nil
	}
	e := &ErrnoError{Name: s}
	if len(s) <= 64 {
		e.Nearest = nearest.Of(strings.ToUpper(s), allErrnos())
	}
	return 0, e
}

func allErrnos() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range errnoNameEnds {
			if !yield(errnoName(i)) {
				return
			}
		}
	}
}

// ErrnoError reports a string that spells no error number.
type ErrnoError struct {
	Name    string // what was asked for
	Nearest string // the nearest name, or "" where none is near
}

// Error returns what was asked for, and what was probably meant.
func (e *ErrnoError) Error() string { return unknown("error number", e.Name, e.Nearest) }
