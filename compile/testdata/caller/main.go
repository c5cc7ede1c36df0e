// Caller makes system calls for a test: each line of its input is a number and
// six arguments in hexadecimal, and each line of its output what that call
// returned, as the kernel returns it: an error as its negative number.
//
// It has no dependency but the standard library and is built for each ABI.
package main

import (
	"bufio"
	"fmt"
	"os"
	"syscall"
)

func main() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	for {
		var nr uint32
		var a [6]uint64
		if n, _ := fmt.Fscanf(in, "%x %x %x %x %x %x %x\n", &nr, &a[0], &a[1], &a[2], &a[3], &a[4], &a[5]); n != 7 {
			break
		}
		r, _, errno := syscall.RawSyscall6(uintptr(nr), uintptr(a[0]), uintptr(a[1]), uintptr(a[2]), uintptr(a[3]), uintptr(a[4]), uintptr(a[5]))
		if errno != 0 {
			r = -uintptr(errno)
		}
		fmt.Fprintln(out, int(r))
	}
	out.Flush()
}
