package main

import (
	"os"
	"path/filepath"
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
