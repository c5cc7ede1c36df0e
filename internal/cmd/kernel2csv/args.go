package main

import (
	"cmp"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
)

// arg is one parameter as args.csv has it.
type arg struct {
	name    string
	bits    int
	pointer bool
}

func (a arg) String() string {
	switch {
	case a.pointer && a.bits == 64:
		return a.name + ":p"
	case a.pointer:
		return a.name + ":p" + strconv.Itoa(a.bits)
	}
	return a.name + ":" + strconv.Itoa(a.bits)
}

// parseArgs is the inverse of String for a list.
func parseArgs(text string) []arg {
	var args []arg
	for word := range strings.FieldsSeq(text) {
		name, kind, _ := strings.Cut(word, ":")
		size, pointer := strings.CutPrefix(kind, "p")
		bits, err := strconv.Atoi(size)
		if err != nil {
			bits = 64
		}
		args = append(args, arg{name, bits, pointer})
	}
	return args
}

// reviewed holds the parameters of calls whose definitions the reader can't
// find, or of which it finds ones that don't matter; some for one directory
// below arch/ only.
var reviewed = map[string]string{
	// ARM's own calls are cases of arm_syscall in arch/arm/kernel/traps.c.
	"breakpoint": "", "usr26": "", "usr32": "", "get_tls": "", "set_tls": "tp:64",
	"arm cacheflush": "start:64 end:64 flags:32", "arm64 cacheflush": "start:64 end:64 flags:32",
	// No parameters, but the registers at the time of the call.
	"rt_sigreturn": "", "sigreturn": "",
	// PowerPC, PA-RISC and MIPS have functions of their own that take a long, but
	// look at its lower half and hand it to the common one, which takes an int.
	"personality": "personality:32",
}

// aliases leads from a table's function to the one that it is, or to which it
// hands on all parameters as they are, by directory: the former are written in
// assembler.
var aliases = map[string]string{
	"arm sys_mmap2":            "sys_mmap_pgoff",
	"arm sys_statfs64_wrapper": "sys_statfs64", "arm sys_fstatfs64_wrapper": "sys_fstatfs64",
	"m68k __sys_fork": "sys_fork", "m68k __sys_vfork": "sys_vfork",
	// m68k_clone takes the registers, in the order of the common function.
	"m68k __sys_clone": "sys_clone", "m68k __sys_clone3": "sys_clone3",
	"mips __sys_fork": "sys_fork", "mips __sys_clone": "sys_clone", "mips __sys_clone3": "sys_clone3",
	"mips __sys_sysmips":      "sys_sysmips",
	"parisc sys_fork_wrapper": "sys_fork", "parisc sys_vfork_wrapper": "sys_vfork",
	"parisc sys_clone_wrapper": "sys_clone", "parisc sys_clone3_wrapper": "sys_clone3",
}

// stubs are functions of tables that say nothing about a call's parameters.
var stubs = []string{
	"", "-", "sys_ni_syscall",
	"sys32_unimplemented",          // PA-RISC's for 32-bit processes of a 64-bit kernel
	"sys_syscall", "sys32_syscall", // MIPS: a number, and the parameters of any call
}

// optional are functions that some architectures have in their tables but don't
// define (the kernel's COND_SYSCALL).
var optional = []string{"sys_map_shadow_stack", "sys_pciconfig_iobase"}

// narrowed holds parameters that functions declare as a long and hand on as an
// int at once: a file descriptor to fdget or fget, clone's flags through
// lower_32_bits, ptrace's process to find_get_task_by_vpid.
var narrowed = map[string]bool{
	"readv fd": true, "preadv fd": true, "preadv2 fd": true, "writev fd": true, "pwritev fd": true, "pwritev2 fd": true,
	"mmap fd": true, "mmap2 fd": true, "clone clone_flags": true, "ptrace pid": true,
}

// padNames are what definitions call a register that nobody reads.
var padNames = []string{"__pad", "pad0", "__dummy", "dummy", "unused", "reg4", "reg6", "r4"}

// quadRegisters are functions with parameters of 64 bits for registers of which
// 32 count: of each they read the lower half.
var quadRegisters = []string{"sys_32_pwrite", "sys32_readahead"}

// same reports whether two lists are of the same bits, on registers of 32 if
// narrow.
func same(a, b []arg, narrow bool) bool {
	return slices.EqualFunc(a, b, func(a, b arg) bool {
		return a.bits == b.bits || narrow && a.bits >= 32 && b.bits >= 32
	})
}

// findArgs returns the parameters of a call on a column in a byte order.
func (c *column) findArgs(e entry, big bool, defs, oldDefs definitions) (args []arg, known bool, err error) {
	for i, v := range c.views(big, defs, oldDefs) {
		these, ok, err := v.resolve(e)
		if err != nil {
			return nil, false, err
		}
		if i > 0 && ok && known && !same(args, these, v.narrow) {
			return nil, false, fmt.Errorf("%s on %s: %v, but on a kernel of 64 bits %v", e.name, c.name, args, these)
		}
		if !known {
			args, known = these, ok
		}
	}
	return args, known, nil
}

// aarch32 is the table by which 64-bit ARM serves 32-bit processes.
var aarch32 = column{name: "arm", dir: "arm64", table: "arch/arm64/tools/syscall_32.tbl", abis: "common"}

// writeArgs writes args.csv: for each call a line per list of parameters, with
// the ABIs that have it. The list of most is first, and its ABIs are "*", all
// others; "?" is what isn't known.
func writeArgs(w io.Writer, calls []*call, tree, old string, note io.Writer) error {
	defs, err := readDefinitions(tree)
	if err != nil {
		return err
	}
	oldDefs, err := readDefinitions(old)
	if err != nil {
		return err
	}
	onARM64, err := aarch32.read(tree)
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.Write([]string{"name", "abis", "args"})
	var errs []error
	for _, c := range calls {
		var groups []group
		for _, a := range arch.All() {
			col := columnOf(a)
			e, ok := c.entries[col.name]
			if !ok {
				continue
			}
			if i := slices.IndexFunc(onARM64, func(k entry) bool { return k.name == e.name }); i >= 0 && a == arch.ARM {
				e.compat = cmp.Or(onARM64[i].compat, onARM64[i].native)
			}
			args, known, err := col.findArgs(e, a.ByteOrder() == binary.BigEndian, defs, oldDefs)
			if err != nil {
				errs = append(errs, fmt.Errorf("%v: %w", a, err))
				continue
			}
			for i := range args {
				if narrowed[c.name+" "+args[i].name] {
					args[i].bits = 32
				}
			}
			groups = addTo(groups, a, args, known)
		}
		for _, row := range rows(join(groups)) {
			if row[1] == "?" {
				fmt.Fprintln(note, c.name, "has no definition on", row[0])
			}
			out.Write(append([]string{c.name}, row...))
		}
	}
	out.Flush()
	return errors.Join(append(errs, out.Error())...)
}

// group is a list of parameters and the ABIs that have it.
type group struct {
	args  []arg
	known bool
	abis  []arch.Arch
}

func addTo(groups []group, a arch.Arch, args []arg, known bool) []group {
	for i := range groups {
		if g := &groups[i]; g.known == known && slices.Equal(g.args, args) {
			g.abis = append(g.abis, a)
			return groups
		}
	}
	return append(groups, group{args, known, []arch.Arch{a}})
}

// join sorts the groups of a call by size, and joins what differs in parameters
// of 32 and 64 bits only to a larger group, where registers have 32 bits.
func join(groups []group) []group {
	slices.SortStableFunc(groups, func(a, b group) int { return len(b.abis) - len(a.abis) })
	var joined []group
next:
	for _, g := range groups {
		wide := slices.ContainsFunc(g.abis, func(a arch.Arch) bool { return a.RegisterBits() == 64 })
		for i := range joined {
			if j := &joined[i]; !wide && g.known && j.known && same(j.args, g.args, true) && slices.EqualFunc(j.args, g.args, func(a, b arg) bool {
				return a.name == b.name && a.pointer == b.pointer
			}) {
				j.abis = append(j.abis, g.abis...)
				slices.Sort(j.abis)
				continue next
			}
		}
		joined = append(joined, g)
	}
	return joined
}

// rows returns the cells of the groups.
func rows(groups []group) [][]string {
	var rows [][]string
	for i, g := range groups {
		abis, args := []string{"*"}, []string{}
		if i > 0 {
			abis = nil
			for _, a := range g.abis {
				abis = append(abis, a.String())
			}
		}
		for _, a := range g.args {
			args = append(args, a.String())
		}
		if !g.known {
			args = []string{"?"}
		}
		rows = append(rows, []string{strings.Join(abis, " "), strings.Join(args, " ")})
	}
	return rows
}
