package oci_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/portcullis-go/portcullis/profile/oci"
)

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
