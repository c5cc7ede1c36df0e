package syscalls

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
)

// Since returns the kernel release in which the call appeared on ABI a, and whether
// the ABI has the call at all ([Lookup]).
//
// It is the release that the manual page syscalls(2) gives, or for newer calls the
// one whose merge window brought the number, but not before the ABI's own. Where an
// ABI is known to have got a call later than others, as x86 did the direct socket
// calls, it is the later release; SOURCES.md lists the cases. Other ABIs may still
// have followed by a few releases. Every release of the 2.6 series is 2.6. The zero
// Release means that the page has none: the number is reserved for a call that was
// never served, or the call is as old as the ABI.
func Since(a arch.Arch, name string) (Release, bool) {
	id, _, ok := find(a, name)
	if !ok {
		return Release{}, false
	}
	packed := since[id]
	for i := range sinceOn {
		if sinceOn[i].name == id && sinceOn[i].column == columnOf[a]-1 {
			packed = sinceOn[i].release
		}
	}
	packed = max(packed, firstRelease(a))
	return Release{int(packed >> 8), int(packed & 0xff)}, true
}

// firstRelease returns the release in which an ABI appeared, as major<<8 | minor, or
// 0 if that was in the 2.6 series or before.
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

// ParseRelease reads a release such as "6.12", or the one that a longer text such as
// uname's "6.12.48+deb13-amd64" begins with.
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

// Compare returns -1 if r is older than other, 1 if it is newer, and 0 if they are
// equal.
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
