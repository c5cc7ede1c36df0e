package main

import (
	"strings"
	"testing"
)

func TestRecord(t *testing.T) {
	const trace = `100 execve(0x7ffc, 0x7ffd, 0x7ffe) = 0
100 socket(0x2, 0x1, 0x6) = 0x3
101 socket(0x2, 0x1, 0x6 <unfinished ...>
101 <... socket resumed>) = 0x4
100 --- SIGCHLD {si_signo=SIGCHLD} ---
100 ioctl(0x1, 0x5401, 0x7ffcad4445e0) = -1 ENOTTY (Inappropriate ioctl for device)
100 syscall_0xffffffffffffffff(0, 0) = -1
100 getpid() = 0x64
exit_group(0) = ?
`
	var b strings.Builder
	compared := map[string][6]bool{"socket": {true, true, true}, "ioctl": {false, true}}
	if err := record(strings.NewReader(trace), &b, compared); err != nil {
		t.Fatal(err)
	}
	const want = "2 socket 0x2 0x1 0x6\n1 execve\n1 exit_group\n1 getpid\n1 ioctl 0x0 0x5401\n"
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}
