package arch_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
)

// The table again, from the kernel's include/uapi/linux/audit.h and the
// libseccomp sources: audit, bits, register bits, base, byte order, GOARCH.
var table = []struct {
	arch     arch.Arch
	name     string
	audit    uint32
	bits, rb int
	base     uint32
	big      bool
	goarch   string
}{
	{arch.X86_64, "x86_64", 0xC000003E, 64, 64, 0, false, "amd64"},
	{arch.X86, "x86", 0x40000003, 32, 32, 0, false, "386"},
	{arch.X32, "x32", 0xC000003E, 32, 64, 1 << 30, false, ""},
	{arch.ARM, "arm", 0x40000028, 32, 32, 0, false, "arm"},
	{arch.AArch64, "aarch64", 0xC00000B7, 64, 64, 0, false, "arm64"},
	{arch.LoongArch64, "loongarch64", 0xC0000102, 64, 64, 0, false, "loong64"},
	{arch.M68K, "m68k", 4, 32, 32, 0, true, ""},
	{arch.MIPS, "mips", 8, 32, 32, 4000, true, "mips"},
	{arch.MIPSEL, "mipsel", 0x40000008, 32, 32, 4000, false, "mipsle"},
	{arch.MIPS64, "mips64", 0x80000008, 64, 64, 5000, true, "mips64"},
	{arch.MIPSEL64, "mipsel64", 0xC0000008, 64, 64, 5000, false, "mips64le"},
	{arch.MIPS64N32, "mips64n32", 0xA0000008, 32, 64, 6000, true, ""},
	{arch.MIPSEL64N32, "mipsel64n32", 0xE0000008, 32, 64, 6000, false, ""},
	{arch.PARISC, "parisc", 0xF, 32, 32, 0, true, ""},
	{arch.PARISC64, "parisc64", 0x8000000F, 64, 64, 0, true, ""},
	{arch.PPC, "ppc", 0x14, 32, 32, 0, true, ""},
	{arch.PPC64, "ppc64", 0x80000015, 64, 64, 0, true, "ppc64"},
	{arch.PPC64LE, "ppc64le", 0xC0000015, 64, 64, 0, false, "ppc64le"},
	{arch.RISCV64, "riscv64", 0xC00000F3, 64, 64, 0, false, "riscv64"},
	{arch.S390, "s390", 0x16, 32, 32, 0, true, ""},
	{arch.S390X, "s390x", 0x80000016, 64, 64, 0, true, "s390x"},
	{arch.SH, "sh", 0x4000002A, 32, 32, 0, false, ""},
	{arch.SHEB, "sheb", 0x2A, 32, 32, 0, true, ""},
}

func TestTable(t *testing.T) {
	if got := arch.All(); len(got) != len(table) {
		t.Fatalf("All: %d ABIs, want %d", len(got), len(table))
	}
	for i, w := range table {
		a := w.arch
		if arch.All()[i] != a || !a.Valid() || a.String() != w.name || a.OCI() != "SCMP_ARCH_"+strings.ToUpper(w.name) {
			t.Errorf("%v: All()[%d] = %v, OCI %s", w.name, i, arch.All()[i], a.OCI())
		}
		if a.Audit() != w.audit || a.Bits() != w.bits || a.RegisterBits() != w.rb || a.Base() != w.base || a.GOARCH() != w.goarch {
			t.Errorf("%v: %#x %d %d %d %q", a, a.Audit(), a.Bits(), a.RegisterBits(), a.Base(), a.GOARCH())
		}
		order := binary.ByteOrder(binary.LittleEndian)
		if w.big {
			order = binary.BigEndian
		}
		if a.ByteOrder() != order {
			t.Errorf("%v: ByteOrder %v", a, a.ByteOrder())
		}
		// The audit value says the same in its flags (audit.h), but for the
		// ABIs with 32-bit words on 64-bit registers.
		if little := a.Audit()&0x40000000 != 0; little == w.big {
			t.Errorf("%v: audit %#x disagrees with byte order", a, a.Audit())
		}
		if wide := a.Audit()&0x80000000 != 0; wide != (a.RegisterBits() == 64) {
			t.Errorf("%v: audit %#x disagrees with RegisterBits %d", a, a.Audit(), a.RegisterBits())
		}
		if len(a.Uname()) == 0 {
			t.Errorf("%v: no machine names", a)
		}
		for _, c := range a.Companions() {
			if c.ByteOrder() != order || c == a {
				t.Errorf("%v: companion %v", a, c)
			}
		}
	}
}

func TestInvalid(t *testing.T) {
	for _, a := range []arch.Arch{0, arch.SHEB + 1, 255} {
		if a.Valid() || a.String() != "none" || a.OCI() != "" || a.Audit() != 0 || a.Bits() != 0 || a.RegisterBits() != 0 ||
			a.ByteOrder() != nil || a.Base() != 0 || a.GOARCH() != "" || a.Uname() != nil || a.Companions() != nil {
			t.Errorf("Arch(%d) is not empty", a)
		}
		if _, err := a.MarshalText(); err == nil {
			t.Errorf("Arch(%d): MarshalText succeeded", a)
		}
		if n, ok := errno.EPERM.Number(a); ok {
			t.Errorf("Arch(%d): EPERM is %d", a, n)
		}
	}
}

func TestParse(t *testing.T) {
	for _, w := range table {
		for _, s := range []string{w.name, strings.ToUpper(w.name), "SCMP_ARCH_" + strings.ToUpper(w.name), "scmp_arch_" + w.name, w.goarch} {
			if s == "" {
				continue
			}
			if got, err := arch.Parse(s); got != w.arch || err != nil {
				t.Errorf("Parse(%q) = %v, %v; want %v", s, got, err, w.arch)
			}
		}
		for _, s := range w.arch.Uname() {
			if got, err := arch.Parse(s); err != nil || got != w.arch && !slices.Contains(got.Uname(), s) {
				t.Errorf("Parse(%q) = %v, %v; want %v or one that shares the name", s, got, err, w.arch)
			}
		}
		text, err := w.arch.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back arch.Arch
		if err := back.UnmarshalText(text); err != nil || back != w.arch {
			t.Errorf("%s: back from text: %v, %v", text, back, err)
		}
	}
	for s, want := range map[string]arch.Arch{
		"i386": arch.X86, "i686": arch.X86, "armv6l": arch.ARM, "armv8l": arch.ARM, "armv5tel": arch.ARM, "AArch64": arch.AArch64,
		"mips": arch.MIPS, "mips64": arch.MIPS64, "sh4": arch.SH, "sh4eb": arch.SHEB, "amd64p32": arch.X32, "mips64p32": arch.MIPS64N32,
		"mips64p32le": arch.MIPSEL64N32, "mips3l64n32": arch.MIPSEL64N32, "loong64": arch.LoongArch64, "x86_64": arch.X86_64,
	} {
		if got, err := arch.Parse(s); got != want || err != nil {
			t.Errorf("Parse(%q) = %v, %v; want %v", s, got, err, want)
		}
	}
}

func TestParseError(t *testing.T) {
	for name, near := range map[string]string{
		"":                            "",
		"amd65":                       "amd64",
		"AMD65":                       "amd64",
		"aarch64_be":                  "",
		"x86-64":                      "x86_64",
		"SCMP_ARCH_AARCH46":           "SCMP_ARCH_AARCH64",
		"SCMP_ARCH_amd64":             "SCMP_ARCH_ARM",
		"none":                        "",
		"m68\u212a":                   "m68k",
		strings.Repeat("mips", 1<<18): "",
	} {
		a := arch.Arch(77)
		err := a.UnmarshalText([]byte(name))
		var pe *arch.ParseError
		if !errors.As(err, &pe) || a != 77 || pe.Name != name {
			t.Errorf("Parse(%.20q) = %v, %.80v", name, a, err)
			continue
		}
		if near != "" && pe.Nearest != near && name != "SCMP_ARCH_amd64" {
			t.Errorf("Parse(%.20q): nearest %q, want %q", name, pe.Nearest, near)
		}
		if s := err.Error(); len(s) > 200 || pe.Nearest != "" && !strings.Contains(s, pe.Nearest) {
			t.Errorf("Parse(%.20q): %.300s", name, s)
		}
	}
}

func TestByAudit(t *testing.T) {
	for _, a := range arch.All() {
		if got, ok := arch.ByAudit(a.Audit(), a.Base()+1); got != a || !ok {
			t.Errorf("ByAudit(%#x) = %v, %v; want %v", a.Audit(), got, ok, a)
		}
	}
	for _, tt := range []struct {
		audit, nr uint32
		want      arch.Arch
	}{
		{0xC000003E, 0x3fffffff, arch.X86_64},
		{0xC000003E, 0x40000000, arch.X32},
		{0xC000003E, 0xfffffffe, arch.X32},
		{0xC000003E, 0xffffffff, arch.X86_64},
		{0x40000003, 0xffffffff, arch.X86},
		{0, 0, 0},
		{0x400000F3, 0, 0}, // riscv32
	} {
		if got, ok := arch.ByAudit(tt.audit, tt.nr); got != tt.want || ok != (tt.want != 0) {
			t.Errorf("ByAudit(%#x, %#x) = %v, %v; want %v", tt.audit, tt.nr, got, ok, tt.want)
		}
	}
}

func TestCopies(t *testing.T) {
	arch.X86_64.Uname()[0] = "x"
	arch.X86_64.Companions()[0] = arch.SH
	arch.All()[0] = arch.SH
	if arch.X86_64.Uname()[0] != "x86_64" || arch.X86_64.Companions()[0] != arch.X86 || arch.All()[0] != arch.X86_64 {
		t.Error("a caller can change the tables")
	}
}

func TestAllocs(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		arch.ByAudit(0xC00000B7, 1)
		errno.ENOSYS.Number(arch.MIPS)
		_ = errno.ENOSYS.String()
		errno.Parse("ENOSYS")
		arch.Parse("x86_64")
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
