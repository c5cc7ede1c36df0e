package oci_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestLargeSlice(t *testing.T) {
	data := make([]byte, 100<<20)
	var err error
	size := allocated(func() { _, err = oci.Parse(data, oci.ParseOptions{}) })
	if ids := idsOf(err); !cmp.Equal(ids, []string{"too-large"}) || size > 1<<16 {
		t.Errorf("findings %v after allocating %d bytes", ids, size)
	}
}

// TestHostileDocuments reads documents that are as much work as they can be.
func TestHostileDocuments(t *testing.T) {
	fill := func(s string) string { return strings.Repeat(s, oci.MaxDocument/len(s)-8) }
	entries := strings.Repeat("{},", 1<<15)
	again := strings.Repeat(`,"syscalls":[{"action":"a"}]`, 1<<12)
	tests := map[string]string{
		"brackets":       fill("["),
		"braces":         fill(`{"":`),
		"commas":         "[0" + fill(","),
		"values":         "[" + fill("0,"),
		"comments":       fill("/**/"),
		"lines":          fill("//\n"),
		"names":          `{"syscalls":[{"names":[` + fill(`"opennat2",`),
		"keys":           "{" + fill(`"defaultActio":0,`),
		"duplicates":     "{" + fill(`"flags":0,`),
		"merges":         `{"syscalls":[` + entries + `{}]` + again + "}",
		"object merges":  `{"syscalls":[{}]` + strings.Repeat(again, 8) + "}",
		"long string":    `{"syscalls":[{"names":["` + fill("a") + `"]}]}`,
		"long key":       `{"` + fill("a") + `":0}`,
		"long arch":      `{"architectures":["` + fill("a") + `"]}`,
		"long number":    `{"defaultErrnoRet":` + fill("1") + `}`,
		"invalid UTF-8":  `{"listenerPath":"` + fill("\xff"),
		"bad escapes":    `{"listenerPath":"` + fill(`\x`),
		"control":        `{"listenerPath":"` + fill("\x01"),
		"deep and wrong": strings.Repeat(`{"a":`, 31) + "[" + fill(",")[:1<<22],
	}
	for name, doc := range tests {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			var err error
			size := allocated(func() { _, err = oci.Parse([]byte(doc), oci.ParseOptions{}) })
			if size > 200<<20 {
				t.Errorf("%d MB were allocated", size>>20)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
			if err != nil && len(err.Error()) > 1<<17 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	var doc strings.Builder
	doc.WriteString(`{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[`)
	for i := range 40 {
		if i > 0 {
			doc.WriteByte(',')
		}
		doc.WriteString(`
		{
			"names": ["accept", "accept4", "clock_nanosleep_time64", "epoll_ctl", "openat2", "read", "write", "futex"],
			"action": "SCMP_ACT_ALLOW",
			"args": [{"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}],
			"includes": {"caps": ["CAP_SYS_ADMIN"], "arches": ["amd64"]}
		}`)
	}
	doc.WriteString("]}")
	data := []byte(doc.String())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := oci.Parse(data, oci.ParseOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
