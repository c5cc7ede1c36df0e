package gen

import (
	"strings"
	"testing"
)

const (
	header     = "name,since,since_on,x86_64,arm\n"
	argsHeader = "name,abis,args\n"
)

func TestRejects(t *testing.T) {
	for _, tt := range []struct{ what, csv, err string }{
		{"empty", "", "header"},
		{"header", "name,number\nread,0\n", "header"},
		{"order", header + "write,1.0,,1,4\nread,1.0,,0,3\n", "order"},
		{"large", header + "read,1.0,,700,3\n", "too large"},
		{"private", header + "set_tls,1.0,,983045,983045\n", "too large"},
		{"number", header + "read,1.0,,x,3\n", "invalid syntax"},
		{"release", header + "read,1,,0,3\n", `release "1"`},
		{"column", header + "read,1.0,vax=2.0,0,3\n", `no column "vax"`},
		{"abi", header + "read,1.0,,0,3\n", "no column for x86"},
	} {
		if _, err := Tables([]byte(tt.csv)); err == nil || !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %v, want %q", tt.what, err, tt.err)
		}
	}
	for _, tt := range []struct{ what, csv, err string }{
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
	} {
		if _, err := Args([]byte(tt.csv)); err == nil || !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %v, want %q", tt.what, err, tt.err)
		}
	}
	for _, csv := range []string{"", "name,generic\nEPERM,1\n", "name,generic,mips,parisc,powerpc,same_as,meaning\nEPERM,x,1,1,1,,No\n"} {
		if _, err := Errno([]byte(csv)); err == nil {
			t.Errorf("Errno accepts %q", csv)
		}
	}
}

func TestSharedNumber(t *testing.T) {
	table, err := readTable([]byte(header + "read,1.0,,0,3\nreed,1.0,,0,4\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := table.writeNumbers(newFile("x", "x")); err == nil || err.Error() != "x86_64: 0 is read and reed" {
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
