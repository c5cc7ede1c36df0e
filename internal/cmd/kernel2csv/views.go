package main

import (
	"fmt"
	"slices"
	"strings"
)

// view is how one kernel serves an ABI: the ABI's own kernel, or one of 64 bits that
// serves 32-bit processes too.
type view struct {
	dir    string // the kernel's directory below arch/
	bits   int    // the kernel's long
	narrow bool   // the ABI's registers have 32 bits
	big    bool   // byte order
	config config
	defs   []definitions // of the trees, in their order
	// symbol returns the function of an entry.
	symbol func(e entry) string
}

// pairing holds where C functions of native 32-bit kernels find a parameter of 64
// bits, by directory. The other architectures have for each such call a function that
// takes the halves: x86 and PowerPC pass registers on one by one.
var pairing = map[string]func(position int) (aligned int, ok bool){
	// The procedure call standard's: the next even register, which is also
	// where the fifth and the sixth argument lie on the stack.
	"arm": even,
	// O32's, whose registers are the first four words of the stack.
	"mips": even,
	// All on the stack, aligned to words and not to their own size.
	"m68k": func(position int) (int, bool) { return position, true },
	// Four in registers without a gap, then the stack. Whether a half can be in the
	// last register depends on the compiler; no call needs to know.
	"sh": func(position int) (int, bool) { return position, position != 3 },
}

func even(position int) (int, bool) { return position + position&1, true }

// kernelConfig returns what is known about a kernel of an architecture.
func kernelConfig(dir string, bits int, big bool) config {
	among := func(dirs ...string) int { return is(slices.Contains(dirs, dir)) }
	own := func(d string, b int) int { return is(dir == d && bits == b) }
	wide, narrow := is(bits == 64), is(bits == 32)
	return config{
		"BITS_PER_LONG": bits, "__BITS_PER_LONG": bits,
		"CONFIG_64BIT": wide, "CONFIG_32BIT": narrow,
		"CONFIG_MMU":   1,
		"__BIG_ENDIAN": is(big), "__LITTLE_ENDIAN": is(!big),
		"CONFIG_CPU_BIG_ENDIAN": is(big), "CONFIG_CPU_LITTLE_ENDIAN": is(!big),
		"__MIPSEB__": is(big), "__MIPSEL__": is(!big),
		"CONFIG_COMPAT":           wide &^ among("loongarch", "m68k", "sh"),
		"CONFIG_CLONE_BACKWARDS":  among("arm", "arm64", "mips", "parisc", "powerpc", "riscv") | own("x86", 32),
		"CONFIG_CLONE_BACKWARDS2": among("s390"),
		"CONFIG_CLONE_BACKWARDS3": 0,
		"CONFIG_ARCH_SPLIT_ARG64": narrow & among("parisc", "powerpc", "x86"),
		"CONFIG_X86_64":           own("x86", 64),
		"CONFIG_X86_32":           own("x86", 32),
		"CONFIG_IA32_EMULATION":   own("x86", 64),
		"CONFIG_X86_X32_ABI":      own("x86", 64),
		"CONFIG_PPC64":            own("powerpc", 64),
		"CONFIG_PPC32":            own("powerpc", 32),
		"CONFIG_MIPS32_O32":       1,
		"CONFIG_MIPS32_N32":       1,
		"CONFIG_S390":             among("s390"),
		"CONFIG_OLD_SIGSUSPEND":   among("powerpc", "sh"),
		"CONFIG_OLD_SIGSUSPEND3":  among("arm", "arm64", "m68k", "s390", "x86"),
	}
}

func is(b bool) int {
	if b {
		return 1
	}
	return 0
}

// views returns the kernels that serve a column's ABI in a byte order.
func (c *column) views(big bool, defs, oldDefs definitions) []view {
	both := []definitions{defs, oldDefs}
	native := func(e entry) string { return e.native }
	compat := func(e entry) string {
		if e.compat != "" {
			return e.compat
		}
		return e.native
	}
	wide := func(dir string, symbol func(entry) string, narrow bool) view {
		return view{dir: dir, bits: 64, narrow: narrow, big: big, config: kernelConfig(dir, 64, big), defs: both, symbol: symbol}
	}
	own := view{dir: c.dir, bits: 32, narrow: true, big: big, config: kernelConfig(c.dir, 32, big), defs: both, symbol: native}
	switch c.name {
	case "x32", "mips64n32":
		return []view{wide(c.dir, native, false)}
	case "s390": // of which 6.12 was the last
		v := wide(c.dir, compat, true)
		v.defs = []definitions{oldDefs, defs}
		return []view{v}
	case "arm":
		return []view{own, wide("arm64", compat, true)}
	case "m68k", "sh":
		return []view{own}
	}
	if c.wide {
		return []view{wide(c.dir, native, false)}
	}
	return []view{own, wide(c.dir, compat, true)}
}

// find returns the definitions that serve an entry: those of the kernel's own
// architecture, or else common ones. If it isn't known which of several is compiled,
// all are returned.
func (v *view) find(symbol string) []definition {
	if target, ok := aliases[v.dir+" "+symbol]; ok {
		symbol = target
	}
	for _, defs := range v.defs {
		var own, common []definition
		for _, d := range defs[symbol] {
			switch {
			case v.config.all(d.conds) == no:
			case v.isOwn(d.file):
				own = append(own, d)
			case !strings.HasPrefix(d.file, "arch/") && d.file != "kernel/sys_ni.c":
				common = append(common, d)
			}
		}
		if len(own) > 0 {
			return own
		}
		if len(common) > 0 {
			return common
		}
	}
	return nil
}

// isOwn reports whether a file belongs to the kernel's architecture. User-mode Linux
// is another one.
func (v *view) isOwn(file string) bool {
	return strings.HasPrefix(file, "arch/"+v.dir+"/") && !strings.HasPrefix(file, "arch/x86/um/")
}

// params returns the parameters of a definition by their registers.
func (v *view) params(symbol string, d definition) ([]arg, error) {
	var args []arg
	var err error
	for _, p := range d.params {
		if args, err = v.appendParam(args, symbol, p); err != nil {
			return nil, err
		}
	}
	if len(args) > 6 {
		args = args[:6] // seccomp_data has no more
	}
	return args, nil
}

func (v *view) appendParam(args []arg, symbol string, p cparam) ([]arg, error) {
	t, err := parseType(p.ctype)
	if err != nil {
		return nil, err
	}
	name := strings.TrimLeft(p.name, "_")
	if slices.Contains(padNames, p.name) {
		name = "pad"
	}
	halves := []arg{{name + "_lo", 32, false}, {name + "_hi", 32, false}}
	if v.big {
		slices.Reverse(halves)
	}
	switch {
	case p.ctype == firstHalf:
		return append(args, halves[0]), nil
	case p.ctype == secondHalf:
		return append(args, halves[1]), nil
	case t.quad && v.narrow && v.bits == 32:
		if args, err = v.align(args, symbol, p.name); err != nil {
			return nil, err
		}
		return append(args, halves...), nil
	case t.quad && v.narrow && !slices.Contains(quadRegisters, symbol):
		return nil, fmt.Errorf("%s takes 64 bits of a register of 32: %s", symbol, p.name)
	}
	return append(args, arg{name, t.bits, t.pointer}), nil
}

// align appends the registers that are skipped before a parameter of 64 bits.
func (v *view) align(args []arg, symbol, name string) ([]arg, error) {
	rule, ok := pairing[v.dir]
	if !ok {
		return nil, fmt.Errorf("%s has 64 bits in one parameter: %s", symbol, name)
	}
	position, ok := rule(len(args))
	if !ok {
		return nil, fmt.Errorf("%s: %s straddles registers and stack", symbol, name)
	}
	for len(args) < position {
		args = append(args, arg{"pad", 32, false})
	}
	return args, nil
}

// resolve returns the parameters of an entry, and whether they are known. They
// aren't if the trees have no function for it.
func (v *view) resolve(e entry) (args []arg, known bool, err error) {
	symbol := v.symbol(e)
	for _, key := range []string{e.name, v.dir + " " + e.name} {
		if text, ok := reviewed[key]; ok {
			return parseArgs(text), true, nil
		}
	}
	if slices.Contains(stubs, symbol) {
		return nil, false, nil
	}
	found := v.find(symbol)
	if len(found) > 0 {
		args, err = v.agreed(e, symbol, found)
		return args, err == nil, err
	}
	if slices.Contains(optional, symbol) {
		return nil, false, nil
	}
	return nil, false, fmt.Errorf("%s: no definition of %s in arch/%s or common code", e.name, symbol, v.dir)
}

// agreed returns the parameters on which all definitions agree.
func (v *view) agreed(e entry, symbol string, found []definition) ([]arg, error) {
	var args []arg
	for i, d := range found {
		these, err := v.params(symbol, d)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", d.file, e.name, err)
		}
		if i > 0 && !same(these, args, v.narrow) {
			return nil, fmt.Errorf("%s: %s is %v in %s %v and %v in %s %v (arch/%s)", e.name, symbol, args, found[0].file, found[0].conds, these, d.file, d.conds, v.dir)
		}
		if i == 0 {
			args = these
		}
	}
	return args, nil
}
