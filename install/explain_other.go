//go:build !linux

package install

import "golang.org/x/net/bpf"

// There is nothing to explain: the error says that the system isn't Linux.

func explain(error, []bpf.RawInstruction) string { return "" }

func explainPrivs(error) string { return "" }

func explainCall(error) string { return "" }

func explainSizes(err error) *Error { return &Error{Op: opSizes, Err: err} }
