package arch_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cmd/gensyscalls/gen"
)

func TestErrnoGenerated(t *testing.T) {
	input, err := os.ReadFile("errno.csv")
	if err != nil {
		t.Fatal(err)
	}
	want, err := gen.Errno(input)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("zerrno.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")), want) {
		t.Error("zerrno.go is not what errno.csv generates: run go run ./internal/cmd/gensyscalls")
	}
}

func TestErrnoNumber(t *testing.T) {
	for _, tt := range []struct {
		e    arch.Errno
		a    arch.Arch
		want uint16
	}{
		{arch.EPERM, arch.X86_64, 1},
		{arch.EPERM, arch.PARISC, 1},
		{arch.ENOSYS, arch.X86_64, 38},
		{arch.ENOSYS, arch.MIPS, 89},
		{arch.ENOSYS, arch.MIPSEL64N32, 89},
		{arch.ENOSYS, arch.PARISC64, 251},
		{arch.ENOSYS, arch.PPC64LE, 38},
		{arch.EDQUOT, arch.MIPS64, 1133},
		{arch.EDEADLK, arch.PPC, 35},
		{arch.EDEADLOCK, arch.PPC, 58},
		{arch.EDEADLOCK, arch.MIPS, 56},
		{arch.EDEADLOCK, arch.S390X, 35},
		{arch.EHWPOISON, arch.AArch64, 133},
		{arch.EWOULDBLOCK, arch.SH, 11},
		{arch.EINIT, arch.MIPS, 141},
		{arch.EREFUSED, arch.PARISC, 239},
		{arch.ECANCELLED, arch.PARISC, 253},
		{38, arch.MIPS, 38},
		{0, arch.X86, 0},
		{65535, arch.X86, 65535},
	} {
		if got, ok := tt.e.Number(tt.a); got != tt.want || !ok {
			t.Errorf("%v on %v = %d, %v; want %d", tt.e, tt.a, got, ok, tt.want)
		}
	}
	for _, e := range []arch.Errno{arch.EINIT, arch.EREMDEV, arch.EREFUSED, arch.ECANCELLED, 1<<16 + 4000, 1<<32 - 1} {
		if got, ok := e.Number(arch.X86_64); ok {
			t.Errorf("%v on x86_64 = %d", e, got)
		}
	}
}

func TestErrnoText(t *testing.T) {
	count := 0
	for e := arch.E2BIG; ; e++ {
		text, err := e.MarshalText()
		if err != nil {
			break
		}
		count++
		var back arch.Errno
		if err := back.UnmarshalText(text); err != nil || back != e || string(text) != e.String() {
			t.Errorf("%s: back %v, %v", text, back, err)
		}
		if e != arch.EINIT && e != arch.EREMDEV && e != arch.EREFUSED && e != arch.ECANCELLED {
			for _, a := range arch.All() {
				if n, ok := e.Number(a); !ok || n == 0 || n > 4095 {
					t.Errorf("%v on %v: %d, %v", e, a, n, ok)
				}
			}
		}
	}
	if count < 137 {
		t.Errorf("%d names", count)
	}
	if s := arch.Errno(1<<32 - 1).String(); s != "4294967295" {
		t.Errorf("invalid Errno is %q", s)
	}
}

func TestParseErrno(t *testing.T) {
	for s, want := range map[string]arch.Errno{
		"ENOSYS": arch.ENOSYS, "E2BIG": arch.E2BIG, "EXFULL": arch.EXFULL, "EWOULDBLOCK": arch.EAGAIN, "ENOTSUP": arch.EOPNOTSUPP,
		"EFSCORRUPTED": arch.EUCLEAN, "EFSBADCRC": arch.EBADMSG, "EDEADLOCK": arch.EDEADLOCK, "0": 0, "38": 38, "65535": 65535,
	} {
		if got, err := arch.ParseErrno(s); got != want || err != nil {
			t.Errorf("ParseErrno(%q) = %v, %v; want %v", s, got, err, want)
		}
	}
	for s, near := range map[string]string{
		"": "", "65536": "", "-1": "", "+1": "", "enosys": "ENOSYS", "EPREM": "EPERM", "ZZZZZ": "", "EX": "EIO", strings.Repeat("E", 1<<20): "",
	} {
		e := arch.Errno(5)
		err := e.UnmarshalText([]byte(s))
		var ee *arch.ErrnoError
		if !errors.As(err, &ee) || e != 5 || ee.Name != s {
			t.Errorf("ParseErrno(%.20q) = %v, %.80v", s, e, err)
			continue
		}
		if s != "EX" && ee.Nearest != near {
			t.Errorf("ParseErrno(%.20q): nearest %q, want %q", s, ee.Nearest, near)
		}
		if !strings.Contains(err.Error(), ee.Nearest) || len(err.Error()) > 200 {
			t.Errorf("%.300v", err)
		}
	}
}

func TestNamed(t *testing.T) {
	for _, test := range []struct {
		on   arch.Arch
		n    arch.Errno
		want arch.Errno
	}{
		{arch.X86_64, 1, arch.EPERM},
		{arch.X86_64, 38, arch.ENOSYS},
		{arch.MIPS, 89, arch.ENOSYS},
		{arch.PARISC, 251, arch.ENOSYS},
		{arch.X86_64, 35, arch.EDEADLK}, // and not EDEADLOCK, which is the same there
		{arch.X86_64, 0, 0},
		{arch.X86_64, 4000, 4000},
		{arch.MIPS, arch.EPERM, arch.EPERM},
		{0, 1, 1},
		{200, 1, 1},
	} {
		if got := test.n.Named(test.on); got != test.want {
			t.Errorf("%d on %v: %v, want %v", uint32(test.n), test.on, got, test.want)
		}
	}
	for _, a := range arch.All() {
		for n := range arch.Errno(4096) {
			e := n.Named(a)
			if back, ok := e.Number(a); !ok || back != uint16(n) {
				t.Errorf("%d on %v: %v is %d", n, a, e, back)
			}
		}
	}
}
