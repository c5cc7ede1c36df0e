package syscalls_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

// TestUnix compares with the numbers that programs of this GOARCH use.
func TestUnix(t *testing.T) {
	a := arch.Native()
	if !a.Valid() {
		t.Skipf("the tables have no %v", a)
	}
	for name, want := range map[string]uint32{
		"read": unix.SYS_READ, "write": unix.SYS_WRITE, "openat": unix.SYS_OPENAT, "seccomp": unix.SYS_SECCOMP,
		"prctl": unix.SYS_PRCTL, "clone3": unix.SYS_CLONE3, "execveat": unix.SYS_EXECVEAT, "listns": unix.SYS_LISTNS,
	} {
		if nr, ok := syscalls.Lookup(a, name); nr != want || !ok {
			t.Errorf("Lookup(%v, %q) = %d, %v; want %d", a, name, nr, ok, want)
		}
	}
}
