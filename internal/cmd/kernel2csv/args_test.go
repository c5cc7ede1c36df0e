package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
)

func TestJoin(t *testing.T) {
	var groups []group
	for _, tt := range []struct {
		a    arch.Arch
		args string
	}{
		{arch.X86_64, "a:64"}, {arch.X86, "a:32"}, {arch.X32, "a:32"}, {arch.ARM, "b:32"}, {arch.AArch64, "a:64"}, {arch.S390, "a:32"},
		{arch.PPC, "a:16"}, {arch.SH, "a:p"}, {arch.M68K, "?"}, {arch.MIPS, "a:p32"},
	} {
		groups = addTo(groups, tt.a, parseArgs(tt.args), tt.args != "?")
	}
	var got []string
	for _, row := range rows(join(groups)) {
		got = append(got, strings.Join(row, "|"))
	}
	// X32 reads 32 bits of 64, so that its list is one of its own.
	want := []string{"*|a:32", "x86_64 aarch64|a:64", "arm|b:32", "ppc|a:16", "m68k|?", "mips sh|a:p"}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
