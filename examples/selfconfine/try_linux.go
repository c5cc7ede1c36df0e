package main

import (
	"os"

	"golang.org/x/sys/unix"
)

const errEPERM = unix.EPERM

// attempts is what code that has taken over a server would like to do next.
func attempts() []attempt {
	return []attempt{
		{"talk to the hypervisor: socket(AF_VSOCK)", func() error { return socket(unix.AF_VSOCK) }},
		{"connect to somewhere: socket(AF_INET)", func() error { return socket(unix.AF_INET) }},
		{"read a file: openat(/etc/passwd)", func() error {
			fd, err := unix.Open("/etc/passwd", unix.O_RDONLY|unix.O_CLOEXEC, 0)
			return closed(fd, err)
		}},
		{"run code of one's own: mmap(PROT_EXEC)", func() error {
			b, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_EXEC, unix.MAP_ANON|unix.MAP_PRIVATE)
			if err != nil {
				return err
			}
			return unix.Munmap(b)
		}},
		{"become a program: execve(/nonexistent)", func() error {
			return unix.Exec("/nonexistent", nil, nil)
		}},
		{"look into a process: ptrace(PTRACE_ATTACH, 0)", func() error { return unix.PtraceAttach(0) }},
		{"change the file system: mount(/nonexistent)", func() error {
			return unix.Mount("none", "/nonexistent", "tmpfs", 0, "")
		}},
	}
}

func socket(domain int) error {
	return closed(unix.Socket(domain, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0))
}

// closed closes the result of a call that went well.
func closed(fd int, err error) error {
	if err != nil {
		return err
	}
	return unix.Close(fd)
}
