package arch

import (
	"errors"
	"iter"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/internal/spell"
)

// others are the spellings that are in no table of info.go: Docker's and Podman's names of
// an ABI where they are their own, and the names that Go reserves for a GOARCH.
var others = [...]struct {
	name string
	arch Arch
}{
	{"amd64p32", X32},
	{"mips64p32", MIPS64N32},
	{"mips64p32le", MIPSEL64N32},
	{"mips3l64n32", MIPSEL64N32}, // Docker's
}

// spellings yields every spelling in lower case, but for the OCI tokens, which
// are all "scmp_arch_" and the String.
func spellings(yield func(string, Arch) bool) {
	for a := X86_64; a <= last; a++ {
		if !yield(infos[a].name, a) {
			return
		}
	}
	// After all of the names above, which win where a spelling is shared.
	for a := X86_64; a <= last; a++ {
		if goarchNames[a] != "" && !yield(goarchNames[a], a) {
			return
		}
		for _, name := range unames[a] {
			if !yield(name, a) {
				return
			}
		}
	}
	for i := range others {
		if !yield(others[i].name, others[i].arch) {
			return
		}
	}
}

const ociPrefix = "scmp_arch_"

// Parse returns the ABI that name spells: its String, its OCI token, its
// GOARCH, a machine name of uname(2), or Docker's and Podman's name of it.
// Spellings are compared without regard to case. Where a spelling is shared it
// means the ABI whose String it is: uname's "mips64" is MIPS64, which is the
// big-endian one, "x86_64" is X86_64. The names that Go reserves for a GOARCH,
// such as "amd64p32" for X32, are accepted too. A miss is a [*ParseError],
// which names the nearest spelling.
func Parse(name string) (Arch, error) {
	// No spelling is longer; the bound keeps the work on a hostile name small.
	if len(name) > 64 {
		return 0, &ParseError{Name: name}
	}
	if n := len(ociPrefix); len(name) > n && equalFold(name[:n], ociPrefix) {
		for a := X86_64; a <= last; a++ {
			if equalFold(name[n:], infos[a].name) {
				return a, nil
			}
		}
	} else {
		for s, a := range spellings {
			if equalFold(name, s) {
				return a, nil
			}
		}
	}
	lower := strings.ToLower(name)
	near := spell.Nearest(lower, nearestSpellings(lower))
	if strings.HasPrefix(near, ociPrefix) {
		near = strings.ToUpper(near)
	}
	return 0, &ParseError{Name: name, Nearest: near}
}

// equalFold reports whether s is lower but for the case of ASCII letters.
// Unicode's folding would find the Kelvin sign in "m68k".
func equalFold(s, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// nearestSpellings yields what an error may suggest: OCI tokens to someone who
// wrote something like one.
func nearestSpellings(lower string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if strings.HasPrefix(lower, "scmp") {
			for a := X86_64; a <= last; a++ {
				if !yield(ociPrefix + infos[a].name) {
					return
				}
			}
			return
		}
		for s := range spellings {
			if !yield(s) {
				return
			}
		}
	}
}

// ParseError reports a name that no ABI has.
type ParseError struct {
	Name string // what was asked for
	// Nearest is the nearest known spelling, or "" where none is near. It is an
	// OCI token if Name begins like one.
	Nearest string
}

// Error returns what was asked for, and what was probably meant.
func (e *ParseError) Error() string { return spell.Unknown("architecture", e.Name, e.Nearest) }

// MarshalText returns the ABI's String. It fails for an invalid Arch.
func (a Arch) MarshalText() ([]byte, error) {
	if !a.Valid() {
		return nil, errors.New("arch: no text for invalid Arch " + strconv.Itoa(int(a)))
	}
	return []byte(infos[a].name), nil
}

// UnmarshalText accepts what [Parse] accepts.
func (a *Arch) UnmarshalText(text []byte) error {
	v, err := Parse(string(text))
	if err == nil {
		*a = v
	}
	return err
}
