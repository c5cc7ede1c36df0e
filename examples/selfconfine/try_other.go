//go:build !linux

package main

import "io/fs"

var errEPERM = fs.ErrPermission

// attempts is empty: without Linux there is no filter to try.
func attempts() []attempt { return nil }
