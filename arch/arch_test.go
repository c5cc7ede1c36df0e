package arch_test

import (
	"encoding/binary"
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
	all := arch.All()
	if len(all) != len(table) {
		t.Fatalf("All: %d ABIs, want %d", len(all), len(table))
	}
	for i, w := range table {
		a := w.arch
		if all[i] != a || !a.Valid() || a.String() != w.name || a.OCI() != "SCMP_ARCH_"+strings.ToUpper(w.name) {
			t.Errorf("%v: All()[%d] = %v, OCI %s", w.name, i, all[i], a.OCI())
		}
		if a.Audit() != w.audit || a.Bits() != w.bits || a.RegisterBits() != w.rb || a.Base() != w.base || a.GOARCH() != w.goarch {
			t.Errorf("%v: %#x %d %d %d %q", a, a.Audit(), a.Bits(), a.RegisterBits(), a.Base(), a.GOARCH())
		}
		if a.ByteOrder() != order(w.big) || len(a.Uname()) == 0 {
			t.Errorf("%v: ByteOrder %v, Uname %v", a, a.ByteOrder(), a.Uname())
		}
		for _, c := range a.Companions() {
			if c.ByteOrder() != order(w.big) || c == a {
				t.Errorf("%v: companion %v", a, c)
			}
		}
	}
}

func order(big bool) binary.ByteOrder {
	if big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// TestAuditFlags compares with the flags in the audit value (audit.h):
// __AUDIT_ARCH_LE and __AUDIT_ARCH_64BIT.
func TestAuditFlags(t *testing.T) {
	for _, a := range arch.All() {
		if little := a.Audit()&0x40000000 != 0; a.ByteOrder() != order(!little) {
			t.Errorf("%v: audit %#x disagrees with ByteOrder %v", a, a.Audit(), a.ByteOrder())
		}
		if wide := a.Audit()&0x80000000 != 0; wide != (a.RegisterBits() == 64) {
			t.Errorf("%v: audit %#x disagrees with RegisterBits %d", a, a.Audit(), a.RegisterBits())
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
