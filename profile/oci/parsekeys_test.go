package oci_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/portcullis-go/portcullis/profile/oci"
)

func TestDuplicateKeys(t *testing.T) {
	// What encoding/json makes of these; see FuzzParse.
	tests := []struct{ doc, want string }{
		{`{"defaultAction":"SCMP_ACT_LOG","defaultAction":null}`, `{"defaultAction":"SCMP_ACT_LOG"}`},
		{`{"defaultErrnoRet":1,"defaultErrnoRet":null}`, `{}`},
		{`{"flags":["SECCOMP_FILTER_FLAG_LOG"],"FLAGS":[]}`, `{"flags":[]}`},
		{`{"archMap":[{"architecture":"SCMP_ARCH_ARM"},{}],"archMap":[{"subArchitectures":["SCMP_ARCH_X86"]}]}`,
			`{"archMap":[{"architecture":"SCMP_ARCH_ARM","subArchitectures":["SCMP_ARCH_X86"]}]}`},
		{`{"archMap":[{"architecture":"SCMP_ARCH_ARM"}],"archMap":[]}`, `{}`},
		{`{"archMap":[{},{"architecture":"SCMP_ARCH_ARM"}],"archMap":[{}],"archMap":[{},{}]}`,
			`{"archMap":[{"architecture":"none"},{"architecture":"SCMP_ARCH_ARM"}]}`},
		{`{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["read"],"action":"SCMP_ACT_LOG","includes":{"caps":["CAP_BPF"]},"includes":{"arches":["arm"]}}]}`,
			`{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["read"],"action":"SCMP_ACT_LOG","includes":{"caps":["CAP_BPF"],"arches":["arm"]}}]}`},
		{`{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["read"],"action":"SCMP_ACT_LOG","includes":{"caps":["CAP_BPF"]},"includes":null}]}`,
			`{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["read"],"action":"SCMP_ACT_LOG"}]}`},
		{`{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"errno":"1","names":["read"],"action":"SCMP_ACT_ERRNO","includes":{"caps":["CAP_BPF"]},"includes":null}]}`,
			`{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["read"],"action":"SCMP_ACT_ERRNO","errno":"1","includes":{"caps":["CAP_BPF"]}}]}`},
	}
	for _, tt := range tests {
		d, err := oci.Parse([]byte(tt.doc), oci.ParseOptions{})
		if err != nil {
			t.Errorf("%s: %v", tt.doc, err)
			continue
		}
		got, err := d.MarshalJSON()
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: read as %s, %v, want %s", tt.doc, got, err, tt.want)
		}
		if !cmp.Equal(locate(d.Findings())[0].id[:3], "dup") && !strings.Contains(d.Findings().Error(), "duplicate-key") {
			t.Errorf("%s: findings %v", tt.doc, d.Findings())
		}
	}
}
