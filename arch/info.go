package arch

// info is what the package knows about an ABI. The table of them is indexed by
// Arch and consists of constants only, so that the linker lays it out and
// nothing runs before main. Element 0 is that of every invalid Arch.
type info struct {
	name, oci  string
	goarch     string
	audit      uint32 // include/uapi/linux/audit.h
	base       uint32 // first number of the system calls
	bits       uint8  // of a long
	regBits    uint8  // of an argument register, as far as the kernel reads it
	big        bool   // byte order
	errnos     uint8  // index of errnoNumbers
	uname      []string
	companions []Arch
}

// The sets of error numbers, as errno.csv names them.
const (
	errnoGeneric = iota
	errnoMips
	errnoParisc
	errnoPowerpc
)

// The machine names are UTS_MACHINE of the kernel's arch/*/Makefile, with what
// arch code puts into init_utsname at boot: x86 the CPU family, ARM the
// architecture level of the CPU (arch/arm/mm/proc-*.S) and its byte order, SH
// the CPU and its byte order. "armv8l" is a 32-bit process on arm64.
var infos = [last + 1]info{
	X86_64: {name: "x86_64", oci: "SCMP_ARCH_X86_64", goarch: "amd64", audit: 0xc000003e, bits: 64, regBits: 64,
		uname: []string{"x86_64"}, companions: []Arch{X86, X32}},
	X86: {name: "x86", oci: "SCMP_ARCH_X86", goarch: "386", audit: 0x40000003, bits: 32, regBits: 32,
		uname: []string{"i686", "i386", "i486", "i586"}},
	X32: {name: "x32", oci: "SCMP_ARCH_X32", audit: 0xc000003e, base: 0x40000000, bits: 32, regBits: 64,
		uname: []string{"x86_64"}, companions: []Arch{X86_64, X86}},
	ARM: {name: "arm", oci: "SCMP_ARCH_ARM", goarch: "arm", audit: 0x40000028, bits: 32, regBits: 32,
		uname: []string{"armv7l", "armv6l", "armv8l", "armv5tel", "armv5tejl", "armv5tl", "armv4tl", "armv4l", "armv7ml"}},
	AArch64: {name: "aarch64", oci: "SCMP_ARCH_AARCH64", goarch: "arm64", audit: 0xc00000b7, bits: 64, regBits: 64,
		uname: []string{"aarch64"}, companions: []Arch{ARM}},
	LoongArch64: {name: "loongarch64", oci: "SCMP_ARCH_LOONGARCH64", goarch: "loong64", audit: 0xc0000102, bits: 64, regBits: 64,
		uname: []string{"loongarch64"}},
	M68K: {name: "m68k", oci: "SCMP_ARCH_M68K", audit: 0x00000004, bits: 32, regBits: 32, big: true,
		uname: []string{"m68k"}},
	MIPS: {name: "mips", oci: "SCMP_ARCH_MIPS", goarch: "mips", audit: 0x00000008, base: 4000, bits: 32, regBits: 32, big: true,
		errnos: errnoMips, uname: []string{"mips"}},
	MIPSEL: {name: "mipsel", oci: "SCMP_ARCH_MIPSEL", goarch: "mipsle", audit: 0x40000008, base: 4000, bits: 32, regBits: 32,
		errnos: errnoMips, uname: []string{"mips"}},
	MIPS64: {name: "mips64", oci: "SCMP_ARCH_MIPS64", goarch: "mips64", audit: 0x80000008, base: 5000, bits: 64, regBits: 64, big: true,
		errnos: errnoMips, uname: []string{"mips64"}, companions: []Arch{MIPS, MIPS64N32}},
	MIPSEL64: {name: "mipsel64", oci: "SCMP_ARCH_MIPSEL64", goarch: "mips64le", audit: 0xc0000008, base: 5000, bits: 64, regBits: 64,
		errnos: errnoMips, uname: []string{"mips64"}, companions: []Arch{MIPSEL, MIPSEL64N32}},
	MIPS64N32: {name: "mips64n32", oci: "SCMP_ARCH_MIPS64N32", audit: 0xa0000008, base: 6000, bits: 32, regBits: 64, big: true,
		errnos: errnoMips, uname: []string{"mips64"}, companions: []Arch{MIPS, MIPS64}},
	MIPSEL64N32: {name: "mipsel64n32", oci: "SCMP_ARCH_MIPSEL64N32", audit: 0xe0000008, base: 6000, bits: 32, regBits: 64,
		errnos: errnoMips, uname: []string{"mips64"}, companions: []Arch{MIPSEL, MIPSEL64}},
	PARISC: {name: "parisc", oci: "SCMP_ARCH_PARISC", audit: 0x0000000f, bits: 32, regBits: 32, big: true,
		errnos: errnoParisc, uname: []string{"parisc"}},
	PARISC64: {name: "parisc64", oci: "SCMP_ARCH_PARISC64", audit: 0x8000000f, bits: 64, regBits: 64, big: true,
		errnos: errnoParisc, uname: []string{"parisc64"}, companions: []Arch{PARISC}},
	PPC: {name: "ppc", oci: "SCMP_ARCH_PPC", audit: 0x00000014, bits: 32, regBits: 32, big: true,
		errnos: errnoPowerpc, uname: []string{"ppc"}},
	PPC64: {name: "ppc64", oci: "SCMP_ARCH_PPC64", goarch: "ppc64", audit: 0x80000015, bits: 64, regBits: 64, big: true,
		errnos: errnoPowerpc, uname: []string{"ppc64"}, companions: []Arch{PPC}},
	// The 32-bit calls of a little-endian kernel have no audit architecture of
	// their own, so they are no companion.
	PPC64LE: {name: "ppc64le", oci: "SCMP_ARCH_PPC64LE", goarch: "ppc64le", audit: 0xc0000015, bits: 64, regBits: 64,
		errnos: errnoPowerpc, uname: []string{"ppc64le"}},
	RISCV64: {name: "riscv64", oci: "SCMP_ARCH_RISCV64", goarch: "riscv64", audit: 0xc00000f3, bits: 64, regBits: 64,
		uname: []string{"riscv64"}},
	S390: {name: "s390", oci: "SCMP_ARCH_S390", audit: 0x00000016, bits: 32, regBits: 32, big: true,
		uname: []string{"s390"}},
	S390X: {name: "s390x", oci: "SCMP_ARCH_S390X", goarch: "s390x", audit: 0x80000016, bits: 64, regBits: 64, big: true,
		uname: []string{"s390x"}, companions: []Arch{S390}},
	SH: {name: "sh", oci: "SCMP_ARCH_SH", audit: 0x4000002a, bits: 32, regBits: 32,
		uname: []string{"sh4", "sh4a", "sh4al-dsp", "sh3", "sh2a", "sh2", "sh"}},
	SHEB: {name: "sheb", oci: "SCMP_ARCH_SHEB", audit: 0x0000002a, bits: 32, regBits: 32, big: true,
		uname: []string{"sh4eb", "sh4aeb", "sh4al-dspeb", "sh3eb", "sh2aeb", "sh2eb", "sheb"}},
}

func (a Arch) info() *info {
	if !a.Valid() {
		a = 0
	}
	return &infos[a]
}
