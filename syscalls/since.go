package syscalls

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
)

// Since returns the kernel release that first had the call on ABI a, and
// whether the ABI has the call at all ([Lookup]).
//
// It is the release that the manual page syscalls(2) gives, or for newer calls
// the one whose merge window brought the number, but at least the one that
// brought the ABI. Where an ABI is known to have got the call later than
// others, as x86 did the direct socket calls, that is respected (SOURCES.md
// lists the cases); an ABI that is not listed may still have followed by a few
// releases. Every release of the 2.6 series is 2.6. The zero Release means that
// the page tells none: the number is reserved for a call that was never
// served, or came with the ABI.
func Since(a arch.Arch, name string) (Release, bool) {
	col, ok := column(a)
	if !ok {
		return Release{}, false
	}
	id, ok := nameID(name)
	if !ok || number(col, id) == none {
		return Release{}, false
	}
	packed := since[id]
	for i := range sinceOn {
		if sinceOn[i].name == id && int(sinceOn[i].column) == col {
			packed = sinceOn[i].release
		}
	}
	packed = max(packed, firstRelease(a))
	return Release{int(packed >> 8), int(packed & 0xff)}, true
}

// firstRelease returns the release in which an ABI appeared, as major<<8 |
// minor, or 0 where that is long ago.
func firstRelease(a arch.Arch) uint16 {
	switch a {
	case arch.X32:
		return 3<<8 | 4
	case arch.AArch64:
		return 3<<8 | 7
	case arch.PPC64LE:
		return 3<<8 | 13
	case arch.RISCV64:
		return 4<<8 | 15
	case arch.LoongArch64:
		return 5<<8 | 19
	}
	return 0
}

// Release is a kernel release, such as 6.12. The zero value is older than any.
type Release struct{ Major, Minor int }

// ParseRelease reads a release from "6.12" or from a longer text that begins
// like that, such as uname's "6.12.48+deb13-amd64".
func ParseRelease(s string) (Release, error) {
	major, rest, _ := strings.Cut(s, ".")
	digits := 0
	for digits < len(rest) && '0' <= rest[digits] && rest[digits] <= '9' {
		digits++
	}
	x, err1 := strconv.ParseUint(major, 10, 16)
	y, err2 := strconv.ParseUint(rest[:digits], 10, 16)
	if err1 != nil || err2 != nil || digits < len(rest) && !strings.ContainsRune(".-+_", rune(rest[digits])) {
		return Release{}, fmt.Errorf("syscalls: %.40q is no kernel release like 6.12", s)
	}
	return Release{int(x), int(y)}, nil
}

// String returns the release with a dot, such as "6.12".
func (r Release) String() string { return strconv.Itoa(r.Major) + "." + strconv.Itoa(r.Minor) }

// Compare returns -1 if r is older than other, 1 if it is newer, and 0 if both
// are the same release.
func (r Release) Compare(other Release) int {
	return cmp.Or(cmp.Compare(r.Major, other.Major), cmp.Compare(r.Minor, other.Minor))
}

// MarshalText returns r's String.
func (r Release) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText accepts what [ParseRelease] accepts.
func (r *Release) UnmarshalText(text []byte) error {
	v, err := ParseRelease(string(text))
	if err == nil {
		*r = v
	}
	return err
}
