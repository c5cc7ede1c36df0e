package oci_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// parseErrors parses a document and returns its errors.
func parseErrors(t *testing.T, doc string, o oci.ParseOptions) []located {
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
	return locate(fs)
}

// rule is a document with one entry, whose text begins on line 3 at column 3.
func rule(entry string) string {
	return "{\"defaultAction\": \"SCMP_ACT_ERRNO\",\n \"syscalls\": [\n  " + entry + "\n]}"
}

// parseCase is a document and what is wrong with it.
type parseCase struct {
	name, doc string
	want      []located
}

func checkErrors(t *testing.T, tests []parseCase) {
	t.Helper()
	sorted := cmpopts.SortSlices(func(a, b located) bool { return fmt.Sprint(a) < fmt.Sprint(b) })
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, parseErrors(t, tt.doc, oci.ParseOptions{}), cmp.AllowUnexported(located{}), sorted); diff != "" {
				t.Errorf("%s\n(-want +got)\n%s", tt.doc, diff)
			}
		})
	}
}

func checkNotes(t *testing.T, tests []parseCase) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := oci.Parse([]byte(tt.doc), oci.ParseOptions{})
			if err != nil {
				t.Fatalf("%s\n%v", tt.doc, err)
			}
			if diff := cmp.Diff(tt.want, locate(d.Findings()), cmp.AllowUnexported(located{})); diff != "" {
				t.Errorf("%s\n(-want +got)\n%s", tt.doc, diff)
			}
			strict := parseErrors(t, tt.doc, oci.ParseOptions{Strict: true})
			if diff := cmp.Diff(tt.want, strict, cmp.AllowUnexported(located{})); diff != "" {
				t.Errorf("strict: %s\n(-want +got)\n%s", tt.doc, diff)
			}
		})
	}
}

func TestErrorsOfEntriesAndABIs(t *testing.T) {
	const ok = `"names":["read"],"action":"SCMP_ACT_ALLOW"`
	checkErrors(t, []parseCase{
		{"action misspelt", rule(`{"names":["read"],"action":"SCMP_ACt_ERRNO"}`),
			[]located{{3, 30, "/syscalls/0/action", "bad-action", "SCMP_ACT_ERRNO"}}},
		{"action without prefix", `{"defaultAction":"allow"}`,
			[]located{{1, 18, "/defaultAction", "bad-action", "SCMP_ACT_ALLOW"}}},
		{"action unlike any", `{"defaultAction":"SCMP_ACT_QUARANTINE"}`,
			[]located{{1, 18, "/defaultAction", "bad-action", ""}}},
		{"prefix misspelt", `{"defaultAction":"SCMP_AKT_TRAP"}`,
			[]located{{1, 18, "/defaultAction", "bad-action", "SCMP_ACT_TRAP"}}},
		{"no action", rule(`{"names":["read"]}`),
			[]located{{3, 3, "/syscalls/0", "missing-action", ""}}},
		{"empty action", rule(`{"names":["read"],"action":""}`),
			[]located{{3, 30, "/syscalls/0/action", "missing-action", ""}}},
		{"null action", rule(`{"names":["read"],"action":null}`),
			[]located{{3, 30, "/syscalls/0/action", "missing-action", ""}}},
		{"empty rule", rule(`{}`),
			[]located{{3, 3, "/syscalls/0", "missing-action", ""}}},
		{"no default action", `{"syscalls":[{` + ok + `}]}`,
			[]located{{1, 1, "", "missing-action", ""}}},
		{"architecture", `{"defaultAction":"SCMP_ACT_KILL","architectures":["SCMP_ARCH_X86","amd64"]}`,
			[]located{{1, 67, "/architectures/1", "bad-architecture", "SCMP_ARCH_X86_64"}}},
		{"architecture misspelt", `{"architectures":["SCMP_ARCH_ARCH64"]}`,
			[]located{{1, 19, "/architectures/0", "bad-architecture", "SCMP_ARCH_AARCH64"}}},
		{"architecture unlike any", `{"architectures":["PDP-11/70"]}`,
			[]located{{1, 19, "/architectures/0", "bad-architecture", ""}}},
		{"native architecture", `{"architectures":["SCMP_ARCH_NATIVE"]}`,
			[]located{{1, 19, "/architectures/0", "bad-architecture", ""}}},
		{"sub-architecture", `{"archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["i8086",null]}]}`,
			[]located{
				{1, 68, "/archMap/0/subArchitectures/0", "bad-architecture", ""},
				{1, 76, "/archMap/0/subArchitectures/1", "null-element", ""}}},
		{"both lists", `{"architectures":["SCMP_ARCH_ARM"],"archMap":[{"architecture":"SCMP_ARCH_ARM"}]}`,
			[]located{{1, 46, "/archMap", "architectures-twice", ""}}},
	})
}

func TestErrorsOfConditions(t *testing.T) {
	const ok = `"names":["read"],"action":"SCMP_ACT_ALLOW"`
	arg := func(arg string) string { return rule(`{` + ok + `,"args":[` + arg + `]}`) }
	checkErrors(t, []parseCase{
		{"index", arg(`{"index":6,"value":1,"op":"SCMP_CMP_EQ"}`),
			[]located{{3, 64, "/syscalls/0/args/0/index", "bad-index", ""}}},
		{"operator", arg(`{"index":0,"value":1,"op":"SCMP_CMP_QE"}`),
			[]located{{3, 81, "/syscalls/0/args/0/op", "bad-operator", "SCMP_CMP_EQ"}}},
		{"operator of Go", arg(`{"index":0,"value":1,"op":">="}`),
			[]located{{3, 81, "/syscalls/0/args/0/op", "bad-operator", "SCMP_CMP_GE"}}},
		{"no operator", arg(`{"index":0,"value":1}`),
			[]located{{3, 55, "/syscalls/0/args/0", "bad-operator", ""}}},
		{"negative value", arg(`{"index":0,"value":-100,"op":"SCMP_CMP_EQ"}`),
			[]located{{3, 74, "/syscalls/0/args/0/value", "bad-integer", "18446744073709551516"}}},
		{"exponent", arg(`{"index":0,"value":1e3,"op":"SCMP_CMP_EQ"}`),
			[]located{{3, 74, "/syscalls/0/args/0/value", "bad-integer", "1000"}}},
		{"fraction", arg(`{"index":1.0,"value":0.5,"op":"SCMP_CMP_EQ"}`),
			[]located{{3, 64, "/syscalls/0/args/0/index", "bad-integer", "1"}, {3, 76, "/syscalls/0/args/0/value", "bad-integer", ""}}},
		{"too large", arg(`{"index":0,"value":18446744073709551616,"op":"SCMP_CMP_EQ"}`),
			[]located{{3, 74, "/syscalls/0/args/0/value", "bad-integer", ""}}},
		{"number in quotes", arg(`{"index":"1","value":"one","op":3}`),
			[]located{{3, 64, "/syscalls/0/args/0/index", "wrong-type", "1"},
				{3, 76, "/syscalls/0/args/0/value", "wrong-type", ""},
				{3, 87, "/syscalls/0/args/0/op", "wrong-type", ""}}},
	})
}

func TestErrorsOfValues(t *testing.T) {
	const ok = `"names":["read"],"action":"SCMP_ACT_ALLOW"`
	checkErrors(t, []parseCase{
		{"null elements", `{"syscalls":[null],"architectures":[null],"flags":[null]}`,
			[]located{{1, 1, "", "missing-action", ""},
				{1, 14, "/syscalls/0", "null-element", ""},
				{1, 37, "/architectures/0", "null-element", ""},
				{1, 52, "/flags/0", "null-element", ""}}},
		{"more null elements", rule(`{"names":[null],"action":"SCMP_ACT_LOG","args":[null],"includes":{"caps":[null],"arches":[null]}}`),
			[]located{{3, 13, "/syscalls/0/names/0", "null-element", ""},
				{3, 51, "/syscalls/0/args/0", "null-element", ""},
				{3, 77, "/syscalls/0/includes/caps/0", "null-element", ""},
				{3, 93, "/syscalls/0/includes/arches/0", "null-element", ""}}},
		{"names", rule(`{"names":["","re\u0000ad"],"action":"SCMP_ACT_LOG"}`),
			[]located{{3, 13, "/syscalls/0/names/0", "empty-name", ""}, {3, 16, "/syscalls/0/names/1", "nul-in-name", ""}}},
		{"name and names", rule(`{"name":"write",` + ok + `}`),
			[]located{{3, 11, "/syscalls/0/name", "name-and-names", ""}}},
		{"flag", `{"flags":["LOG","SECCOMP_FILTER_FLAG_TSINC","SECCOMP_FILTER_FLAG_NEW_LISTENER"]}`,
			[]located{{1, 11, "/flags/0", "bad-flag", "SECCOMP_FILTER_FLAG_LOG"},
				{1, 17, "/flags/1", "bad-flag", "SECCOMP_FILTER_FLAG_TSYNC"},
				{1, 45, "/flags/2", "bad-flag", ""}}},
		{"errno", `{"defaultAction":"SCMP_ACT_ERRNO","defaultErrno":"ENOSIS"}`,
			[]located{{1, 50, "/defaultErrno", "bad-errno", "ENOSYS"}}},
		{"errno range", rule(`{"names":["read"],"action":"SCMP_ACT_ERRNO","errnoRet":4095}`),
			[]located{{3, 58, "/syscalls/0/errnoRet", "errno-range", ""}}},
		{"errno range after truncation", `{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":131071}`,
			[]located{{1, 53, "/defaultErrnoRet", "errno-range", ""}}},
		{"kernels", rule(`{` + ok + `,"includes":{"minKernel":"4.8.1"},"excludes":{"minKernel":"0.0"}}`),
			[]located{{3, 71, "/syscalls/0/includes/minKernel", "bad-kernel", ""},
				{3, 104, "/syscalls/0/excludes/minKernel", "bad-kernel", ""}}},
		{"kernel too large", rule(`{` + ok + `,"includes":{"minKernel":"4.256"}}`),
			[]located{{3, 71, "/syscalls/0/includes/minKernel", "bad-kernel", ""}}},
		{"wrong types", `{"defaultAction":5,"syscalls":{},"flags":"LOG","archMap":[[]],"architectures":true}`,
			[]located{{1, 18, "/defaultAction", "wrong-type", ""},
				{1, 31, "/syscalls", "wrong-type", ""},
				{1, 42, "/flags", "wrong-type", ""},
				{1, 59, "/archMap/0", "wrong-type", ""},
				{1, 79, "/architectures", "wrong-type", ""}}},
		{"no object", `[]`, []located{{1, 1, "", "wrong-type", ""}}},
	})
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
	want := []located{
		{1, 35, "/defaultErrno", "ignored-key", ""}, {1, 59, "/archMap", "ignored-key", ""},
		{2, 14, "/syscalls/0/name", "ignored-key", ""},
		{2, 72, "/syscalls/0/includes", "ignored-key", ""}, {2, 98, "/syscalls/0/comment", "ignored-key", ""},
	}
	if diff := cmp.Diff(want, locate(d.Findings()), cmp.AllowUnexported(located{})); diff != "" {
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

func TestErrorsOfPunctuation(t *testing.T) {
	checkErrors(t, []parseCase{
		{"trailing commas", "{\"architectures\": [\n\"SCMP_ARCH_ARM\", ],\n}",
			[]located{{2, 16, "/architectures", "trailing-comma", ""}, {2, 19, "", "trailing-comma", ""}}},
		{"trailing comma above", "{\"flags\":[],\n\n}", []located{{1, 12, "", "trailing-comma", ""}}},
		{"comments", "// a\n{ /* b\n */ \"flags\": [] // c\n}",
			[]located{{1, 1, "", "comment", ""}, {2, 3, "", "comment", ""}, {3, 17, "", "comment", ""}}},
		{"open comment", "{} /* a", []located{{1, 4, "", "comment", ""}}},
		{"half a comment", "{} /", []located{{1, 4, "", "trailing-data", ""}}},
		{"stray comma", `{"flags":[,],}`, []located{{1, 11, "/flags", "stray-comma", ""}, {1, 13, "", "trailing-comma", ""}}},
		{"double comma", `{"flags":[],,"syscalls":[]}`, []located{{1, 13, "", "stray-comma", ""}}},
		{"missing commas", "{\"architectures\":[\"SCMP_ARCH_ARM\"\n\"SCMP_ARCH_X86\"]\n\"flags\":[]}",
			[]located{{2, 1, "/architectures", "missing-comma", ""}, {3, 1, "", "missing-comma", ""}}},
		{"truncated", "{\"syscalls\":[\n {\"names\":[\"read\"",
			[]located{{2, 18, "/syscalls/0/names", "truncated", ""}}},
		{"truncated in a string", `{"flags":["SECC`, []located{{1, 16, "/flags/0", "truncated", ""}}},
		{"truncated after a backslash", `{"flags":["SECC\`, []located{{1, 17, "/flags/0", "truncated", ""}}},
		{"truncated after a key", `{"flags"`, []located{{1, 9, "", "truncated", ""}}},
		{"truncated in a key", `{"fla`, []located{{1, 6, "", "truncated", ""}}},
		{"truncated after a colon", `{"flags": `, []located{{1, 11, "/flags", "truncated", ""}}},
		{"empty", " \n", []located{{2, 1, "", "truncated", ""}}},
	})
}

func TestErrorsOfSyntax(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 40)
	checkErrors(t, []parseCase{
		{"byte order mark", "\ufeff{}", []located{{1, 1, "", "byte-order-mark", ""}}},
		{"single quotes", `{'defaultAction':'SCMP_ACT_LOK'}`,
			[]located{{1, 2, "", "single-quotes", ""}, {1, 18, "/defaultAction", "single-quotes", ""},
				{1, 18, "/defaultAction", "bad-action", "SCMP_ACT_LOG"}}},
		{"unquoted key", `{defaultAction:"SCMP_ACT_LOG"}`, []located{{1, 2, "", "unquoted-key", ""}}},
		{"no key", `{1:2}`, []located{{1, 2, "", "syntax", ""}}},
		{"no colon", `{"flags"=[]}`, []located{{1, 9, "", "syntax", ""}}},
		{"wrong bracket", `{"flags":[}`, []located{{1, 11, "/flags/0", "syntax", ""}}},
		{"no comma", `{"flags":["a";]}`, []located{{1, 14, "/flags", "syntax", ""}, {1, 11, "/flags/0", "bad-flag", ""}}},
		{"no value", `{"flags":=}`, []located{{1, 10, "/flags", "syntax", ""}}},
		{"trailing data", "{}\n{}", []located{{2, 1, "", "trailing-data", ""}}},
		{"literals", `{"defaultErrnoRet":NaN,"flags":None,"syscalls":True,"architectures":yes}`,
			[]located{{1, 20, "/defaultErrnoRet", "bad-literal", ""}, {1, 32, "/flags", "bad-literal", "null"},
				{1, 48, "/syscalls", "bad-literal", "true"}, {1, 69, "/architectures", "bad-literal", ""}}},
		{"numbers", `[-Infinity,0x10,007,+1,.5,1.,1e,-,0xffffffffffffffff,1_0]`,
			[]located{{1, 1, "", "wrong-type", ""},
				{1, 2, "/0", "bad-number", ""}, {1, 12, "/1", "bad-number", "16"}, {1, 17, "/2", "bad-number", "7"},
				{1, 21, "/3", "bad-number", "1"}, {1, 24, "/4", "bad-number", ""}, {1, 27, "/5", "bad-number", ""},
				{1, 30, "/6", "bad-number", ""}, {1, 33, "/7", "bad-number", ""},
				{1, 35, "/8", "bad-number", "18446744073709551615"}, {1, 54, "/9", "bad-number", "10"}}},
		{"good numbers", `[0,-0,10.25,1e5,1E+2,-2.5e-7]`, []located{{1, 1, "", "wrong-type", ""}}},
		{"control character", "{\"listenerPath\":\"a\tb\"}", []located{{1, 19, "/listenerPath", "control-character", ""}}},
		{"open string", "{\"listenerPath\":\"a\n\"}", []located{{1, 19, "/listenerPath", "control-character", ""}}},
		{"escapes", `{"listenerPath":"\x\u12 \n\u0041"}`,
			[]located{{1, 18, "/listenerPath", "bad-escape", ""}, {1, 20, "/listenerPath", "bad-escape", ""}}},
		{"deep", deep, []located{{1, 161, "/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a", "too-deep", ""}}},
		{"several at once", "{\n\"defaultAction\": \"SCMP_ACT_ALOW\", // why\n\"syscalls\": [{\"names\": [\"\",], \"action\": \"KILL\"},]\n}\n.",
			[]located{{2, 18, "/defaultAction", "bad-action", "SCMP_ACT_ALLOW"},
				{2, 35, "", "comment", ""},
				{3, 25, "/syscalls/0/names/0", "empty-name", ""},
				{3, 27, "/syscalls/0/names", "trailing-comma", ""},
				{3, 41, "/syscalls/0/action", "bad-action", "SCMP_ACT_KILL"},
				{3, 48, "/syscalls", "trailing-comma", ""},
				{5, 1, "", "trailing-data", ""}}},
	})
}

func TestNotesOfEntries(t *testing.T) {
	const act = `"action":"SCMP_ACT_ALLOW"`
	entry := func(s string) string { return rule(`{"names":["read"],` + act + `,` + s + `}`) }
	checkNotes(t, []parseCase{
		{"nothing", rule(`{"names":["read"],` + act + `}`), nil},
		{"unknown syscall", rule(`{"names":["read","ckock_adjtime","READ","frobnicate"],` + act + `}`),
			[]located{{3, 20, "/syscalls/0/names/1", "unknown-syscall", "clock_adjtime"},
				{3, 36, "/syscalls/0/names/2", "unknown-syscall", "read"},
				{3, 43, "/syscalls/0/names/3", "unknown-syscall", ""}}},
		{"unknown key", `{"defaultActoin":"SCMP_ACT_ALLOW","flags":null,"a/b~c":[{}]}`,
			[]located{{1, 2, "/defaultActoin", "unknown-key", "defaultAction"},
				{1, 48, "/a~1b~0c", "unknown-key", ""}}},
		{"key case", `{"DEFAULTACTION":"SCMP_ACT_ALLOW"}`,
			[]located{{1, 2, "/DEFAULTACTION", "key-case", "defaultAction"}}},
		{"duplicate key", `{"defaultAction":"SCMP_ACT_ALLOW","defaultAction":"SCMP_ACT_LOG"}`,
			[]located{{1, 35, "/defaultAction", "duplicate-key", ""}}},
		{"no profile", `{"linux":{}}`,
			[]located{{1, 1, "", "not-a-profile", ""}, {1, 2, "/linux", "unknown-key", ""}}},
		{"null", `null`, []located{{1, 1, "", "not-a-profile", ""}}},
		{"no names", rule(`{` + act + `}`), []located{{3, 3, "/syscalls/0", "no-names", ""}}},
		{"missing", entry(`"args":[{"op":"SCMP_CMP_EQ"}]`),
			[]located{{3, 55, "/syscalls/0/args/0", "missing-key", ""}, {3, 55, "/syscalls/0/args/0", "missing-key", ""}}},
		{"repeated index", entry(`"args":[{"index":1,"value":1,"op":"SCMP_CMP_GE"},{"index":1,"value":4,"op":"SCMP_CMP_LE"}]`),
			[]located{{3, 96, "/syscalls/0/args/1", "repeated-index", ""}}},
		{"always", entry(`"args":[{"index":1,"value":0,"op":"SCMP_CMP_MASKED_EQ"}]`),
			[]located{{3, 74, "/syscalls/0/args/0/value", "always-true", ""}}},
		{"masked", entry(`"args":[{"index":1,"value":15,"valueTwo":37,"op":"SCMP_CMP_MASKED_EQ"}]`),
			[]located{{3, 88, "/syscalls/0/args/0/valueTwo", "masked-bits", ""}}},
		{"two values", entry(`"args":[{"index":1,"value":15,"valueTwo":37,"op":"SCMP_CMP_EQ"}]`),
			[]located{{3, 88, "/syscalls/0/args/0/valueTwo", "value-two-ignored", ""}}},
	})
}

func TestNotesOfConditions(t *testing.T) {
	const act = `"action":"SCMP_ACT_ALLOW"`
	entry := func(s string) string { return rule(`{"names":["read"],` + act + `,` + s + `}`) }
	checkNotes(t, []parseCase{
		{"capability", entry(`"includes":{"caps":["cap_sys_admin","SYS_CHROOT","CAP_SYS_PTRACE"]}`),
			[]located{{3, 67, "/syscalls/0/includes/caps/0", "unknown-capability", "CAP_SYS_ADMIN"},
				{3, 83, "/syscalls/0/includes/caps/1", "unknown-capability", "CAP_SYS_CHROOT"}}},
		{"filter ABIs of Docker", entry(`"excludes":{"arches":["amd64","x86_64","mips3l64n32","mips","vax","amd46"]}`),
			[]located{{3, 77, "/syscalls/0/excludes/arches/1", "arch-spelling", "amd64"},
				{3, 100, "/syscalls/0/excludes/arches/3", "arch-spelling", ""},
				{3, 107, "/syscalls/0/excludes/arches/4", "unknown-architecture", ""},
				{3, 113, "/syscalls/0/excludes/arches/5", "unknown-architecture", "amd64"}}},
		{"archMap", `{"archMap":[{"architecture":"amd64","subArchitectures":["x86"]},{},{"architecture":"MIXMASTER-1009"},{"architecture":"SCMP_ARCH_X86_64"}]}`,
			[]located{{1, 29, "/archMap/0/architecture", "arch-spelling", "SCMP_ARCH_X86_64"},
				{1, 57, "/archMap/0/subArchitectures/0", "arch-spelling", "SCMP_ARCH_X86"},
				{1, 65, "/archMap/1", "missing-key", ""},
				{1, 84, "/archMap/2/architecture", "unknown-architecture", ""},
				{1, 102, "/archMap/3", "duplicate-architecture", ""}}},
		{"duplicate ABI", `{"architectures":["SCMP_ARCH_ARM","SCMP_ARCH_ARM"]}`,
			[]located{{1, 35, "/architectures/1", "duplicate-architecture", ""}}},
		{"empty kernel", entry(`"excludes":{"minKernel":""}`),
			[]located{{3, 71, "/syscalls/0/excludes/minKernel", "empty-kernel", ""}}},
		{"empty flags", `{"archMap":[],"flags":[]}`, []located{{1, 23, "/flags", "empty-flags", ""}}},
		{"empty flags of OCI", `{"flags":[]}`, nil},
		{"large errno", `{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":65573}`,
			[]located{{1, 53, "/defaultErrnoRet", "errno-truncated", ""}}},
		{"errno of allow", entry(`"errnoRet":1`),
			[]located{{3, 58, "/syscalls/0/errnoRet", "errno-ignored", ""}}},
		{"two errnos", `{"defaultAction":"SCMP_ACT_ERRNO","defaultErrno":"ENOSYS","defaultErrnoRet":1}`,
			[]located{{1, 77, "/defaultErrnoRet", "errno-conflict", ""}}},
		{"two equal errnos", `{"defaultAction":"SCMP_ACT_ERRNO","defaultErrno":"ENOSYS","defaultErrnoRet":38}`, nil},
		{"metadata", `{"listenerMetadata":"x"}`, []located{{1, 21, "/listenerMetadata", "listener-metadata", ""}}},
		{"UTF-8", "{\"listenerPath\":\"a\xffb\"}", []located{{1, 19, "/listenerPath", "invalid-utf8", ""}}},
		{"surrogates", `{"listenerPath":"\ud83d\ude00\ud800\u0041\udc00"}`,
			[]located{{1, 30, "/listenerPath", "lone-surrogate", ""}, {1, 42, "/listenerPath", "lone-surrogate", ""}}},
		{"Podman's key in Docker's", `{"defaultAction":"SCMP_ACT_ERRNO","defaultErrno":"1","syscalls":[
			{"names":["read"],` + act + `,"includes":{"minKernel":"4.8"}}]}`,
			[]located{{2, 60, "/syscalls/0/includes/minKernel", "ignored-key", ""}}},
	})
}
