package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const denylist = "../profiles/denylist.json"

func disassembled(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(args, strings.NewReader(""), &out, &errs); status != 0 {
		t.Fatalf("%q: status %d\n%s", args, status, errs.Bytes())
	}
	return out.String()
}

// TestRoundTrip writes a program, reads it again and compares the instructions.
func TestRoundTrip(t *testing.T) {
	for _, a := range []string{"x86_64", "aarch64", "s390x", "mips"} {
		file := filepath.Join(t.TempDir(), "filter.bpf")
		made := disassembled(t, "-arch", a, "-o", file, denylist)
		if fi, err := os.Stat(file); err != nil || fi.Size() != int64(8*instructions(made)) {
			t.Errorf("%s: %v, %v", a, fi, err)
		}
		if diff := cmp.Diff(body(made), body(disassembled(t, "-arch", a, file))); diff != "" {
			t.Errorf("%s (-made +read):\n%s", a, diff)
		}
	}
}

// body is a listing without its head and its comments.
func body(listing string) []string {
	var lines []string
	for line := range strings.Lines(listing) {
		if ins, _, _ := strings.Cut(line, ";"); strings.TrimSpace(ins) != "" {
			lines = append(lines, strings.TrimSpace(ins))
		}
	}
	return lines
}

func instructions(listing string) int { return len(body(listing)) }

func TestListing(t *testing.T) {
	got := disassembled(t, "-arch", "x86_64", denylist)
	for _, want := range []string{"; for x86_64, x86, x32\n", " instructions, ", "ld [4] ", "; mkdir", "; KillProcess", "arg0 (low)"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		args   []string
		status int
		stderr string
	}{
		{nil, 2, "usage"},
		{[]string{"none.json"}, 1, "none.json"},
		{[]string{"-"}, 1, "standard input"},
	} {
		var out, errs bytes.Buffer
		if status := run(tt.args, strings.NewReader(""), &out, &errs); status != tt.status || !strings.Contains(errs.String(), tt.stderr) {
			t.Errorf("%q: status %d, want %d; standard error, want %q:\n%s", tt.args, status, tt.status, tt.stderr, errs.Bytes())
		}
	}
}
