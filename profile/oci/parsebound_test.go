package oci_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// endless is a stream of one byte that counts what was read of it.
type endless struct {
	left, read int
}

func (e *endless) Read(p []byte) (int, error) {
	n := min(len(p), e.left)
	if n == 0 {
		return 0, io.EOF
	}
	for i := range p[:n] {
		p[i] = '['
	}
	e.left -= n
	e.read += n
	return n, nil
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestLargeStream(t *testing.T) {
	r := &endless{left: 100 << 20}
	var err error
	size := allocated(func() { _, err = oci.Read(r, oci.ParseOptions{}) })
	if ids := idsOf(err); !cmp.Equal(ids, []string{"too-large"}) {
		t.Errorf("findings %v, want too-large", ids)
	}
	if r.read != oci.MaxDocument+1 {
		t.Errorf("%d bytes were read, want %d", r.read, oci.MaxDocument+1)
	}
	if size > 20<<20 {
		t.Errorf("%d bytes were allocated", size)
	}
}

func TestLargeSlice(t *testing.T) {
	data := make([]byte, 100<<20)
	var err error
	size := allocated(func() { _, err = oci.Parse(data, oci.ParseOptions{}) })
	if ids := idsOf(err); !cmp.Equal(ids, []string{"too-large"}) || size > 1<<16 {
		t.Errorf("findings %v after allocating %d bytes", ids, size)
	}
}

func TestReadOCI(t *testing.T) {
	const doc = `{"defaultAction":"SCMP_ACT_LOG"}`
	pad := strings.Repeat(" ", oci.MaxDocument-len(doc))
	for _, text := range []string{doc, doc + pad} {
		d, err := oci.Read(iotest.HalfReader(strings.NewReader(text)), oci.ParseOptions{})
		if err != nil || d.DefaultAction.Kind != profile.KindLog {
			t.Errorf("%d bytes: %v, %v", len(text), d, err)
		}
	}
	if _, err := oci.Read(strings.NewReader(doc+pad+" "), oci.ParseOptions{}); err == nil {
		t.Error("a document above the limit was read")
	}
	want := errors.New("torn")
	if _, err := oci.Read(iotest.ErrReader(want), oci.ParseOptions{}); !errors.Is(err, want) {
		t.Errorf("error %v, want the reader's", err)
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

func TestFindingsAreCapped(t *testing.T) {
	names := strings.Repeat(`"opennat2",`, 300)
	d, err := oci.Parse([]byte(rule(`{"names":[`+names+`"read"],"action":"SCMP_ACT_LOG"}`)), oci.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	fs := d.Findings()
	if len(fs) != 101 || fs[99].ID != "unknown-syscall" || fs[100].ID != "too-many-findings" || fs[100].Text != "and 200 more like these" {
		t.Errorf("%d findings, the last %v", len(fs), fs[len(fs)-1])
	}
	// Findings leave room for errors.
	_, err = oci.Parse([]byte(rule(`{"names":[`+names+`""],"action":"SCMP_ACT_LOG"}`)), oci.ParseOptions{})
	if ids := idsOf(err); !cmp.Equal(ids, []string{"empty-name"}) {
		t.Errorf("errors %v", ids)
	}
}

func TestFindingsAreTheCallers(t *testing.T) {
	d, err := oci.Parse([]byte(`{"a":0}`), oci.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	d.Findings()[0].ID = "changed"
	if d.Findings()[0].ID == "changed" {
		t.Error("the findings are shared")
	}
}

func TestDuplicateKeys(t *testing.T) {
	// What encoding/json makes of these; see FuzzParseOCI.
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
		if !cmp.Equal(tell(d.Findings())[0].id[:3], "dup") && !strings.Contains(d.Findings().Error(), "duplicate-key") {
			t.Errorf("%s: findings %v", tt.doc, d.Findings())
		}
	}
}

func idsOf(err error) []string {
	var fs oci.Findings
	errors.As(err, &fs)
	var ids []string
	for _, f := range fs {
		ids = append(ids, f.ID)
	}
	return ids
}

func TestFindingsAsErrors(t *testing.T) {
	_, err := oci.Parse([]byte("{\"defaultAction\":\"SCMP_ACT_LOK\",\n}"), oci.ParseOptions{})
	var f oci.Finding
	if !errors.As(err, &f) || f.ID != "bad-action" {
		t.Errorf("errors.As finds %v", f)
	}
	const want = `1:18: /defaultAction: there is no action "SCMP_ACT_LOK" (did you mean "SCMP_ACT_LOG"?) [bad-action]
1:32: a comma stands before the closing } [trailing-comma]`
	if err.Error() != want {
		t.Errorf("got %v\nwant %v", err, want)
	}
	if got := fmt.Sprint(oci.Finding{ID: "x", Text: "y"}); got != "y [x]" {
		t.Errorf("a finding without a place is %q", got)
	}
}

// TestIDsAreListed holds the IDs of the code and the table in the comment of
// Finding together.
func TestIDsAreListed(t *testing.T) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "finding.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var doc string
	for _, decl := range file.Decls {
		if g, ok := decl.(*ast.GenDecl); ok && strings.HasPrefix(g.Doc.Text(), "Finding is") {
			doc = g.Doc.Text()
		}
	}
	var listed []string
	for line := range strings.Lines(doc) {
		if fields := strings.Fields(line); strings.HasPrefix(line, "\t") && len(fields) > 1 {
			listed = append(listed, fields[0])
		}
	}
	if file, err = parser.ParseFile(fset, "findingid.go", nil, 0); err != nil {
		t.Fatal(err)
	}
	used := make(map[string]bool)
	ast.Inspect(file, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			id, _ := strconv.Unquote(l.Value)
			used[id] = true
		}
		return true
	})
	for _, id := range listed {
		if !used[id] {
			t.Errorf("%s is listed twice, or no ID", id)
		}
		delete(used, id)
	}
	if len(used) > 0 {
		t.Errorf("not listed: %v", used)
	}
}

func TestParseOCIKeepsNothing(t *testing.T) {
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

func BenchmarkParseOCI(b *testing.B) {
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
