package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
)

// column is one column of syscalls.csv: a table of numbers, which several ABIs
// may share.
type column struct {
	name  string // the ABI, by libseccomp's name
	twin  string // the same in the other byte order
	dir   string // its directory below arch/
	table string // the kernel's table
	abis  string // the values of the table's second field that count
	wide  bool   // its system calls are the 64-bit ones
}

// columnOf returns the column of an ABI.
func columnOf(a arch.Arch) *column {
	return &columns[slices.IndexFunc(columns, func(c column) bool { return c.name == a.String() || c.twin == a.String() })]
}

const genericTable = "scripts/syscall.tbl"

var columns = []column{
	{name: "x86", dir: "x86", table: "arch/x86/entry/syscalls/syscall_32.tbl", abis: "i386"},
	{name: "x86_64", dir: "x86", table: "arch/x86/entry/syscalls/syscall_64.tbl", abis: "common 64", wide: true},
	{name: "x32", dir: "x86", table: "arch/x86/entry/syscalls/syscall_64.tbl", abis: "common x32"},
	{name: "arm", dir: "arm", table: "arch/arm/tools/syscall.tbl", abis: "common eabi"},
	{name: "aarch64", dir: "arm64", table: genericTable, abis: "common 64", wide: true},
	{name: "loongarch64", dir: "loongarch", table: genericTable, abis: "common 64", wide: true},
	{name: "m68k", dir: "m68k", table: "arch/m68k/kernel/syscalls/syscall.tbl", abis: "common"},
	{name: "mips", twin: "mipsel", dir: "mips", table: "arch/mips/kernel/syscalls/syscall_o32.tbl", abis: "common o32"},
	{name: "mips64", twin: "mipsel64", dir: "mips", table: "arch/mips/kernel/syscalls/syscall_n64.tbl", abis: "common n64", wide: true},
	{name: "mips64n32", twin: "mipsel64n32", dir: "mips", table: "arch/mips/kernel/syscalls/syscall_n32.tbl", abis: "common n32"},
	{name: "parisc", dir: "parisc", table: "arch/parisc/kernel/syscalls/syscall.tbl", abis: "common 32"},
	{name: "parisc64", dir: "parisc", table: "arch/parisc/kernel/syscalls/syscall.tbl", abis: "common 64", wide: true},
	{name: "ppc", dir: "powerpc", table: "arch/powerpc/kernel/syscalls/syscall.tbl", abis: "common nospu 32"},
	{name: "ppc64", twin: "ppc64le", dir: "powerpc", table: "arch/powerpc/kernel/syscalls/syscall.tbl", abis: "common nospu 64", wide: true},
	{name: "riscv64", dir: "riscv", table: genericTable, abis: "common 64", wide: true},
	{name: "s390", dir: "s390", table: "arch/s390/kernel/syscalls/syscall.tbl", abis: "common 32"},
	{name: "s390x", dir: "s390", table: "arch/s390/kernel/syscalls/syscall.tbl", abis: "common 64", wide: true},
	{name: "sh", twin: "sheb", dir: "sh", table: "arch/sh/kernel/syscalls/syscall.tbl", abis: "common"},
}

// entry is one line of a kernel's table.
type entry struct {
	nr     uint32
	name   string
	native string // the function that serves the call, "" if the table names none
	compat string // the same for 32-bit processes of a 64-bit kernel
}

// slot matches the names of lines that keep a number free of any call.
var slot = regexp.MustCompile(`^(reserved|unused)\d+$`)

// read returns the lines of a kernel's table that are the column's.
func (c *column) read(tree string) ([]entry, error) {
	abis := strings.Fields(c.abis)
	if c.table == genericTable {
		more, err := makefileABIs(filepath.Join(tree, "arch", c.dir, "kernel/Makefile.syscalls"))
		if err != nil {
			return nil, err
		}
		abis = append(abis, more...)
	}
	entries, err := readTable(tree, c.table, func(abi, name string) bool {
		return slices.Contains(abis, abi) && !slot.MatchString(name)
	})
	if err != nil {
		return nil, err
	}
	if c.dir == "arm" {
		private, err := armPrivate(tree)
		return append(entries, private...), err
	}
	return entries, nil
}

// readTable returns the lines of a kernel's table that keep accepts, by their ABI
// and name.
func readTable(tree, table string, keep func(abi, name string) bool) ([]entry, error) {
	f, err := os.Open(filepath.Join(tree, table))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var entries []entry
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) < 3 {
			return nil, fmt.Errorf("%s: strange line %q", table, line)
		}
		if !keep(fields[1], fields[2]) {
			continue
		}
		e, err := newEntry(fields)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", table, err)
		}
		entries = append(entries, e)
	}
	return entries, lines.Err()
}

func newEntry(fields []string) (entry, error) {
	nr, err := strconv.ParseUint(fields[0], 10, 16)
	e := entry{nr: uint32(nr), name: fields[2]}
	if len(fields) > 3 {
		e.native = fields[3]
	}
	if len(fields) > 4 && fields[4] != "-" {
		e.compat = fields[4]
	}
	return e, err
}

var abis64 = regexp.MustCompile(`(?m)^syscall_abis_64\s*\+=(.*)$`)

// makefileABIs returns what an architecture adds to the ABIs of the generic table.
func makefileABIs(path string) ([]string, error) {
	b, err := os.ReadFile(path)
	var abis []string
	for _, m := range abis64.FindAllSubmatch(b, -1) {
		abis = append(abis, strings.Fields(string(m[1]))...)
	}
	return abis, err
}

var armNumber = regexp.MustCompile(`(?m)^#define __ARM_NR_(\w+)\s+\(__ARM_NR_BASE\+(\d+)\)`)

// armPrivate returns the calls that ARM has beside its table.
func armPrivate(tree string) ([]entry, error) {
	b, err := os.ReadFile(filepath.Join(tree, "arch/arm/include/uapi/asm/unistd.h"))
	var entries []entry
	for _, m := range armNumber.FindAllSubmatch(b, -1) {
		n, _ := strconv.Atoi(string(m[2]))
		entries = append(entries, entry{nr: 0x0f0000 + uint32(n), name: string(m[1])})
	}
	if err == nil && len(entries) == 0 {
		err = fmt.Errorf("arm: no private calls in uapi/asm/unistd.h")
	}
	return entries, err
}

// s390Last is the last release that served 31-bit processes on s390x. Its table
// lost the column of their functions thereafter, but up to then calls were
// added for both ABIs at once.
const s390Last = "6.18"

// readS390 returns the table of 31-bit s390: that of a kernel which had it, and
// the common calls that were added from then until the end.
func (c *column) readS390(tree, oldTree string, since map[string]string) ([]entry, error) {
	entries, err := c.read(oldTree)
	if err != nil {
		return nil, err
	}
	both := column{table: c.table, dir: c.dir, name: c.name, abis: "common 32 64"}
	known, err := both.read(oldTree)
	if err != nil {
		return nil, err
	}
	newer, err := c.read(tree)
	for _, e := range newer {
		old := slices.ContainsFunc(known, func(k entry) bool { return k.name == e.name })
		if !old && compareReleases(since[e.name], s390Last) <= 0 {
			entries = append(entries, e)
		}
	}
	return entries, err
}
