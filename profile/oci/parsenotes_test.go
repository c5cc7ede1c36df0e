package oci_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/portcullis-go/portcullis/profile/oci"
)

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
