//go:build !linux

package main

import (
	"errors"

	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Off Linux the command fails before it calls any of these.

func stage() bool { return false }

func kernelRelease() (syscalls.Release, error) { return syscalls.Release{}, errors.ErrUnsupported }

func start([]string, *compile.Program, install.Flags) (int, error) {
	return statusFailed, errors.ErrUnsupported
}
