package main

import (
	"slices"
	"strings"
	"testing"
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
}

func TestDefinitionsReject(t *testing.T) {
	for _, text := range []string{"\nSYSCALL_DEFINE2(x, int, a)\n", "\nSYSCALL_DEFINE2(x, int", "\n#if A\n", "\n#endif\n", "\n#else\n"} {
		if err := (definitions{}).add("fs/x.c", text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}
