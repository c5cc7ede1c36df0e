package oci_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// told is a finding without its text.
type told struct {
	line, column int
	pointer, id  string
	suggestion   string
}

func tell(fs oci.Findings) []told {
	var out []told
	for _, f := range fs {
		out = append(out, told{f.Line, f.Column, f.Pointer, f.ID, f.Suggestion})
	}
	return out
}

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

func TestSyntaxErrors(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 40)
	tests := []struct {
		name, doc string
		want      []told
	}{
		{"trailing commas", "{\"architectures\": [\n\"SCMP_ARCH_ARM\", ],\n}",
			[]told{{2, 16, "/architectures", "trailing-comma", ""}, {2, 19, "", "trailing-comma", ""}}},
		{"trailing comma above", "{\"flags\":[],\n\n}", []told{{1, 12, "", "trailing-comma", ""}}},
		{"comments", "// a\n{ /* b\n */ \"flags\": [] // c\n}",
			[]told{{1, 1, "", "comment", ""}, {2, 3, "", "comment", ""}, {3, 17, "", "comment", ""}}},
		{"open comment", "{} /* a", []told{{1, 4, "", "comment", ""}}},
		{"half a comment", "{} /", []told{{1, 4, "", "trailing-data", ""}}},
		{"stray comma", `{"flags":[,],}`, []told{{1, 11, "/flags", "stray-comma", ""}, {1, 13, "", "trailing-comma", ""}}},
		{"double comma", `{"flags":[],,"syscalls":[]}`, []told{{1, 13, "", "stray-comma", ""}}},
		{"missing commas", "{\"architectures\":[\"SCMP_ARCH_ARM\"\n\"SCMP_ARCH_X86\"]\n\"flags\":[]}",
			[]told{{2, 1, "/architectures", "missing-comma", ""}, {3, 1, "", "missing-comma", ""}}},
		{"truncated", "{\"syscalls\":[\n {\"names\":[\"read\"",
			[]told{{2, 18, "/syscalls/0/names", "truncated", ""}}},
		{"truncated in a string", `{"flags":["SECC`, []told{{1, 16, "/flags/0", "truncated", ""}}},
		{"truncated after a backslash", `{"flags":["SECC\`, []told{{1, 17, "/flags/0", "truncated", ""}}},
		{"truncated after a key", `{"flags"`, []told{{1, 9, "", "truncated", ""}}},
		{"truncated in a key", `{"fla`, []told{{1, 6, "", "truncated", ""}}},
		{"truncated after a colon", `{"flags": `, []told{{1, 11, "/flags", "truncated", ""}}},
		{"empty", " \n", []told{{2, 1, "", "truncated", ""}}},
		{"byte order mark", "\ufeff{}", []told{{1, 1, "", "byte-order-mark", ""}}},
		{"single quotes", `{'defaultAction':'SCMP_ACT_LOK'}`,
			[]told{{1, 2, "", "single-quotes", ""}, {1, 18, "/defaultAction", "single-quotes", ""},
				{1, 18, "/defaultAction", "bad-action", "SCMP_ACT_LOG"}}},
		{"unquoted key", `{defaultAction:"SCMP_ACT_LOG"}`, []told{{1, 2, "", "unquoted-key", ""}}},
		{"no key", `{1:2}`, []told{{1, 2, "", "syntax", ""}}},
		{"no colon", `{"flags"=[]}`, []told{{1, 9, "", "syntax", ""}}},
		{"wrong bracket", `{"flags":[}`, []told{{1, 11, "/flags/0", "syntax", ""}}},
		{"no comma", `{"flags":["a";]}`, []told{{1, 14, "/flags", "syntax", ""}, {1, 11, "/flags/0", "bad-flag", ""}}},
		{"no value", `{"flags":=}`, []told{{1, 10, "/flags", "syntax", ""}}},
		{"trailing data", "{}\n{}", []told{{2, 1, "", "trailing-data", ""}}},
		{"literals", `{"defaultErrnoRet":NaN,"flags":None,"syscalls":True,"architectures":yes}`,
			[]told{{1, 20, "/defaultErrnoRet", "bad-literal", ""}, {1, 32, "/flags", "bad-literal", "null"},
				{1, 48, "/syscalls", "bad-literal", "true"}, {1, 69, "/architectures", "bad-literal", ""}}},
		{"numbers", `[-Infinity,0x10,007,+1,.5,1.,1e,-,0xffffffffffffffff,1_0]`,
			[]told{{1, 1, "", "wrong-type", ""},
				{1, 2, "/0", "bad-number", ""}, {1, 12, "/1", "bad-number", "16"}, {1, 17, "/2", "bad-number", "7"},
				{1, 21, "/3", "bad-number", "1"}, {1, 24, "/4", "bad-number", ""}, {1, 27, "/5", "bad-number", ""},
				{1, 30, "/6", "bad-number", ""}, {1, 33, "/7", "bad-number", ""},
				{1, 35, "/8", "bad-number", "18446744073709551615"}, {1, 54, "/9", "bad-number", "10"}}},
		{"good numbers", `[0,-0,10.25,1e5,1E+2,-2.5e-7]`, []told{{1, 1, "", "wrong-type", ""}}},
		{"control character", "{\"listenerPath\":\"a\tb\"}", []told{{1, 19, "/listenerPath", "control-character", ""}}},
		{"open string", "{\"listenerPath\":\"a\n\"}", []told{{1, 19, "/listenerPath", "control-character", ""}}},
		{"escapes", `{"listenerPath":"\x\u12 \n\u0041"}`,
			[]told{{1, 18, "/listenerPath", "bad-escape", ""}, {1, 20, "/listenerPath", "bad-escape", ""}}},
		{"deep", deep, []told{{1, 161, "/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a", "too-deep", ""}}},
		{"several at once", "{\n\"defaultAction\": \"SCMP_ACT_ALOW\", // why\n\"syscalls\": [{\"names\": [\"\",], \"action\": \"KILL\"},]\n}\n.",
			[]told{{2, 18, "/defaultAction", "bad-action", "SCMP_ACT_ALLOW"},
				{2, 35, "", "comment", ""},
				{3, 25, "/syscalls/0/names/0", "empty-name", ""},
				{3, 27, "/syscalls/0/names", "trailing-comma", ""},
				{3, 41, "/syscalls/0/action", "bad-action", "SCMP_ACT_KILL"},
				{3, 48, "/syscalls", "trailing-comma", ""},
				{5, 1, "", "trailing-data", ""}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sortTold := cmpopts.SortSlices(func(a, b told) bool { return fmt.Sprint(a) < fmt.Sprint(b) })
			if diff := cmp.Diff(tt.want, slips(t, tt.doc, oci.ParseOptions{}), cmp.AllowUnexported(told{}), sortTold); diff != "" {
				t.Errorf("%s\n(-want +got)\n%s", tt.doc, diff)
			}
		})
	}
}

func TestFindings(t *testing.T) {
	const act = `"action":"SCMP_ACT_ALLOW"`
	entry := func(s string) string { return rule(`{"names":["read"],` + act + `,` + s + `}`) }
	tests := []struct {
		name, doc string
		want      []told
	}{
		{"nothing", rule(`{"names":["read"],` + act + `}`), nil},
		{"unknown syscall", rule(`{"names":["read","ckock_adjtime","READ","frobnicate"],` + act + `}`),
			[]told{{3, 20, "/syscalls/0/names/1", "unknown-syscall", "clock_adjtime"},
				{3, 36, "/syscalls/0/names/2", "unknown-syscall", "read"},
				{3, 43, "/syscalls/0/names/3", "unknown-syscall", ""}}},
		{"unknown key", `{"defaultActoin":"SCMP_ACT_ALLOW","flags":null,"a/b~c":[{}]}`,
			[]told{{1, 2, "/defaultActoin", "unknown-key", "defaultAction"},
				{1, 48, "/a~1b~0c", "unknown-key", ""}}},
		{"key case", `{"DEFAULTACTION":"SCMP_ACT_ALLOW"}`,
			[]told{{1, 2, "/DEFAULTACTION", "key-case", "defaultAction"}}},
		{"duplicate key", `{"defaultAction":"SCMP_ACT_ALLOW","defaultAction":"SCMP_ACT_LOG"}`,
			[]told{{1, 35, "/defaultAction", "duplicate-key", ""}}},
		{"no profile", `{"linux":{}}`,
			[]told{{1, 1, "", "not-a-profile", ""}, {1, 2, "/linux", "unknown-key", ""}}},
		{"null", `null`, []told{{1, 1, "", "not-a-profile", ""}}},
		{"no names", rule(`{` + act + `}`), []told{{3, 3, "/syscalls/0", "no-names", ""}}},
		{"missing", entry(`"args":[{"op":"SCMP_CMP_EQ"}]`),
			[]told{{3, 55, "/syscalls/0/args/0", "missing-key", ""}, {3, 55, "/syscalls/0/args/0", "missing-key", ""}}},
		{"repeated index", entry(`"args":[{"index":1,"value":1,"op":"SCMP_CMP_GE"},{"index":1,"value":4,"op":"SCMP_CMP_LE"}]`),
			[]told{{3, 96, "/syscalls/0/args/1", "repeated-index", ""}}},
		{"always", entry(`"args":[{"index":1,"value":0,"op":"SCMP_CMP_MASKED_EQ"}]`),
			[]told{{3, 74, "/syscalls/0/args/0/value", "always-true", ""}}},
		{"masked", entry(`"args":[{"index":1,"value":15,"valueTwo":37,"op":"SCMP_CMP_MASKED_EQ"}]`),
			[]told{{3, 88, "/syscalls/0/args/0/valueTwo", "masked-bits", ""}}},
		{"two values", entry(`"args":[{"index":1,"value":15,"valueTwo":37,"op":"SCMP_CMP_EQ"}]`),
			[]told{{3, 88, "/syscalls/0/args/0/valueTwo", "value-two-ignored", ""}}},
		{"capability", entry(`"includes":{"caps":["cap_sys_admin","SYS_CHROOT","CAP_SYS_PTRACE"]}`),
			[]told{{3, 67, "/syscalls/0/includes/caps/0", "unknown-capability", "CAP_SYS_ADMIN"},
				{3, 83, "/syscalls/0/includes/caps/1", "unknown-capability", "CAP_SYS_CHROOT"}}},
		{"filter ABIs of Docker", entry(`"excludes":{"arches":["amd64","x86_64","mips3l64n32","mips","vax","amd46"]}`),
			[]told{{3, 77, "/syscalls/0/excludes/arches/1", "arch-spelling", "amd64"},
				{3, 100, "/syscalls/0/excludes/arches/3", "arch-spelling", ""},
				{3, 107, "/syscalls/0/excludes/arches/4", "unknown-architecture", ""},
				{3, 113, "/syscalls/0/excludes/arches/5", "unknown-architecture", "amd64"}}},
		{"archMap", `{"archMap":[{"architecture":"amd64","subArchitectures":["x86"]},{},{"architecture":"MIXMASTER-1009"},{"architecture":"SCMP_ARCH_X86_64"}]}`,
			[]told{{1, 29, "/archMap/0/architecture", "arch-spelling", "SCMP_ARCH_X86_64"},
				{1, 57, "/archMap/0/subArchitectures/0", "arch-spelling", "SCMP_ARCH_X86"},
				{1, 65, "/archMap/1", "missing-key", ""},
				{1, 84, "/archMap/2/architecture", "unknown-architecture", ""},
				{1, 102, "/archMap/3", "duplicate-architecture", ""}}},
		{"duplicate ABI", `{"architectures":["SCMP_ARCH_ARM","SCMP_ARCH_ARM"]}`,
			[]told{{1, 35, "/architectures/1", "duplicate-architecture", ""}}},
		{"empty kernel", entry(`"excludes":{"minKernel":""}`),
			[]told{{3, 71, "/syscalls/0/excludes/minKernel", "empty-kernel", ""}}},
		{"empty flags", `{"archMap":[],"flags":[]}`, []told{{1, 23, "/flags", "empty-flags", ""}}},
		{"empty flags of OCI", `{"flags":[]}`, nil},
		{"large errno", `{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":65573}`,
			[]told{{1, 53, "/defaultErrnoRet", "errno-truncated", ""}}},
		{"errno of allow", entry(`"errnoRet":1`),
			[]told{{3, 58, "/syscalls/0/errnoRet", "errno-ignored", ""}}},
		{"two errnos", `{"defaultAction":"SCMP_ACT_ERRNO","defaultErrno":"ENOSYS","defaultErrnoRet":1}`,
			[]told{{1, 77, "/defaultErrnoRet", "errno-conflict", ""}}},
		{"two equal errnos", `{"defaultAction":"SCMP_ACT_ERRNO","defaultErrno":"ENOSYS","defaultErrnoRet":38}`, nil},
		{"metadata", `{"listenerMetadata":"x"}`, []told{{1, 21, "/listenerMetadata", "listener-metadata", ""}}},
		{"UTF-8", "{\"listenerPath\":\"a\xffb\"}", []told{{1, 19, "/listenerPath", "invalid-utf8", ""}}},
		{"surrogates", `{"listenerPath":"\ud83d\ude00\ud800\u0041\udc00"}`,
			[]told{{1, 30, "/listenerPath", "lone-surrogate", ""}, {1, 42, "/listenerPath", "lone-surrogate", ""}}},
		{"Podman's key in Docker's", `{"defaultAction":"SCMP_ACT_ERRNO","defaultErrno":"1","syscalls":[
			{"names":["read"],` + act + `,"includes":{"minKernel":"4.8"}}]}`,
			[]told{{2, 60, "/syscalls/0/includes/minKernel", "ignored-key", ""}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := oci.Parse([]byte(tt.doc), oci.ParseOptions{})
			if err != nil {
				t.Fatalf("%s\n%v", tt.doc, err)
			}
			if diff := cmp.Diff(tt.want, tell(d.Findings()), cmp.AllowUnexported(told{})); diff != "" {
				t.Errorf("%s\n(-want +got)\n%s", tt.doc, diff)
			}
			strict := slips(t, tt.doc, oci.ParseOptions{Strict: true})
			if diff := cmp.Diff(tt.want, strict, cmp.AllowUnexported(told{})); diff != "" {
				t.Errorf("strict: %s\n(-want +got)\n%s", tt.doc, diff)
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

func TestDocument(t *testing.T) {
	const doc = `{
		"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
		"archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
			{"architecture": "SCMP_ARCH_RISCV64", "subArchitectures": null}],
		"flags": ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_LOG"],
		"listenerPath": "/run/é.sock", "listenerMetadata": "\u00e9\/",
		"syscalls": [
			{"names": ["read", "write"], "action": "SCMP_ACT_KILL", "comment": "why"},
			{"name": "socket", "action": "SCMP_ACT_TRACE", "errnoRet": 7,
				"args": [{"index": 5, "value": 18446744073709551615, "valueTwo": 1, "op": "SCMP_CMP_MASKED_EQ"},
					{"index": 0, "value": 3, "op": "SCMP_CMP_LE"}],
				"includes": {"caps": ["CAP_BPF"], "arches": ["arm64", "vax"], "minKernel": "4.8"},
				"excludes": {"minKernel": ""}}
		]}`
	got, err := oci.Parse([]byte(doc), oci.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := &oci.Document{
		Dialect:       oci.DialectDocker,
		DefaultAction: oci.Action{Kind: profile.KindErrno, Set: true},
		DefaultErrno:  oci.Errno{Errno: 38, Set: true},
		ArchMap: []oci.ArchMapping{
			{Arch: arch.X86_64, SubArch: []arch.Arch{arch.X86, arch.X32}},
			{Arch: arch.RISCV64}},
		Flags: []profile.Flag{profile.FlagLog}, FlagsSet: true,
		ListenerPath: "/run/é.sock", ListenerMetadata: "é/",
		Syscalls: []oci.Entry{
			{Names: []string{"read", "write"}, Action: oci.Action{Kind: profile.KindKillThread, Set: true}, Comment: "why"},
			{Names: []string{"socket"}, Action: oci.Action{Kind: profile.KindTrace, Set: true},
				Errno: oci.Errno{Errno: 7, Set: true},
				Args: []oci.Arg{
					{Index: 5, Op: profile.OpMaskedEqual, Value: 1<<64 - 1, ValueTwo: 1},
					{Index: 0, Op: profile.OpLessEqual, Value: 3}},
				Includes: oci.Filter{Caps: []string{"CAP_BPF"}, Arches: []arch.Arch{arch.AArch64, 0},
					MinKernel: syscalls.Release{Major: 4, Minor: 8}, MinKernelSet: true},
				Excludes: oci.Filter{MinKernelSet: true}},
		},
	}
	if diff := cmp.Diff(want, got, plainDocument); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	again := roundTrip(t, got)
	if diff := cmp.Diff(got, again, plainDocument); diff != "" {
		t.Errorf("after a round trip (-want +got)\n%s", diff)
	}
}

// plainDocument compares documents without their places.
var plainDocument = cmpopts.IgnoreUnexported(oci.Document{}, oci.Entry{}, oci.Arg{})

// roundTrip writes a document and reads it back.
func roundTrip(t *testing.T, d *oci.Document) *oci.Document {
	t.Helper()
	text, err := d.MarshalJSON()
	if err != nil {
		t.Fatalf("%+v: %v", d, err)
	}
	again, err := oci.Parse(text, oci.ParseOptions{Dialect: d.Dialect})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return again
}
