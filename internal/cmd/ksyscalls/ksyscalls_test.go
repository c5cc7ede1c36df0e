package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestReadPage(t *testing.T) {
	page := `.SS System call list
.TS
System call	Kernel	Notes
_
\f[B]accept4\f[](2)	2.6.28
T{
.BR bind (2)
T}	2.0	T{
See notes on \f[B]socketcall\f[](2)
T}
.\" \f[B]cmpxchg\f[](2)	2.6.12	T{
\f[B]poll\f[](2)	2.0.36; 2.2
\f[B]getxattr\f[](2)	2.6; 2.4.18
\f[B]usr26\f[](2)	2.4.8.1	ARM OABI only
T{
.BR pread64 (2)
T}		T{
Added as "pread" in 2.2;
renamed "pread64" in 2.6
T}
\f[B]sync\f[](2)	1.0
.TE
.BR afs_syscall (2), \" __NR_afs_syscall is 53 on Linux 2.6.22/i386
`
	path := filepath.Join(t.TempDir(), "syscalls.2")
	if err := os.WriteFile(path, []byte(page), 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := readPage(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"accept4": "2.6.28", "bind": "2.0", "poll": "2.0.36", "getxattr": "2.4.18",
		"usr26": "2.4.8.1", "pread64": "", "sync": "1.0", "afs_syscall": ""} {
		if release, ok := got[name]; release != want || !ok {
			t.Errorf("%s: %q, %v; want %q", name, release, ok, want)
		}
		delete(got, name)
	}
	if len(got) != 0 {
		t.Errorf("also found %v", got)
	}
	if _, err := releases([]string{"sync", "nothing"}, got); err == nil {
		t.Error("a name without a release is accepted")
	}
}

func TestDefinitions(t *testing.T) {
	defs := map[string][]definition{}
	err := addDefinitions(defs, "fs/x.c", `
SYSCALL_DEFINE3(read, unsigned int, fd, char __user *, buf,
		size_t, count)
{
COMPAT_SYSCALL_DEFINE3(truncate64, const char __user *, path, compat_arg_u64_dual(length))
SYSCALL32_DEFINE1(narrow, int, x)
SYSCALL_DEFINE0(fork)
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
	if got := defs["compat_sys_truncate64"]; len(got) != 1 || len(got[0].params) != 3 {
		t.Errorf("truncate64: %v", got)
	}
	if got := defs["sys_narrow"]; len(got) != 1 || !got[0].narrow {
		t.Errorf("narrow: %v", got)
	}
	if got := defs["sys_fork"]; len(got) != 1 || len(got[0].params) != 0 {
		t.Errorf("fork: %v", got)
	}
	if got := defs["sys_plain"]; len(got) != 1 || got[0].params[1].name != "b" {
		t.Errorf("plain: %v", got)
	}
	if got := defs["sys_regs"]; got != nil {
		t.Errorf("regs: %v", got)
	}
	if err := addDefinitions(defs, "fs/x.c", "\nSYSCALL_DEFINE2(x, int, a)\n"); err == nil {
		t.Error("too few words are accepted")
	}
	if err := addDefinitions(defs, "fs/x.c", "\nSYSCALL_DEFINE2(x, int"); err == nil {
		t.Error("an open end is accepted")
	}
}

func TestWidth(t *testing.T) {
	for ctype, want := range map[string]int{"unsigned int": 32, "const char __user *": 64, "umode_t": 16, "loff_t": 64,
		"enum landlock_rule_type": 32, "unsigned": 32, "cap_user_header_t": 64, "u8": 8} {
		if bits, _, err := width(ctype); bits != want || err != nil {
			t.Errorf("%s: %d, %v; want %d", ctype, bits, err, want)
		}
	}
	for _, ctype := range []string{"", "enum other", "struct x", "mystery_t"} {
		if bits, _, err := width(ctype); err == nil {
			t.Errorf("%q: %d", ctype, bits)
		}
	}
}

func TestMerge(t *testing.T) {
	args, conflicts, err := merge("x", []definition{
		{params: []cparam{{"int", "a"}, {"void *", "_p"}}},
		{params: []cparam{{"long", "b"}, {"unsigned long", "q"}, {"u8", "c"}}},
	})
	want := []arg{{"a", 64, false}, {"p", 64, false}, {"c", 8, false}}
	if err != nil || !slices.Equal(args, want) || len(conflicts) != 2 {
		t.Errorf("%v, %v, %v", args, conflicts, err)
	}
	if _, _, err := merge("x", []definition{{params: []cparam{{"mystery_t", "a"}}}}); err == nil {
		t.Error("an unknown type is accepted")
	}
}

func TestCompareReleases(t *testing.T) {
	ordered := []string{"", "1.0", "2.6", "2.6.2", "2.6.27", "3.0", "3.9", "3.10", "6.18", "6.19"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := compareReleases(a, b); got < 0 != (i < j) || got > 0 != (i > j) {
				t.Errorf("%q and %q: %d", a, b, got)
			}
		}
	}
}
