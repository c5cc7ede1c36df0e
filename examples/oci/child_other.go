//go:build !linux

package main

import (
	"errors"

	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Without Linux the command ends before it comes to any of this.

func stage() bool { return false }

func kernelRelease() (syscalls.Release, error) { return syscalls.Release{}, errors.ErrUnsupported }

func start([]string, *compile.Program, install.Flags) (int, error) {
	return statusFailed, errors.ErrUnsupported
}
