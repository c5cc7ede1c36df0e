//go:build !linux

package install

import "golang.org/x/net/bpf"

// These need no reasons: every error already says that the system isn't Linux.

func filterReason(error, []bpf.RawInstruction) string { return "" }

func noNewPrivsReason(error) string { return "" }

func callReason(error) string { return "" }

func sizesError(err error) *Error { return &Error{Op: opSizes, Err: err} }
