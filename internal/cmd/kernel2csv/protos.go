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
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			file, err := filepath.Rel(tree, path)
			if err == nil && strings.Contains(string(b), "sys") || strings.Contains(string(b), "SYSCALL") {
				err = defs.add(filepath.ToSlash(file), string(b))
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return defs, nil
}

// add adds what a source file defines.
func (defs definitions) add(file, text string) error {
	text, stretches, err := conditions(file, comment.ReplaceAllString(text, " "))
	if err != nil {
		return err
	}
	put := func(name string, d definition, conds ...string) {
		d.conds = append(slices.Clip(d.conds), conds...)
		defs[name] = append(defs[name], d)
	}
	for _, m := range macro.FindAllStringSubmatchIndex(text, -1) {
		args, ok := balanced(text[m[1]:])
		if !ok {
			return fmt.Errorf("%s: no end of %s", file, text[m[0]:m[1]])
		}
		args = dual.ReplaceAllString(args, firstHalf+", $1, "+secondHalf+", $1")
		words := strings.Split(spaces.ReplaceAllString(args, " "), ",")
		name := strings.TrimSpace(words[0])
		words = words[1:]
		want := int(text[m[6]] - '0')
		if len(words) != 2*want {
			return fmt.Errorf("%s: %s has %d words for %d parameters", file, name, len(words), want)
		}
		d := definition{file: file, conds: condsAt(stretches, m[0])}
		for i := 0; i < len(words); i += 2 {
			d.params = append(d.params, cparam{strings.TrimSpace(words[i]), strings.TrimSpace(words[i+1])})
		}
		switch prefix := text[m[0]:m[1]]; {
		case strings.HasPrefix(prefix, "COMPAT_"):
			put("compat_sys_"+name, d)
		case strings.HasPrefix(prefix, "PPC32_"): // arch/powerpc/kernel/sys_ppc32.c
			put("compat_sys_"+name, d, "!defined(CONFIG_PPC32)")
			put("sys_"+name, d, "defined(CONFIG_PPC32)")
		case strings.HasPrefix(prefix, "SYSCALL32_"): // include/linux/syscalls.h
			put("compat_sys_"+name, d, "defined(CONFIG_COMPAT)")
			put("sys_"+name, d, "!defined(CONFIG_COMPAT)")
		default:
			put("sys_"+name, d)
		}
	}
	for _, m := range plain.FindAllStringSubmatchIndex(text, -1) {
		if d, ok := plainDefinition(text[m[4]:m[5]]); ok {
			d.file, d.conds = file, condsAt(stretches, m[0])
			put(text[m[2]:m[3]], d)
		}
	}
	return nil
}

// plainDefinition takes apart the parameters of an ordinary C function. Those
// that take the registers as a struct say nothing.
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
