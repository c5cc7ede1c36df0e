package arch

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/internal/spell"
)

// others are spellings that the tables of info.go lack: names of Docker and Podman,
// and names that Go reserves for a GOARCH.
var others = [...]struct {
	name string
	arch Arch
}{
	{"amd64p32", X32},
	{"mips64p32", MIPS64N32},
	{"mips64p32le", MIPSEL64N32},
	{"mips3l64n32", MIPSEL64N32}, // Docker's
}

// maxName is more than the length of any spelling. It bounds the work on a hostile
// name.
const maxName = 64

// Parse returns the ABI that name spells: its String, its OCI token, its GOARCH, a
// machine name of uname(2), or Docker's and Podman's name of it. Names that Go
// reserves for a GOARCH, such as "amd64p32" for X32, are spellings too. Case doesn't
// matter. A spelling that several ABIs share means the one whose String it is:
// "x86_64" is X86_64, and uname's "mips64" is MIPS64, which is big-endian. The error
// is a [*ParseError].
func Parse(name string) (Arch, error) {
	if a, ok := parse(name); ok {
		return a, nil
	}
	return 0, &ParseError{Name: name, Nearest: nearest(name)}
}

func parse(name string) (Arch, bool) {
	if name == "" || len(name) > maxName {
		return 0, false
	}
	for a := X86_64; a <= last; a++ {
		if equalFold(name, infos[a].name) || equalFold(name, ociNames[a]) {
			return a, true
		}
	}
	// The names above win where a spelling is shared.
	for a := X86_64; a <= last; a++ {
		if equalFold(name, goarchNames[a]) || slices.ContainsFunc(unames[a], func(s string) bool { return equalFold(name, s) }) {
			return a, true
		}
	}
	for i := range others {
		if equalFold(name, others[i].name) {
			return others[i].arch, true
		}
	}
	return 0, false
}

// equalFold compares without regard to the case of ASCII letters. Unicode's folding
// would find the Kelvin sign in "m68k".
func equalFold(s, t string) bool {
	if len(s) != len(t) {
		return false
	}
	for i := range len(s) {
		if lower(s[i]) != lower(t[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// nearest returns the spelling that is nearest to name, or "" if none is near: an OCI
// token if name begins like one.
func nearest(name string) string {
	if len(name) > maxName {
		return ""
	}
	if len(name) >= 4 && equalFold(name[:4], "scmp") {
		return spell.Nearest(strings.ToUpper(name), slices.Values(ociNames[1:]))
	}
	var spellings []string
	for a := X86_64; a <= last; a++ {
		spellings = append(spellings, infos[a].name)
	}
	for a := X86_64; a <= last; a++ {
		spellings = append(append(spellings, goarchNames[a]), unames[a]...)
	}
	for i := range others {
		spellings = append(spellings, others[i].name)
	}
	return spell.Nearest(strings.ToLower(name), slices.Values(spellings))
}

// ParseError reports a name that no ABI has.
type ParseError struct {
	Name string // what was asked for
	// Nearest is the nearest spelling, or "" if none is near. It is an OCI token
	// if Name begins like one.
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
