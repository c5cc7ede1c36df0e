package errno_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
)

func TestErrnoNumber(t *testing.T) {
	for _, tt := range []struct {
		e    errno.Errno
		a    arch.Arch
		want uint16
	}{
		{errno.EPERM, arch.X86_64, 1},
		{errno.EPERM, arch.PARISC, 1},
		{errno.ENOSYS, arch.X86_64, 38},
		{errno.ENOSYS, arch.MIPS, 89},
		{errno.ENOSYS, arch.MIPSEL64N32, 89},
		{errno.ENOSYS, arch.PARISC64, 251},
		{errno.ENOSYS, arch.PPC64LE, 38},
		{errno.EDQUOT, arch.MIPS64, 1133},
		{errno.EDEADLK, arch.PPC, 35},
		{errno.EDEADLOCK, arch.PPC, 58},
		{errno.EDEADLOCK, arch.MIPS, 56},
		{errno.EDEADLOCK, arch.S390X, 35},
		{errno.EHWPOISON, arch.AArch64, 133},
		{errno.EWOULDBLOCK, arch.SH, 11},
		{errno.EINIT, arch.MIPS, 141},
		{errno.EREFUSED, arch.PARISC, 239},
		{errno.ECANCELLED, arch.PARISC, 253},
		{38, arch.MIPS, 38},
		{0, arch.X86, 0},
		{65535, arch.X86, 65535},
	} {
		if got, ok := tt.e.Number(tt.a); got != tt.want || !ok {
			t.Errorf("%v on %v = %d, %v; want %d", tt.e, tt.a, got, ok, tt.want)
		}
	}
	for _, e := range append(partial, 1<<16+4000, 1<<32-1) {
		if got, ok := e.Number(arch.X86_64); ok {
			t.Errorf("%v on x86_64 = %d", e, got)
		}
	}
}

// partial are the names that only some ABIs have.
var partial = []errno.Errno{errno.EINIT, errno.EREMDEV, errno.EREFUSED, errno.ECANCELLED}

// names returns all constants, which begin with E2BIG.
func names() []errno.Errno {
	var all []errno.Errno
	for e := errno.E2BIG; ; e++ {
		if _, err := e.MarshalText(); err != nil {
			return all
		}
		all = append(all, e)
	}
}

func TestErrnoText(t *testing.T) {
	if n := len(names()); n < 137 {
		t.Errorf("%d names", n)
	}
	for _, e := range names() {
		text, err := e.MarshalText()
		var back errno.Errno
		if err2 := back.UnmarshalText(text); err != nil || err2 != nil || back != e || string(text) != e.String() {
			t.Errorf("%s, %v: back %v, %v", text, err, back, err2)
		}
	}
	if s := errno.Errno(1<<32 - 1).String(); s != "4294967295" {
		t.Errorf("invalid Errno is %q", s)
	}
}

func TestErrnoEverywhere(t *testing.T) {
	for _, e := range names() {
		for _, a := range arch.All() {
			n, ok := e.Number(a)
			if !ok && slices.Contains(partial, e) {
				continue
			}
			if !ok || n == 0 || n > 4095 {
				t.Errorf("%v on %v: %d, %v", e, a, n, ok)
			}
		}
	}
}

func TestParse(t *testing.T) {
	for s, want := range map[string]errno.Errno{
		"ENOSYS": errno.ENOSYS, "E2BIG": errno.E2BIG, "EXFULL": errno.EXFULL, "EWOULDBLOCK": errno.EAGAIN, "ENOTSUP": errno.EOPNOTSUPP,
		"EFSCORRUPTED": errno.EUCLEAN, "EFSBADCRC": errno.EBADMSG, "EDEADLOCK": errno.EDEADLOCK, "0": 0, "38": 38, "65535": 65535,
	} {
		if got, err := errno.Parse(s); got != want || err != nil {
			t.Errorf("Parse(%q) = %v, %v; want %v", s, got, err, want)
		}
	}
	for s, near := range map[string]string{
		"": "", "65536": "", "-1": "", "+1": "", "enosys": "ENOSYS", "EPREM": "EPERM", "ZZZZZ": "", "EX": "EIO", strings.Repeat("E", 1<<20): "",
	} {
		e := errno.Errno(5)
		err := e.UnmarshalText([]byte(s))
		var ee *errno.ParseError
		if !errors.As(err, &ee) || e != 5 || ee.Name != s {
			t.Errorf("Parse(%.20q) = %v, %.80v", s, e, err)
			continue
		}
		if s != "EX" && ee.Nearest != near {
			t.Errorf("Parse(%.20q): nearest %q, want %q", s, ee.Nearest, near)
		}
		if !strings.Contains(err.Error(), ee.Nearest) || len(err.Error()) > 200 {
			t.Errorf("%.300v", err)
		}
	}
}

func TestNamed(t *testing.T) {
	for _, test := range []struct {
		on   arch.Arch
		n    errno.Errno
		want errno.Errno
	}{
		{arch.X86_64, 1, errno.EPERM},
		{arch.X86_64, 38, errno.ENOSYS},
		{arch.MIPS, 89, errno.ENOSYS},
		{arch.PARISC, 251, errno.ENOSYS},
		{arch.X86_64, 35, errno.EDEADLK}, // and not EDEADLOCK, which is the same there
		{arch.X86_64, 0, 0},
		{arch.X86_64, 4000, 4000},
		{arch.MIPS, errno.EPERM, errno.EPERM},
		{0, 1, 1},
		{200, 1, 1},
	} {
		if got := test.n.Named(test.on); got != test.want {
			t.Errorf("%d on %v: %v, want %v", uint32(test.n), test.on, got, test.want)
		}
	}
	for _, a := range arch.All() {
		for n := range errno.Errno(4096) {
			e := n.Named(a)
			if back, ok := e.Number(a); !ok || back != uint16(n) {
				t.Errorf("%d on %v: %v is %d", n, a, e, back)
			}
		}
	}
}
