package oci_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// located is a finding without its text.
type located struct {
	line, column int
	pointer, id  string
	suggestion   string
}

func locate(fs oci.Findings) []located {
	var out []located
	for _, f := range fs {
		out = append(out, located{f.Line, f.Column, f.Pointer, f.ID, f.Suggestion})
	}
	return out
}

// ids returns the IDs of findings, or of an error.
func ids(fs oci.Findings, err error) []string {
	var out []string
	var errs oci.Findings
	if errors.As(err, &errs) {
		for _, f := range errs {
			out = append(out, "error "+f.ID)
		}
	}
	for _, f := range fs {
		out = append(out, f.ID)
	}
	return out
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

// TestManyFindings holds that a conflict isn't lost among many findings.
func TestManyFindings(t *testing.T) {
	act := func(k profile.Kind) oci.Action { return oci.Action{Kind: k, Set: true} }
	d := &oci.Document{DefaultAction: act(profile.KindErrno)}
	read := oci.Entry{Names: []string{"read"}, Action: act(profile.KindAllow)}
	d.Syscalls = append(d.Syscalls, read)
	read.Action = act(profile.KindLog)
	for range 500 {
		d.Syscalls = append(d.Syscalls, read)
	}
	w := oci.Entry{Names: []string{"write"}, Action: act(profile.KindLog), Args: []oci.Arg{{Value: 1}}}
	d.Syscalls = append(d.Syscalls, w)
	w.Action = act(profile.KindAllow)
	d.Syscalls = append(d.Syscalls, w)
	_, fs, err := d.Resolve(crunOn(arch.X86_64))
	if err == nil || len(fs) != 101 || fs[100].ID != "too-many-findings" {
		t.Errorf("error %v, %d findings", err, len(fs))
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
	finding := parseFile(t, "finding.go")
	used := make(map[string]bool)
	for _, id := range append(constants(finding), constants(parseFile(t, "../../internal/jsontree/mistake.go"))...) {
		used[id] = true
	}
	for _, id := range listedIDs(finding) {
		if !used[id] {
			t.Errorf("%s is listed twice, or no ID", id)
		}
		delete(used, id)
	}
	if len(used) > 0 {
		t.Errorf("not listed: %v", used)
	}
}

func parseFile(t *testing.T, name string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// constants returns the values of a file's string constants.
func constants(f *ast.File) []string {
	var values []string
	for _, decl := range f.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		ast.Inspect(g, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				value, _ := strconv.Unquote(l.Value)
				values = append(values, value)
			}
			return true
		})
	}
	return values
}

// listedIDs returns the IDs of the tables in the comment of Finding.
func listedIDs(f *ast.File) []string {
	var listed []string
	for _, decl := range f.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok || !strings.HasPrefix(g.Doc.Text(), "Finding is") {
			continue
		}
		for line := range strings.Lines(g.Doc.Text()) {
			if fields := strings.Fields(line); strings.HasPrefix(line, "\t") && len(fields) > 1 {
				listed = append(listed, fields[0])
			}
		}
	}
	return listed
}
