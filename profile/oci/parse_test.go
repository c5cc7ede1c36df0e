package oci_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// slips parses a document and returns its errors.
func slips(t *testing.T, doc string, o oci.ParseOptions) []told {
	t.Helper()
	d, err := oci.Parse([]byte(doc), o)
	if err == nil {
		return nil
	}
	var fs oci.Findings
	if !errors.As(err, &fs) {
		t.Fatalf("the error is no Findings: %v", err)
	}
	if d != nil {
		t.Error("a document besides an error")
	}
	for _, f := range fs {
		if f.Text == "" || !strings.Contains(f.Error(), f.Text) {
			t.Errorf("finding without text: %#v", f)
		}
	}
	return tell(fs)
}

// rule is a document with one entry, whose text begins on line 3 at column 3.
func rule(entry string) string {
	return "{\"defaultAction\": \"SCMP_ACT_ERRNO\",\n \"syscalls\": [\n  " + entry + "\n]}"
}

func TestErrors(t *testing.T) {
	const ok = `"names":["read"],"action":"SCMP_ACT_ALLOW"`
	arg := func(arg string) string { return rule(`{` + ok + `,"args":[` + arg + `]}`) }
	tests := []struct {
		name, doc string
		want      []told
	}{
		{"action misspelt", rule(`{"names":["read"],"action":"SCMP_ACt_ERRNO"}`),
			[]told{{3, 30, "/syscalls/0/action", "bad-action", "SCMP_ACT_ERRNO"}}},
		{"action without prefix", `{"defaultAction":"allow"}`,
			[]told{{1, 18, "/defaultAction", "bad-action", "SCMP_ACT_ALLOW"}}},
		{"action unlike any", `{"defaultAction":"SCMP_ACT_QUARANTINE"}`,
			[]told{{1, 18, "/defaultAction", "bad-action", ""}}},
		{"prefix misspelt", `{"defaultAction":"SCMP_AKT_TRAP"}`,
			[]told{{1, 18, "/defaultAction", "bad-action", "SCMP_ACT_TRAP"}}},
		{"no action", rule(`{"names":["read"]}`),
			[]told{{3, 3, "/syscalls/0", "missing-action", ""}}},
		{"empty action", rule(`{"names":["read"],"action":""}`),
			[]told{{3, 30, "/syscalls/0/action", "missing-action", ""}}},
		{"null action", rule(`{"names":["read"],"action":null}`),
			[]told{{3, 30, "/syscalls/0/action", "missing-action", ""}}},
		{"empty rule", rule(`{}`),
			[]told{{3, 3, "/syscalls/0", "missing-action", ""}}},
		{"no default action", `{"syscalls":[{` + ok + `}]}`,
			[]told{{1, 1, "", "missing-action", ""}}},
		{"architecture", `{"defaultAction":"SCMP_ACT_KILL","architectures":["SCMP_ARCH_X86","amd64"]}`,
			[]told{{1, 67, "/architectures/1", "bad-architecture", "SCMP_ARCH_X86_64"}}},
		{"architecture misspelt", `{"architectures":["SCMP_ARCH_ARCH64"]}`,
			[]told{{1, 19, "/architectures/0", "bad-architecture", "SCMP_ARCH_AARCH64"}}},
		{"architecture unlike any", `{"architectures":["PDP-11/70"]}`,
			[]told{{1, 19, "/architectures/0", "bad-architecture", ""}}},
		{"native architecture", `{"architectures":["SCMP_ARCH_NATIVE"]}`,
			[]told{{1, 19, "/architectures/0", "bad-architecture", ""}}},
		{"sub-architecture", `{"archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["i8086",null]}]}`,
			[]told{
				{1, 68, "/archMap/0/subArchitectures/0", "bad-architecture", ""},
				{1, 76, "/archMap/0/subArchitectures/1", "null-element", ""}}},
		{"both lists", `{"architectures":["SCMP_ARCH_ARM"],"archMap":[{"architecture":"SCMP_ARCH_ARM"}]}`,
			[]told{{1, 46, "/archMap", "architectures-twice", ""}}},
		{"index", arg(`{"index":6,"value":1,"op":"SCMP_CMP_EQ"}`),
			[]told{{3, 64, "/syscalls/0/args/0/index", "bad-index", ""}}},
		{"operator", arg(`{"index":0,"value":1,"op":"SCMP_CMP_QE"}`),
			[]told{{3, 81, "/syscalls/0/args/0/op", "bad-operator", "SCMP_CMP_EQ"}}},
		{"operator of Go", arg(`{"index":0,"value":1,"op":">="}`),
			[]told{{3, 81, "/syscalls/0/args/0/op", "bad-operator", "SCMP_CMP_GE"}}},
		{"no operator", arg(`{"index":0,"value":1}`),
			[]told{{3, 55, "/syscalls/0/args/0", "bad-operator", ""}}},
		{"negative value", arg(`{"index":0,"value":-100,"op":"SCMP_CMP_EQ"}`),
			[]told{{3, 74, "/syscalls/0/args/0/value", "bad-integer", "18446744073709551516"}}},
		{"exponent", arg(`{"index":0,"value":1e3,"op":"SCMP_CMP_EQ"}`),
			[]told{{3, 74, "/syscalls/0/args/0/value", "bad-integer", "1000"}}},
		{"fraction", arg(`{"index":1.0,"value":0.5,"op":"SCMP_CMP_EQ"}`),
			[]told{{3, 64, "/syscalls/0/args/0/index", "bad-integer", "1"}, {3, 76, "/syscalls/0/args/0/value", "bad-integer", ""}}},
		{"too large", arg(`{"index":0,"value":18446744073709551616,"op":"SCMP_CMP_EQ"}`),
			[]told{{3, 74, "/syscalls/0/args/0/value", "bad-integer", ""}}},
		{"number in quotes", arg(`{"index":"1","value":"one","op":3}`),
			[]told{{3, 64, "/syscalls/0/args/0/index", "wrong-type", "1"},
				{3, 76, "/syscalls/0/args/0/value", "wrong-type", ""},
				{3, 87, "/syscalls/0/args/0/op", "wrong-type", ""}}},
		{"null elements", `{"syscalls":[null],"architectures":[null],"flags":[null]}`,
			[]told{{1, 1, "", "missing-action", ""},
				{1, 14, "/syscalls/0", "null-element", ""},
				{1, 37, "/architectures/0", "null-element", ""},
				{1, 52, "/flags/0", "null-element", ""}}},
		{"more null elements", rule(`{"names":[null],"action":"SCMP_ACT_LOG","args":[null],"includes":{"caps":[null],"arches":[null]}}`),
			[]told{{3, 13, "/syscalls/0/names/0", "null-element", ""},
				{3, 51, "/syscalls/0/args/0", "null-element", ""},
				{3, 77, "/syscalls/0/includes/caps/0", "null-element", ""},
				{3, 93, "/syscalls/0/includes/arches/0", "null-element", ""}}},
		{"names", rule(`{"names":["","re\u0000ad"],"action":"SCMP_ACT_LOG"}`),
			[]told{{3, 13, "/syscalls/0/names/0", "empty-name", ""}, {3, 16, "/syscalls/0/names/1", "nul-in-name", ""}}},
		{"name and names", rule(`{"name":"write",` + ok + `}`),
			[]told{{3, 11, "/syscalls/0/name", "name-and-names", ""}}},
		{"flag", `{"flags":["LOG","SECCOMP_FILTER_FLAG_TSINC","SECCOMP_FILTER_FLAG_NEW_LISTENER"]}`,
			[]told{{1, 11, "/flags/0", "bad-flag", "SECCOMP_FILTER_FLAG_LOG"},
				{1, 17, "/flags/1", "bad-flag", "SECCOMP_FILTER_FLAG_TSYNC"},
				{1, 45, "/flags/2", "bad-flag", ""}}},
		{"errno", `{"defaultAction":"SCMP_ACT_ERRNO","defaultErrno":"ENOSIS"}`,
			[]told{{1, 50, "/defaultErrno", "bad-errno", "ENOSYS"}}},
		{"errno range", rule(`{"names":["read"],"action":"SCMP_ACT_ERRNO","errnoRet":4095}`),
			[]told{{3, 58, "/syscalls/0/errnoRet", "errno-range", ""}}},
		{"errno range after truncation", `{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":131071}`,
			[]told{{1, 53, "/defaultErrnoRet", "errno-range", ""}}},
		{"kernels", rule(`{` + ok + `,"includes":{"minKernel":"4.8.1"},"excludes":{"minKernel":"0.0"}}`),
			[]told{{3, 71, "/syscalls/0/includes/minKernel", "bad-kernel", ""},
				{3, 104, "/syscalls/0/excludes/minKernel", "bad-kernel", ""}}},
		{"kernel too large", rule(`{` + ok + `,"includes":{"minKernel":"4.256"}}`),
			[]told{{3, 71, "/syscalls/0/includes/minKernel", "bad-kernel", ""}}},
		{"wrong types", `{"defaultAction":5,"syscalls":{},"flags":"LOG","archMap":[[]],"architectures":true}`,
			[]told{{1, 18, "/defaultAction", "wrong-type", ""},
				{1, 31, "/syscalls", "wrong-type", ""},
				{1, 42, "/flags", "wrong-type", ""},
				{1, 59, "/archMap/0", "wrong-type", ""},
				{1, 79, "/architectures", "wrong-type", ""}}},
		{"no object", `[]`, []told{{1, 1, "", "wrong-type", ""}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, slips(t, tt.doc, oci.ParseOptions{}), cmp.AllowUnexported(told{})); diff != "" {
				t.Errorf("%s\n(-want +got)\n%s", tt.doc, diff)
			}
		})
	}
}

func TestDialects(t *testing.T) {
	tests := []struct {
		doc  string
		want oci.Dialect
	}{
		{`{}`, oci.DialectOCI},
		{`null`, oci.DialectOCI},
		{`{"syscalls":[{"names":["read"],"action":"SCMP_ACT_LOG"}],"defaultAction":"SCMP_ACT_LOG"}`, oci.DialectOCI},
		{`{"archmap":[]}`, oci.DialectDocker},
		{`{"syscalls":[{"name":"read","action":"SCMP_ACT_LOG"}],"defaultAction":"SCMP_ACT_LOG"}`, oci.DialectDocker},
		{`{"syscalls":[{"comment":"","names":["read"],"action":"SCMP_ACT_LOG"}],"defaultAction":"SCMP_ACT_LOG"}`, oci.DialectDocker},
		{`{"defaultErrno":"EPERM","archMap":[]}`, oci.DialectPodman},
		{`{"archMap":[],"syscalls":[{"errno":"EPERM","names":["read"],"action":"SCMP_ACT_ERRNO"}],"defaultAction":"SCMP_ACT_LOG"}`, oci.DialectPodman},
	}
	for _, tt := range tests {
		d, err := oci.Parse([]byte(tt.doc), oci.ParseOptions{})
		if err != nil {
			t.Errorf("%s: %v", tt.doc, err)
		} else if d.Dialect != tt.want {
			t.Errorf("%s: dialect %d, want %d", tt.doc, d.Dialect, tt.want)
		}
	}
}

func TestDialectIsGiven(t *testing.T) {
	const doc = `{"defaultAction":"SCMP_ACT_ERRNO","defaultErrno":"ENOSYS","archMap":[{}],
"syscalls":[{"name":"read","names":["write"],"action":"SCMP_ACT_ALLOW","includes":{"caps":["x"]},"comment":"c"}]}`
	d, err := oci.Parse([]byte(doc), oci.ParseOptions{Dialect: oci.DialectOCI})
	if err != nil {
		t.Fatal(err)
	}
	want := []told{
		{1, 35, "/defaultErrno", "ignored-key", ""}, {1, 59, "/archMap", "ignored-key", ""},
		{2, 14, "/syscalls/0/name", "ignored-key", ""},
		{2, 72, "/syscalls/0/includes", "ignored-key", ""}, {2, 98, "/syscalls/0/comment", "ignored-key", ""},
	}
	if diff := cmp.Diff(want, tell(d.Findings()), cmp.AllowUnexported(told{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	entry := d.Syscalls[0]
	if diff := cmp.Diff([]string{"write"}, entry.Names); diff != "" || entry.Comment != "" || entry.Includes.Caps != nil || d.ArchMap != nil || d.DefaultErrno.Set {
		t.Errorf("the keys of other dialects were read: %+v", d)
	}
}

func TestParseKeepsNothing(t *testing.T) {
	data := []byte(rule(`{"names":["read"],"action":"SCMP_ACT_LOG"}`))
	d, err := oci.Parse(data, oci.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	copy(data, bytes.Repeat([]byte("x"), len(data)))
	if d.Syscalls[0].Names[0] != "read" {
		t.Errorf("the document changed with its text: %q", d.Syscalls[0].Names)
	}
}
