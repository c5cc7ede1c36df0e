//go:build !linux

package sys

import (
	"errors"
	"fmt"
	"runtime"
)

const nr = 0

func unsupported() error {
	return fmt.Errorf("seccomp is a part of Linux, not of %s: %w", runtime.GOOS, errors.ErrUnsupported)
}

func setFilter(uint32, []Insn) (int, error) { return 0, unsupported() }

func flagsKnown(uint32) (bool, error) { return false, unsupported() }

func actionAvail(uint32) (bool, error) { return false, unsupported() }

func notifSizes() (notif, resp, data uint16, err error) { return 0, 0, 0, unsupported() }

func setNoNewPrivs() error { return unsupported() }

func noNewPrivs() (bool, error) { return false, unsupported() }

func mode() (int, error) { return 0, unsupported() }

func gettid() int { return 0 }
