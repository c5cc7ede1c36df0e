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

// reviewed holds the parameters of calls whose definitions the reader can't find, or
// finds where they don't matter. Some are for one directory below arch/ only.
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

// aliases maps a function of a table, by directory, to the function to which it
// passes all parameters unchanged. The former are written in assembler.
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

// stubs are functions of tables that tell nothing about a call's parameters.
var stubs = []string{
	"", "-", "sys_ni_syscall",
	"sys32_unimplemented",          // PA-RISC's for 32-bit processes of a 64-bit kernel
	"sys_syscall", "sys32_syscall", // MIPS: a number, and the parameters of any call
}

// optional are functions that some architectures have in their tables but don't
// define (the kernel's COND_SYSCALL).
var optional = []string{"sys_map_shadow_stack", "sys_pciconfig_iobase"}

// narrowed holds parameters that functions declare as a long and use as an int from
// the start: they pass a file descriptor to fdget or fget, clone's flags through
// lower_32_bits, ptrace's process to find_get_task_by_vpid.
var narrowed = map[string]bool{
	"readv fd": true, "preadv fd": true, "preadv2 fd": true, "writev fd": true, "pwritev fd": true, "pwritev2 fd": true,
	"mmap fd": true, "mmap2 fd": true, "clone clone_flags": true, "ptrace pid": true,
}

// padNames are what definitions call a register that nobody reads.
var padNames = []string{"__pad", "pad0", "__dummy", "dummy", "unused", "reg4", "reg6", "r4"}

// quadRegisters are functions that declare 64 bits for a register of an ABI with 32-bit
// registers. They read the lower half.
var quadRegisters = []string{"sys_32_pwrite", "sys32_readahead"}

// same reports whether two lists have the same widths, on registers of 32 bits if
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

// argsReader finds the parameters of calls in the kernel's sources.
type argsReader struct {
	defs, oldDefs definitions
	onARM64       []entry // by which 64-bit ARM serves 32-bit processes
}

func newArgsReader(tree, old string) (*argsReader, error) {
	r := new(argsReader)
	var err error
	if r.defs, err = readDefinitions(tree); err != nil {
		return nil, err
	}
	if r.oldDefs, err = readDefinitions(old); err != nil {
		return nil, err
	}
	r.onARM64, err = aarch32.read(tree)
	return r, err
}

// writeArgs writes args.csv: for each call a line for each list of parameters, with
// the ABIs that have it. The list of the most ABIs comes first with "*", which means
// all others. Unknown lists are "?".
func writeArgs(w io.Writer, calls []*call, tree, old string, note io.Writer) error {
	r, err := newArgsReader(tree, old)
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.Write([]string{"name", "abis", "args"})
	var errs []error
	for _, c := range calls {
		groups, err := r.groups(c)
		errs = append(errs, err)
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

// groups returns the lists of parameters of a call, each with its ABIs.
func (r *argsReader) groups(c *call) ([]group, error) {
	var groups []group
	var errs []error
	for _, a := range arch.All() {
		e, ok := c.entries[columnOf(a).name]
		if !ok {
			continue
		}
		args, known, err := r.args(a, e)
		if err != nil {
			errs = append(errs, fmt.Errorf("%v: %w", a, err))
			continue
		}
		groups = addTo(groups, a, args, known)
	}
	return groups, errors.Join(errs...)
}

// args returns the parameters of a call on an ABI.
func (r *argsReader) args(a arch.Arch, e entry) (args []arg, known bool, err error) {
	if i := slices.IndexFunc(r.onARM64, func(k entry) bool { return k.name == e.name }); i >= 0 && a == arch.ARM {
		e.compat = cmp.Or(r.onARM64[i].compat, r.onARM64[i].native)
	}
	args, known, err = columnOf(a).findArgs(e, a.ByteOrder() == binary.BigEndian, r.defs, r.oldDefs)
	for i := range args {
		if narrowed[e.name+" "+args[i].name] {
			args[i].bits = 32
		}
	}
	return args, known, err
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

// join sorts the groups of a call by size. It joins a group to a larger one if they
// differ only between 32 and 64 bits and the ABIs' registers have 32.
func join(groups []group) []group {
	slices.SortStableFunc(groups, func(a, b group) int { return len(b.abis) - len(a.abis) })
	var joined []group
	for _, g := range groups {
		i := slices.IndexFunc(joined, g.fits)
		if i < 0 {
			joined = append(joined, g)
			continue
		}
		joined[i].abis = append(joined[i].abis, g.abis...)
		slices.Sort(joined[i].abis)
	}
	return joined
}

// fits reports whether g can be joined to larger.
func (g group) fits(larger group) bool {
	wide := slices.ContainsFunc(g.abis, func(a arch.Arch) bool { return a.RegisterBits() == 64 })
	return !wide && g.known && larger.known && same(larger.args, g.args, true) &&
		slices.EqualFunc(larger.args, g.args, func(a, b arg) bool { return a.name == b.name && a.pointer == b.pointer })
}

// rows returns the cells of the groups: ABIs and parameters.
func rows(groups []group) [][]string {
	var rows [][]string
	for i, g := range groups {
		abis := "*"
		if i > 0 {
			abis = joinStrings(g.abis)
		}
		args := "?"
		if g.known {
			args = joinStrings(g.args)
		}
		rows = append(rows, []string{abis, args})
	}
	return rows
}

func joinStrings[T fmt.Stringer](values []T) string {
	var words []string
	for _, v := range values {
		words = append(words, v.String())
	}
	return strings.Join(words, " ")
}
