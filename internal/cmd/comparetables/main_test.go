package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
)

func TestReadTSV(t *testing.T) {
	var out bytes.Buffer
	theirs, err := readTSV(&out, strings.NewReader("name\tx86_64\tx32\nread\t0\t0\nnothing\t-\t9\n"))
	if err != nil {
		t.Fatal(err)
	}
	if nr, ok := theirs[arch.X86_64]["nothing"]; ok || theirs[arch.X32]["nothing"] != 0x40000009 || theirs[arch.X32]["read"] != 0x40000000 {
		t.Errorf("got %v, %d", theirs, nr)
	}
	if out.String() != "tsv nothing is not known\n" {
		t.Errorf("prints %q", &out)
	}
	for _, bad := range []string{"name\tvax\n", "name\tx86\nread\n", "name\tx86\nread\tx\n"} {
		if _, err := readTSV(&out, strings.NewReader(bad)); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestReadUnix(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"zsysnum_linux_amd64.go":   "const (\n\tSYS_READ = 0\n\tSYS_WRITE   = 1\n)\n",
		"zsysnum_linux_sparc64.go": "const SYS_READ = 3\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	theirs, err := readUnix(&out, dir)
	if err != nil || len(theirs) != 1 || len(theirs[arch.X86_64]) != 2 || theirs[arch.X86_64]["write"] != 1 {
		t.Errorf("got %v, %v", theirs, err)
	}
	if !strings.Contains(out.String(), "skipping sparc64") {
		t.Errorf("prints %q", &out)
	}
}

func TestReport(t *testing.T) {
	var out bytes.Buffer
	report(&out, "tsv", numbers{arch.X86_64: {"read": 7, "nothing": 9}})
	for _, want := range []string{
		"tsv x86_64 nothing has 9, we have none\n", "tsv x86_64 read has 7, we have 0\n", "tsv x86_64 write is 1, they have none\n",
		"tsv x86_64: 2 names, ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, &out)
		}
	}
}
