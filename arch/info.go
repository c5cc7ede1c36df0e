package arch

// info is what nearly every program needs to know about an ABI. The rest is in tables
// of its own, which a program that doesn't need it doesn't link. All tables are
// indexed by Arch; element 0 is that of every invalid Arch. They consist of constants,
// so that nothing runs before main.
type info struct {
	name    string
	audit   uint32 // include/uapi/linux/audit.h
	base    uint32 // first number of the system calls
	bits    uint8  // of a long
	regBits uint8  // see RegisterBits
	big     bool   // big-endian
}

var infos = [last + 1]info{
	X86_64:      {name: "x86_64", audit: 0xc000003e, bits: 64, regBits: 64},
	X86:         {name: "x86", audit: 0x40000003, bits: 32, regBits: 32},
	X32:         {name: "x32", audit: 0xc000003e, base: 0x40000000, bits: 32, regBits: 64},
	ARM:         {name: "arm", audit: 0x40000028, bits: 32, regBits: 32},
	AArch64:     {name: "aarch64", audit: 0xc00000b7, bits: 64, regBits: 64},
	LoongArch64: {name: "loongarch64", audit: 0xc0000102, bits: 64, regBits: 64},
	M68K:        {name: "m68k", audit: 0x00000004, bits: 32, regBits: 32, big: true},
	MIPS:        {name: "mips", audit: 0x00000008, base: 4000, bits: 32, regBits: 32, big: true},
	MIPSEL:      {name: "mipsel", audit: 0x40000008, base: 4000, bits: 32, regBits: 32},
	MIPS64:      {name: "mips64", audit: 0x80000008, base: 5000, bits: 64, regBits: 64, big: true},
	MIPSEL64:    {name: "mipsel64", audit: 0xc0000008, base: 5000, bits: 64, regBits: 64},
	MIPS64N32:   {name: "mips64n32", audit: 0xa0000008, base: 6000, bits: 32, regBits: 64, big: true},
	MIPSEL64N32: {name: "mipsel64n32", audit: 0xe0000008, base: 6000, bits: 32, regBits: 64},
	PARISC:      {name: "parisc", audit: 0x0000000f, bits: 32, regBits: 32, big: true},
	PARISC64:    {name: "parisc64", audit: 0x8000000f, bits: 64, regBits: 64, big: true},
	PPC:         {name: "ppc", audit: 0x00000014, bits: 32, regBits: 32, big: true},
	PPC64:       {name: "ppc64", audit: 0x80000015, bits: 64, regBits: 64, big: true},
	PPC64LE:     {name: "ppc64le", audit: 0xc0000015, bits: 64, regBits: 64},
	RISCV64:     {name: "riscv64", audit: 0xc00000f3, bits: 64, regBits: 64},
	S390:        {name: "s390", audit: 0x00000016, bits: 32, regBits: 32, big: true},
	S390X:       {name: "s390x", audit: 0x80000016, bits: 64, regBits: 64, big: true},
	SH:          {name: "sh", audit: 0x4000002a, bits: 32, regBits: 32},
	SHEB:        {name: "sheb", audit: 0x0000002a, bits: 32, regBits: 32, big: true},
}

// ociNames are the names in OCI documents.
var ociNames = [last + 1]string{
	X86_64:      "SCMP_ARCH_X86_64",
	X86:         "SCMP_ARCH_X86",
	X32:         "SCMP_ARCH_X32",
	ARM:         "SCMP_ARCH_ARM",
	AArch64:     "SCMP_ARCH_AARCH64",
	LoongArch64: "SCMP_ARCH_LOONGARCH64",
	M68K:        "SCMP_ARCH_M68K",
	MIPS:        "SCMP_ARCH_MIPS",
	MIPSEL:      "SCMP_ARCH_MIPSEL",
	MIPS64:      "SCMP_ARCH_MIPS64",
	MIPSEL64:    "SCMP_ARCH_MIPSEL64",
	MIPS64N32:   "SCMP_ARCH_MIPS64N32",
	MIPSEL64N32: "SCMP_ARCH_MIPSEL64N32",
	PARISC:      "SCMP_ARCH_PARISC",
	PARISC64:    "SCMP_ARCH_PARISC64",
	PPC:         "SCMP_ARCH_PPC",
	PPC64:       "SCMP_ARCH_PPC64",
	PPC64LE:     "SCMP_ARCH_PPC64LE",
	RISCV64:     "SCMP_ARCH_RISCV64",
	S390:        "SCMP_ARCH_S390",
	S390X:       "SCMP_ARCH_S390X",
	SH:          "SCMP_ARCH_SH",
	SHEB:        "SCMP_ARCH_SHEB",
}

// goarchNames are the names of ABIs that Go compiles for.
var goarchNames = [last + 1]string{
	X86_64:      "amd64",
	X86:         "386",
	ARM:         "arm",
	AArch64:     "arm64",
	LoongArch64: "loong64",
	MIPS:        "mips",
	MIPSEL:      "mipsle",
	MIPS64:      "mips64",
	MIPSEL64:    "mips64le",
	PPC64:       "ppc64",
	PPC64LE:     "ppc64le",
	RISCV64:     "riscv64",
	S390X:       "s390x",
}

// unames are the machine names: UTS_MACHINE of the kernel's arch/*/Makefile, and the
// names that architectures put into init_utsname at boot: x86 the CPU family, ARM the
// architecture level of the CPU (arch/arm/mm/proc-*.S) and its byte order, SH the CPU
// and its byte order. "armv8l" is that of a 32-bit process on arm64.
var unames = [last + 1][]string{
	X86_64:      {"x86_64"},
	X86:         {"i686", "i386", "i486", "i586"},
	X32:         {"x86_64"},
	ARM:         {"armv7l", "armv6l", "armv8l", "armv5tel", "armv5tejl", "armv5tl", "armv4tl", "armv4l", "armv7ml"},
	AArch64:     {"aarch64"},
	LoongArch64: {"loongarch64"},
	M68K:        {"m68k"},
	MIPS:        {"mips"},
	MIPSEL:      {"mips"},
	MIPS64:      {"mips64"},
	MIPSEL64:    {"mips64"},
	MIPS64N32:   {"mips64"},
	MIPSEL64N32: {"mips64"},
	PARISC:      {"parisc"},
	PARISC64:    {"parisc64"},
	PPC:         {"ppc"},
	PPC64:       {"ppc64"},
	PPC64LE:     {"ppc64le"},
	RISCV64:     {"riscv64"},
	S390:        {"s390"},
	S390X:       {"s390x"},
	SH:          {"sh4", "sh4a", "sh4al-dsp", "sh3", "sh2a", "sh2", "sh"},
	SHEB:        {"sh4eb", "sh4aeb", "sh4al-dspeb", "sh3eb", "sh2aeb", "sh2eb", "sheb"},
}

// companions are the other ABIs of a kernel. The 32-bit calls of a little-endian
// PowerPC kernel are missing: they have no audit architecture of their own.
var companions = [last + 1][]Arch{
	X86_64:      {X86, X32},
	X32:         {X86_64, X86},
	AArch64:     {ARM},
	MIPS64:      {MIPS, MIPS64N32},
	MIPSEL64:    {MIPSEL, MIPSEL64N32},
	MIPS64N32:   {MIPS, MIPS64},
	MIPSEL64N32: {MIPSEL, MIPSEL64},
	PARISC64:    {PARISC},
	PPC64:       {PPC},
	S390X:       {S390},
}

// known returns the index of a in the tables.
func (a Arch) known() Arch {
	if !a.Valid() {
		return 0
	}
	return a
}

func (a Arch) info() *info { return &infos[a.known()] }
