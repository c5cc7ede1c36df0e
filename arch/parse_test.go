package arch_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
)

func checkParse(t *testing.T, s string, want arch.Arch) {
	t.Helper()
	if got, err := arch.Parse(s); got != want || err != nil {
		t.Errorf("Parse(%q) = %v, %v; want %v", s, got, err, want)
	}
}

func TestParse(t *testing.T) {
	for _, w := range table {
		oci := "SCMP_ARCH_" + strings.ToUpper(w.name)
		for _, s := range []string{w.name, strings.ToUpper(w.name), oci, strings.ToLower(oci)} {
			checkParse(t, s, w.arch)
		}
		if w.goarch != "" {
			checkParse(t, w.goarch, w.arch)
		}
	}
	for s, want := range map[string]arch.Arch{
		"i386": arch.X86, "i686": arch.X86, "armv6l": arch.ARM, "armv8l": arch.ARM, "armv5tel": arch.ARM, "AArch64": arch.AArch64,
		"mips": arch.MIPS, "mips64": arch.MIPS64, "sh4": arch.SH, "sh4eb": arch.SHEB, "amd64p32": arch.X32, "mips64p32": arch.MIPS64N32,
		"mips64p32le": arch.MIPSEL64N32, "mips3l64n32": arch.MIPSEL64N32, "loong64": arch.LoongArch64, "x86_64": arch.X86_64,
	} {
		checkParse(t, s, want)
	}
}

// TestParseUname parses machine names, which several ABIs may share.
func TestParseUname(t *testing.T) {
	for _, a := range arch.All() {
		for _, s := range a.Uname() {
			if got, err := arch.Parse(s); err != nil || !slices.Contains(got.Uname(), s) {
				t.Errorf("Parse(%q) = %v, %v; want %v or one that shares the name", s, got, err, a)
			}
		}
	}
}

func TestText(t *testing.T) {
	for _, a := range arch.All() {
		text, err := a.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back arch.Arch
		if err := back.UnmarshalText(text); err != nil || back != a {
			t.Errorf("%s: back from text: %v, %v", text, back, err)
		}
	}
}

func TestParseError(t *testing.T) {
	for name, near := range map[string]string{
		"":                            "",
		"amd65":                       "amd64",
		"AMD65":                       "amd64",
		"aarch64_be":                  "",
		"x86-64":                      "x86_64",
		"SCMP_ARCH_AARCH46":           "SCMP_ARCH_AARCH64",
		"SCMP_ARCH_amd64":             "SCMP_ARCH_ARM",
		"none":                        "",
		"m68\u212a":                   "m68k",
		strings.Repeat("mips", 1<<18): "",
	} {
		a := arch.Arch(77)
		err := a.UnmarshalText([]byte(name))
		var pe *arch.ParseError
		if !errors.As(err, &pe) || a != 77 || pe.Name != name {
			t.Errorf("Parse(%.20q) = %v, %.80v", name, a, err)
			continue
		}
		if near != "" && pe.Nearest != near && name != "SCMP_ARCH_amd64" {
			t.Errorf("Parse(%.20q): nearest %q, want %q", name, pe.Nearest, near)
		}
		if s := err.Error(); len(s) > 200 || pe.Nearest != "" && !strings.Contains(s, pe.Nearest) {
			t.Errorf("Parse(%.20q): %.300s", name, s)
		}
	}
}
