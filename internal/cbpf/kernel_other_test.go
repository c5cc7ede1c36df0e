//go:build !linux

package cbpf

import (
	"testing"

	"golang.org/x/net/bpf"
)

// kernel is the running kernel's judgement of programs: Linux has one.
type kernel struct{}

func startKernel(testing.TB) *kernel { return nil }

func (*kernel) accepts(testing.TB, []bpf.RawInstruction) bool { panic("no kernel") }
