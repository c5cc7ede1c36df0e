package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStale compares the generated files that are checked in with what the command
// would write.
func TestStale(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	for _, out := range outputs() {
		input, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(out.from)))
		if err != nil {
			t.Fatal(err)
		}
		want, err := out.generate(input)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(out.file)))
		if err != nil {
			t.Fatal(err)
		}
		// A checkout on Windows may have other line ends.
		if !bytes.Equal(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")), want) {
			t.Errorf("%s is not what %s generates: run go run ./internal/cmd/csv2go", out.file, out.from)
		}
		if n := bytes.Count(want, []byte("\n")); n > 400 {
			t.Errorf("%s has %d lines", out.file, n)
		}
	}
}

const (
	header      = "name,since,since_on,x86_64,arm\n"
	argsHeader  = "name,abis,args\n"
	errnoHeader = "name,generic,mips,parisc,powerpc,same_as,meaning\n"
)

// rejection is an input and a part of the error that it causes.
type rejection struct{ what, csv, err string }

func testRejects(t *testing.T, generate func([]byte) ([]byte, error), rejections []rejection) {
	t.Helper()
	for _, r := range rejections {
		if _, err := generate([]byte(r.csv)); err == nil || !strings.Contains(err.Error(), r.err) {
			t.Errorf("%s: %v, want %q", r.what, err, r.err)
		}
	}
}

func TestTableRejects(t *testing.T) {
	testRejects(t, generateNumbers, []rejection{
		{"empty", "", "header"},
		{"header", "name,number\nread,0\n", "header"},
		{"order", header + "write,1.0,,1,4\nread,1.0,,0,3\n", "order"},
		{"large", header + "read,1.0,,700,3\n", "too large"},
		{"private", header + "set_tls,1.0,,983045,983045\n", "too large"},
		{"number", header + "read,1.0,,x,3\n", "invalid syntax"},
		{"release", header + "read,1,,0,3\n", `release "1"`},
		{"column", header + "read,1.0,vax=2.0,0,3\n", `no column "vax"`},
		{"abi", header + "read,1.0,,0,3\n", "no column for x86"},
	})
}

func TestArgsRejects(t *testing.T) {
	testRejects(t, generateArgs, []rejection{
		{"empty", "", "header"},
		{"header", header, "header"},
		{"order", argsHeader + "write,*,\nread,*,\n", "order"},
		{"kind", argsHeader + "read,*,fd:33\n", "fd:33"},
		{"no name", argsHeader + "read,*,:32\n", `":32"`},
		{"seven", argsHeader + "read,*,a:32 b:32 c:32 d:32 e:32 f:32 g:32\n", "7 parameters"},
		{"no rest", argsHeader + "read,x86,fd:32\n", "first line"},
		{"second rest", argsHeader + "read,*,fd:32\nread,*,a:32\n", "first line"},
		{"twice", argsHeader + "read,*,fd:32\nread,x86 arm,\nread,arm,a:32\n", "two lines"},
		{"abi", argsHeader + "read,*,fd:32\nread,vax,\n", `no ABI "vax"`},
		{"other spelling", argsHeader + "read,*,fd:32\nread,amd64,\n", `no ABI "amd64"`},
	})
}

func TestErrnoRejects(t *testing.T) {
	testRejects(t, generateErrno, []rejection{
		{"empty", "", "header"},
		{"header", "name,generic\nEPERM,1\n", "header"},
		{"number", errnoHeader + "EPERM,x,1,1,1,,No\n", "invalid syntax"},
	})
}

func TestSharedNumber(t *testing.T) {
	table, err := readTable([]byte(header + "read,1.0,,0,3\nreed,1.0,,0,4\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := table.writeColumns(newFile("x", "x")); err == nil || err.Error() != "x86_64: 0 is read and reed" {
		t.Errorf("two names of one number: %v", err)
	}
}

func TestMeaning(t *testing.T) {
	for s, want := range map[string]string{
		"Operation not permitted": "operation not permitted", "I/O error": "I/O error", "RFS specific error": "RFS specific error",
		"Is a directory": "is a directory", "": "",
	} {
		if got := meaning(s); got != want {
			t.Errorf("meaning(%q) = %q, want %q", s, got, want)
		}
	}
}
