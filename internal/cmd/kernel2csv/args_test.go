package main

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
)

func TestDefinitions(t *testing.T) {
	defs := definitions{}
	err := defs.add("fs/x.c", `
SYSCALL_DEFINE3(read, unsigned int, fd, char __user *, buf,
		size_t, count)
{
COMPAT_SYSCALL_DEFINE3(truncate64, const char __user *, path, compat_arg_u64_dual(length))
#ifdef CONFIG_A
SYSCALL32_DEFINE1(narrow, int, x)
#elif defined(CONFIG_B)
SYSCALL_DEFINE0(fork)
#else
PPC32_SYSCALL_DEFINE4(ppc, int, a, int, b, int, c, int, d)
#endif
asmlinkage long sys_plain(unsigned long a, struct x __user *b)
{
long sys_regs(struct pt_regs *regs) {
`)
	if err != nil {
		t.Fatal(err)
	}
	if got := defs["sys_read"]; len(got) != 1 || !slices.Equal(got[0].params, []cparam{{"unsigned int", "fd"}, {"char __user *", "buf"}, {"size_t", "count"}}) {
		t.Errorf("read: %v", got)
	}
	if got := defs["compat_sys_truncate64"]; len(got) != 1 || len(got[0].params) != 3 || got[0].params[2] != (cparam{secondHalf, "length"}) {
		t.Errorf("truncate64: %v", got)
	}
	if got := defs["sys_plain"]; len(got) != 1 || got[0].params[1].name != "b" || got[0].conds != nil {
		t.Errorf("plain: %v", got)
	}
	if got := defs["sys_regs"]; got != nil {
		t.Errorf("regs: %v", got)
	}
	for name, want := range map[string]string{
		"sys_narrow": "defined(CONFIG_A) !defined(CONFIG_COMPAT)", "compat_sys_narrow": "defined(CONFIG_A) defined(CONFIG_COMPAT)",
		"sys_fork": "!(defined(CONFIG_A)) defined(CONFIG_B)",
		"sys_ppc":  "!(defined(CONFIG_A)) !(defined(CONFIG_B)) 1 defined(CONFIG_PPC32)",
	} {
		if got := defs[name]; len(got) != 1 || strings.Join(got[0].conds, " ") != want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, text := range []string{"\nSYSCALL_DEFINE2(x, int, a)\n", "\nSYSCALL_DEFINE2(x, int", "\n#if A\n", "\n#endif\n", "\n#else\n"} {
		if err := (definitions{}).add("fs/x.c", text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestEval(t *testing.T) {
	c := config{"A": 1, "B": 0, "BITS_PER_LONG": 64}
	for expr, want := range map[string]truth{
		"1": yes, "0": no, "A": yes, "B": no, "C": maybe, "!B": yes, "!C": maybe, "defined(A)": yes, "defined B": no,
		"IS_ENABLED(A) && !defined(B)": yes, "C && B": no, "C || A": yes, "C && A": maybe, "(A || B) && !(B)": yes,
		"BITS_PER_LONG == 64": yes, "BITS_PER_LONG != 64": no, "C == 1": maybe, "A > 0": maybe, "": maybe, "(A": maybe, "A B": maybe, "A == C": maybe,
	} {
		if got := c.eval(expr); got != want {
			t.Errorf("%q: %v, want %v", expr, got, want)
		}
	}
	if c.all(nil) != yes || c.all([]string{"A", "C"}) != maybe || c.all([]string{"C", "B"}) != no {
		t.Error("conjunctions")
	}
}

func TestParseType(t *testing.T) {
	for s, want := range map[string]ctype{
		"unsigned int": {bits: 32}, "const char __user *": {bits: 64, pointer: true}, "umode_t": {bits: 16}, "unsigned": {bits: 32},
		"loff_t": {bits: 64, quad: true}, "enum landlock_rule_type": {bits: 32}, "cap_user_header_t": {bits: 64, pointer: true},
		"u8": {bits: 8}, "compat_uptr_t": {bits: 32, pointer: true}, "old_uid_t": {bits: 16}, firstHalf: {bits: 32},
	} {
		if got, err := parseType(s); got != want || err != nil {
			t.Errorf("%s: %v, %v; want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "enum other", "struct x", "mystery_t"} {
		if got, err := parseType(s); err == nil {
			t.Errorf("%q: %v", s, got)
		}
	}
}

// find returns the parameters of an entry named x on an ABI, by its definitions.
func find(t *testing.T, a arch.Arch, e entry, sources map[string]string) (string, error) {
	t.Helper()
	defs := definitions{}
	for _, file := range slices.Sorted(maps.Keys(sources)) {
		if err := defs.add(file, "\n"+sources[file]+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	e.name = "x"
	args, known, err := columnOf(a).findArgs(e, a.ByteOrder() == binary.BigEndian, defs, definitions{})
	text := rows([]group{{args, known, []arch.Arch{a}}})[0][1]
	return text, err
}

func TestFindArgs(t *testing.T) {
	offset := map[string]string{"fs/x.c": "SYSCALL_DEFINE3(x, int, fd, loff_t, off, u16, mode)"}
	halves := map[string]string{"fs/x.c": offset["fs/x.c"] + "\nCOMPAT_SYSCALL_DEFINE4(x, int, fd, compat_arg_u64_dual(off), u16, mode)"}
	padded := map[string]string{"fs/x.c": offset["fs/x.c"] + "\nCOMPAT_SYSCALL_DEFINE5(x, int, fd, u32, __pad, compat_arg_u64_dual(off), u16, mode)"}
	straddle := map[string]string{"fs/x.c": "SYSCALL_DEFINE4(x, int, a, int, b, int, c, loff_t, off)"}
	both := entry{native: "sys_x", compat: "compat_sys_x"}
	for _, tt := range []struct {
		a       arch.Arch
		e       entry
		sources map[string]string
		want    string // or a part of the error
	}{
		{arch.X86_64, entry{native: "sys_x"}, offset, "fd:32 off:64 mode:16"},
		{arch.MIPS64N32, entry{native: "sys_x"}, offset, "fd:32 off:64 mode:16"},
		{arch.M68K, entry{native: "sys_x"}, offset, "fd:32 off_hi:32 off_lo:32 mode:16"},
		{arch.SH, entry{native: "sys_x"}, offset, "fd:32 off_lo:32 off_hi:32 mode:16"},
		{arch.MIPS, both, padded, "fd:32 pad:32 off_hi:32 off_lo:32 mode:16"},
		{arch.ARM, both, padded, "fd:32 pad:32 off_lo:32 off_hi:32 mode:16"},
		{arch.ARM, both, halves, "but on a kernel of 64 bits"},
		{arch.MIPS, entry{native: "sys_x"}, offset, "takes 64 bits of a register of 32"},
		{arch.X86, both, halves, "has 64 bits in one parameter"},
		{arch.SH, entry{native: "sys_x"}, straddle, "straddles"},
		{arch.S390, both, halves, "fd:32 off_hi:32 off_lo:32 mode:16"},
		{arch.X86_64, entry{native: "sys_ni_syscall"}, offset, "?"},
		{arch.RISCV64, entry{native: "sys_map_shadow_stack"}, offset, "?"},
		{arch.X86_64, entry{native: "sys_y"}, offset, "no definition of sys_y"},
		{arch.X86_64, entry{native: "sys_x"}, map[string]string{"fs/x.c": "SYSCALL_DEFINE1(x, odd_t, a)"}, "unknown type"},
		{arch.X86_64, entry{native: "sys_x"}, map[string]string{"arch/arm/x.c": "SYSCALL_DEFINE1(x, int, a)"}, "no definition"},
		{arch.X86_64, entry{native: "sys_x"}, map[string]string{"arch/x86/x.c": "SYSCALL_DEFINE1(x, long, own)", "fs/x.c": "SYSCALL_DEFINE1(x, int, a)"}, "own:64"},
		{arch.X86_64, entry{native: "sys_x"}, map[string]string{"fs/x.c": "#ifdef CONFIG_64BIT\nSYSCALL_DEFINE1(x, long, a)\n#else\nSYSCALL_DEFINE1(x, int, a)\n#endif"}, "a:64"},
		{arch.X86_64, entry{native: "sys_x"}, map[string]string{"fs/x.c": "#ifdef CONFIG_ODD\nSYSCALL_DEFINE1(x, long, a)\n#else\nSYSCALL_DEFINE1(x, int, a)\n#endif"}, "in fs/x.c"},
		{arch.PPC, both, map[string]string{"arch/powerpc/x.c": "PPC32_SYSCALL_DEFINE4(x, int, fd, u32, reg4, u32, a, u32, b)"}, "fd:32 pad:32 a:32 b:32"},
		{arch.X86_64, entry{native: "sys_x"}, map[string]string{"fs/x.c": "asmlinkage long sys_x(int a, int b, int c, int d, int e, int f, int g)\n{"}, "a:32 b:32 c:32 d:32 e:32 f:32"},
	} {
		got, err := find(t, tt.a, tt.e, tt.sources)
		if err != nil && !strings.Contains(err.Error(), tt.want) || err == nil && got != tt.want {
			t.Errorf("%v %+v: %q, %v; want %q", tt.a, tt.e, got, err, tt.want)
		}
	}
}

func TestJoin(t *testing.T) {
	var groups []group
	for _, tt := range []struct {
		a    arch.Arch
		args string
	}{
		{arch.X86_64, "a:64"}, {arch.X86, "a:32"}, {arch.X32, "a:32"}, {arch.ARM, "b:32"}, {arch.AArch64, "a:64"}, {arch.S390, "a:32"},
		{arch.PPC, "a:16"}, {arch.SH, "a:p"}, {arch.M68K, "?"}, {arch.MIPS, "a:p32"},
	} {
		groups = addTo(groups, tt.a, parseArgs(tt.args), tt.args != "?")
	}
	var got []string
	for _, row := range rows(join(groups)) {
		got = append(got, strings.Join(row, "|"))
	}
	// X32 reads 32 bits of 64, so that its list is one of its own.
	want := []string{"*|a:32", "x86_64 aarch64|a:64", "arm|b:32", "ppc|a:16", "m68k|?", "mips sh|a:p"}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
