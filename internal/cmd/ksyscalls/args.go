package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// arg is one parameter as syscalls.csv has it.
type arg struct {
	name    string
	bits    int
	pointer bool
}

func (a arg) String() string {
	if a.pointer {
		return a.name + ":p"
	}
	return a.name + ":" + strconv.Itoa(a.bits)
}

// reviewed holds the parameters of calls whose definitions the reader can't
// find, or of which it finds ones that don't matter.
var reviewed = map[string]string{
	// The kernel has the order of tls and child_tidptr both ways (s390 also
	// swaps the first two), and with CONFIG_CLONE_BACKWARDS3, which none of our
	// ABIs has, an int amidst.
	"clone": "clone_flags:64 newsp:64 parent_tidptr:p child_tidptr:64 tls:64",
	// PowerPC and PA-RISC have functions of their own that take a long, but
	// hand it to the common one, which takes an int.
	"personality": "personality:32",
	// ARM's own calls are cases of arm_syscall in arch/arm/kernel/traps.c.
	"breakpoint": "", "usr26": "", "usr32": "", "get_tls": "", "set_tls": "tp:64",
	// No parameters, but the registers at the time of the call.
	"rt_sigreturn": "", "sigreturn": "",
}

// resolve returns the definitions that serve an entry on a column: those of its
// own architecture, or else those of no architecture.
func resolve(defs map[string][]definition, c *column, e entry, symbol string) []definition {
	for _, s := range []string{symbol, strings.TrimSuffix(symbol, "_wrapper"), strings.TrimPrefix(symbol, "__"), "sys_" + e.name} {
		if s == "" || symbol == "sys_ni_syscall" {
			continue
		}
		var own, generic []definition
		for _, d := range defs[s] {
			if d.narrow && c.wide {
				continue
			}
			if strings.HasPrefix(d.file, "arch/"+c.dir+"/") {
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

// merge joins the definitions of one call. A position that definitions type
// differently has the widest type, and is an address only if all say so; its
// name is the first one's.
func merge(call string, found []definition) ([]arg, []string, error) {
	var args []arg
	var conflicts []string
	for _, d := range found {
		for i, p := range d.params {
			bits, pointer, err := width(p.ctype)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %s: %w", d.file, call, err)
			}
			a := arg{strings.TrimLeft(p.name, "_"), bits, pointer}
			if i == len(args) {
				args = append(args, a)
				continue
			}
			if args[i].bits != bits || args[i].pointer != pointer {
				conflicts = append(conflicts, fmt.Sprintf("%s %v and %v (%s)", call, args[i], a, d.file))
			}
			args[i].bits = max(args[i].bits, bits)
			args[i].pointer = args[i].pointer && pointer
		}
	}
	return args, conflicts, nil
}

// call is one line of syscalls.csv.
type call struct {
	name    string
	entries map[string]entry // by column
	args    []arg
	known   bool // args are known
}

// findArgs sets the parameters of a call from the definitions that serve it on
// the 64-bit ABIs, or where there is none on the others.
func (c *call) findArgs(defs, oldDefs map[string][]definition) (conflicts []string, err error) {
	if text, ok := reviewed[c.name]; ok {
		c.known = true
		for word := range strings.FieldsSeq(text) {
			name, kind, _ := strings.Cut(word, ":")
			bits, err := strconv.Atoi(kind)
			if err != nil {
				bits = 64
			}
			c.args = append(c.args, arg{name, bits, kind == "p"})
		}
		return nil, nil
	}
	for _, defs := range []map[string][]definition{defs, oldDefs} {
		for _, wide := range []bool{true, false} {
			var found []definition
			for i := range columns {
				col := &columns[i]
				e, ok := c.entries[col.name]
				// What serves a 32-bit process of a 64-bit kernel is a matter of
				// the kernel: on an ABI of its own it is the native function.
				if !ok || col.wide != wide || strings.HasPrefix(e.native, "compat_") {
					continue
				}
				for _, d := range resolve(defs, col, e, e.native) {
					if !slices.ContainsFunc(found, func(f definition) bool {
						return f.file == d.file && slices.Equal(f.params, d.params)
					}) {
						found = append(found, d)
					}
				}
			}
			if len(found) > 0 {
				c.known = true
				c.args, conflicts, err = merge(c.name, found)
				return conflicts, err
			}
		}
	}
	return nil, nil
}
