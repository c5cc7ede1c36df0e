package main

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
)

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
