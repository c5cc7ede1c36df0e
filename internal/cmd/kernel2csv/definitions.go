package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// definition is the definition of one function that serves a system call.
type definition struct {
	file   string   // below the tree
	conds  []string // under which it is compiled
	params []cparam
}

// definitions are those of a tree by the name of the function, such as sys_read.
type definitions map[string][]definition

type cparam struct{ ctype, name string }

// sourceDirs are where system calls are defined.
var sourceDirs = []string{"fs", "kernel", "mm", "net", "ipc", "io_uring", "security", "block", "drivers/char", "drivers/pci",
	"arch/arm", "arch/arm64", "arch/loongarch", "arch/m68k", "arch/mips", "arch/parisc", "arch/powerpc", "arch/riscv",
	"arch/s390", "arch/sh", "arch/x86"}

var (
	comment = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)
	macro   = regexp.MustCompile(`(?m)^(COMPAT_|PPC32_)?SYSCALL(32)?_DEFINE([0-6])\(`)
	// The macros take types and names apart by commas; these stand for the two
	// halves of one 64-bit parameter, in the kernel's byte order.
	dual   = regexp.MustCompile(`(?:compat_arg_u64|arg_u32p|SC_ARG64)(?:_dual)?\((\w+)\)`)
	plain  = regexp.MustCompile(`(?m)^(?:asmlinkage |static |notrace )*(?:unsigned )?(?:long|int|ssize_t|void)\s+(\w*sys\w*|parisc_\w+|old_\w+)\s*\(([^;{}()]*)\)\s*\{`)
	spaces = regexp.MustCompile(`\s+`)
)

// The types of the halves.
const (
	firstHalf  = "first half"
	secondHalf = "second half"
)

// readDefinitions returns every definition in a kernel tree.
func readDefinitions(tree string) (definitions, error) {
	defs := definitions{}
	for _, dir := range sourceDirs {
		err := filepath.WalkDir(filepath.Join(tree, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".c") {
				return err
			}
			return defs.addFile(tree, path)
		})
		if err != nil {
			return nil, err
		}
	}
	return defs, nil
}

func (defs definitions) addFile(tree, path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if text := string(b); !strings.Contains(text, "sys") && !strings.Contains(text, "SYSCALL") {
		return nil // most files
	}
	file, err := filepath.Rel(tree, path)
	if err != nil {
		return err
	}
	return defs.add(filepath.ToSlash(file), string(b))
}

// add adds the definitions of a source file.
func (defs definitions) add(file, text string) error {
	text, sections, err := conditions(file, comment.ReplaceAllString(text, " "))
	if err != nil {
		return err
	}
	for _, m := range macro.FindAllStringSubmatchIndex(text, -1) {
		args, ok := balanced(text[m[1]:])
		if !ok {
			return fmt.Errorf("%s: no end of %s", file, text[m[0]:m[1]])
		}
		name, params, err := macroParams(args, int(text[m[6]]-'0'))
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		defs.addMacro(text[m[0]:m[1]], name, definition{file, condsAt(sections, m[0]), params})
	}
	for _, m := range plain.FindAllStringSubmatchIndex(text, -1) {
		if d, ok := plainDefinition(text[m[4]:m[5]]); ok {
			d.file = file
			defs.put(text[m[2]:m[3]], d, condsAt(sections, m[0])...)
		}
	}
	return nil
}

// macroParams takes apart the arguments of a SYSCALL_DEFINEn: a name and n pairs of
// a type and a name.
func macroParams(args string, n int) (name string, params []cparam, err error) {
	args = dual.ReplaceAllString(args, firstHalf+", $1, "+secondHalf+", $1")
	words := strings.Split(spaces.ReplaceAllString(args, " "), ",")
	for i := range words {
		words[i] = strings.TrimSpace(words[i])
	}
	name, words = words[0], words[1:]
	if len(words) != 2*n {
		return "", nil, fmt.Errorf("%s has %d words for %d parameters", name, len(words), n)
	}
	for i := 0; i < len(words); i += 2 {
		params = append(params, cparam{words[i], words[i+1]})
	}
	return name, params, nil
}

// addMacro adds a definition by the functions that the macro defines.
func (defs definitions) addMacro(macro, name string, d definition) {
	switch {
	case strings.HasPrefix(macro, "COMPAT_"):
		defs.put("compat_sys_"+name, d)
	case strings.HasPrefix(macro, "PPC32_"): // arch/powerpc/kernel/sys_ppc32.c
		defs.put("compat_sys_"+name, d, "!defined(CONFIG_PPC32)")
		defs.put("sys_"+name, d, "defined(CONFIG_PPC32)")
	case strings.HasPrefix(macro, "SYSCALL32_"): // include/linux/syscalls.h
		defs.put("compat_sys_"+name, d, "defined(CONFIG_COMPAT)")
		defs.put("sys_"+name, d, "!defined(CONFIG_COMPAT)")
	default:
		defs.put("sys_"+name, d)
	}
}

// put adds a definition of a function, with more conditions.
func (defs definitions) put(function string, d definition, conds ...string) {
	d.conds = append(slices.Clip(d.conds), conds...)
	defs[function] = append(defs[function], d)
}

// plainDefinition takes apart the parameters of an ordinary C function. It reports
// false for one that takes the registers as a struct, which tells no parameters.
func plainDefinition(params string) (definition, bool) {
	params = strings.TrimSpace(spaces.ReplaceAllString(params, " "))
	if params == "void" {
		return definition{}, true
	}
	var d definition
	for p := range strings.SplitSeq(params, ",") {
		p = strings.TrimSpace(p)
		i := strings.LastIndexAny(p, " *")
		if i < 0 || strings.Contains(p, "pt_regs") || strings.Contains(p, "...") {
			return definition{}, false
		}
		d.params = append(d.params, cparam{strings.TrimSpace(p[:i+1]), p[i+1:]})
	}
	return d, true
}

// balanced returns the text up to the parenthesis that closes the open one.
func balanced(text string) (string, bool) {
	depth := 1
	for i, c := range []byte(text) {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return text[:i], true
			}
		}
	}
	return "", false
}
