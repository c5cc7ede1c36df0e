package main

import (
	"fmt"
	"slices"
	"strings"
)

// view is how one kernel serves an ABI: its own, or one of 64 bits that serves
// 32-bit processes too.
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

// pairing is where C functions of native 32-bit kernels find a parameter of 64
// bits, by directory. What isn't here has a function for each such call that
// takes the halves: on x86 and PowerPC registers are handed on one by one.
var pairing = map[string]func(position int) (aligned int, ok bool){
	// The procedure call standard's: the next even register, which is also
	// where the fifth and the sixth argument lie on the stack.
	"arm": even,
	// O32's, whose registers are the first four words of the stack.
	"mips": even,
	// All on the stack, aligned to words and not to their own size.
	"m68k": func(position int) (int, bool) { return position, true },
	// Four in registers without a gap, then the stack. Whether half of one is in
	// the last register is a matter of the compiler's that no call depends on.
	"sh": func(position int) (int, bool) { return position, position != 3 },
}

func even(position int) (int, bool) { return position + position&1, true }

// kernelConfig is what is known of a kernel of an architecture.
func kernelConfig(dir string, bits int, big bool) config {
	is := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	wide, narrow := is(bits == 64), is(bits == 32)
	c := config{
		"BITS_PER_LONG": bits, "__BITS_PER_LONG": bits,
		"CONFIG_64BIT": wide, "CONFIG_32BIT": narrow,
		"CONFIG_MMU":   1,
		"__BIG_ENDIAN": is(big), "__LITTLE_ENDIAN": is(!big),
		"CONFIG_CPU_BIG_ENDIAN": is(big), "CONFIG_CPU_LITTLE_ENDIAN": is(!big),
		"__MIPSEB__": is(big), "__MIPSEL__": is(!big),
		"CONFIG_COMPAT":           is(bits == 64 && !slices.Contains([]string{"loongarch", "m68k", "sh"}, dir)),
		"CONFIG_CLONE_BACKWARDS":  is(slices.Contains([]string{"arm", "arm64", "mips", "parisc", "powerpc", "riscv"}, dir) || dir == "x86" && bits == 32),
		"CONFIG_CLONE_BACKWARDS2": is(dir == "s390"),
		"CONFIG_CLONE_BACKWARDS3": 0,
		"CONFIG_ARCH_SPLIT_ARG64": is(bits == 32 && slices.Contains([]string{"parisc", "powerpc", "x86"}, dir)),
		"CONFIG_X86_64":           is(dir == "x86" && bits == 64),
		"CONFIG_X86_32":           is(dir == "x86" && bits == 32),
		"CONFIG_IA32_EMULATION":   is(dir == "x86" && bits == 64),
		"CONFIG_X86_X32_ABI":      is(dir == "x86" && bits == 64),
		"CONFIG_PPC64":            is(dir == "powerpc" && bits == 64),
		"CONFIG_PPC32":            is(dir == "powerpc" && bits == 32),
		"CONFIG_MIPS32_O32":       1,
		"CONFIG_MIPS32_N32":       1,
		"CONFIG_S390":             is(dir == "s390"),
		"CONFIG_OLD_SIGSUSPEND":   is(slices.Contains([]string{"powerpc", "sh"}, dir)),
		"CONFIG_OLD_SIGSUSPEND3":  is(slices.Contains([]string{"arm", "arm64", "m68k", "s390", "x86"}, dir)),
	}
	return c
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
// architecture, or else those of none. Definitions of which only one can be
// compiled, but it isn't known which, are all there.
func (v *view) find(symbol string) []definition {
	if to, ok := aliases[v.dir+" "+symbol]; ok {
		symbol = to
	}
	for _, defs := range v.defs {
		var own, generic []definition
		for _, d := range defs[symbol] {
			if v.config.all(d.conds) == no {
				continue
			}
			if strings.HasPrefix(d.file, "arch/x86/um/") {
				continue // another architecture, user-mode Linux
			}
			if strings.HasPrefix(d.file, "arch/"+v.dir+"/") {
				own = append(own, d)
			} else if !strings.HasPrefix(d.file, "arch/") && d.file != "kernel/sys_ni.c" {
				generic = append(generic, d)
			}
		}
		if len(own) > 0 {
			return own
		}
		if len(generic) > 0 {
			return generic
		}
	}
	return nil
}

// params returns the parameters of a definition by their registers.
func (v *view) params(symbol string, d definition) ([]arg, error) {
	var args []arg
	for _, p := range d.params {
		t, err := parseType(p.ctype)
		if err != nil {
			return nil, err
		}
		name := strings.TrimLeft(p.name, "_")
		if slices.Contains(padNames, p.name) {
			name = "pad"
		}
		halves := []string{"_lo", "_hi"}
		if v.big {
			slices.Reverse(halves)
		}
		switch {
		case p.ctype == firstHalf:
			args = append(args, arg{name + halves[0], 32, false})
		case p.ctype == secondHalf:
			args = append(args, arg{name + halves[1], 32, false})
		case t.quad && v.narrow && v.bits == 32:
			rule, ok := pairing[v.dir]
			if !ok {
				return nil, fmt.Errorf("%s has 64 bits in one parameter: %s", symbol, p.name)
			}
			at, ok := rule(len(args))
			if !ok {
				return nil, fmt.Errorf("%s: %s straddles registers and stack", symbol, p.name)
			}
			for len(args) < at {
				args = append(args, arg{"pad", 32, false})
			}
			args = append(args, arg{name + halves[0], 32, false}, arg{name + halves[1], 32, false})
		case t.quad && v.narrow && !slices.Contains(quadRegisters, symbol):
			return nil, fmt.Errorf("%s takes 64 bits of a register of 32: %s", symbol, p.name)
		default:
			args = append(args, arg{name, t.bits, t.pointer})
		}
	}
	if len(args) > 6 {
		args = args[:6] // seccomp_data has no more
	}
	return args, nil
}

// resolve returns the parameters of an entry. They aren't known where the trees
// have no function for it.
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
	if len(found) == 0 {
		if slices.Contains(optional, symbol) {
			return nil, false, nil
		}
		return nil, false, fmt.Errorf("%s: no definition of %s in arch/%s or common code", e.name, symbol, v.dir)
	}
	for i, d := range found {
		these, err := v.params(symbol, d)
		if err != nil {
			return nil, false, fmt.Errorf("%s: %s: %w", d.file, e.name, err)
		}
		if i > 0 && !same(these, args, v.narrow) {
			return nil, false, fmt.Errorf("%s: %s is %v in %s %v and %v in %s %v (arch/%s)", e.name, symbol, args, found[0].file, found[0].conds, these, d.file, d.conds, v.dir)
		}
		if i == 0 {
			args = these
		}
	}
	return args, true, nil
}
