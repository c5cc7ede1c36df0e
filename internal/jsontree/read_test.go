package jsontree_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/internal/jsontree"
)

// write is the text of a tree without white space. Numbers stay as they were, and
// what is no JSON is a question mark.
func write(n *jsontree.Node) string {
	var parts []string
	for i := range n.Kids {
		part := write(&n.Kids[i])
		if n.Kind == jsontree.Object {
			part = fmt.Sprintf("%q:", n.Kids[i].Key) + part
		}
		parts = append(parts, part)
	}
	list := strings.Join(parts, ",")
	switch n.Kind {
	case jsontree.Null:
		return "null"
	case jsontree.Bool:
		return "bool"
	case jsontree.Number:
		return n.Text
	case jsontree.String:
		return fmt.Sprintf("%q", n.Text)
	case jsontree.Array:
		return "[" + list + "]"
	case jsontree.Object:
		return "{" + list + "}"
	}
	return "?"
}

// TestReadsOn holds what becomes of texts with mistakes: what was meant, as far as
// that is clear.
func TestReadsOn(t *testing.T) {
	for _, tt := range []struct{ src, tree, mistakes string }{
		{`{"a":[1,"b"]}`, `{"a":[1,"b"]}`, ""},
		{`{a:1}`, `{"a":1}`, "1:2 unquoted-key"},
		{`{'a':'b'}`, `{"a":"b"}`, "1:2 single-quotes, 1:6 single-quotes"},
		{"[1, // one\n 2 /* two */]", `[1,2]`, "1:5 comment, 2:4 comment"},
		{"[1,]", `[1]`, "1:3 trailing-comma"},
		{"[,1,,2]", `[1,2]`, "1:2 stray-comma, 1:5 stray-comma"},
		{`["a" "b"]`, `["a","b"]`, "1:6 missing-comma"},
		{`[0x10,True]`, `[?,?]`, "1:2 bad-number(16), 1:7 bad-literal(true)"},
		{`["\x","\ud800"]`, `["x","�"]`, "1:3 bad-escape, 1:8 lone-surrogate"},
		{"[\"\xff\"]", `["�"]`, "1:3 invalid-utf8"},
		{`[1,{"a":2,"b":`, `[1,{"a":2}]`, "1:15 truncated"},
		{`[1,2`, `[1,2]`, "1:5 truncated"},
		{`[1}`, `[1]`, "1:3 syntax"},
		{`{} {}`, `{}`, "1:4 trailing-data"},
		{"\ufeff{}", `{}`, "1:1 byte-order-mark"},
		{``, `null`, "1:1 truncated"},
	} {
		root, errs, notes := jsontree.Read(tt.src, limit)
		var got []string
		for _, m := range slices.Concat(errs.List, notes.List) {
			s := fmt.Sprintf("%d:%d %s", m.Line, m.Column, m.ID)
			if m.Suggestion != "" {
				s += "(" + m.Suggestion + ")"
			}
			got = append(got, s)
		}
		if write(root) != tt.tree || strings.Join(got, ", ") != tt.mistakes {
			t.Errorf("%s: %s with %q, want %s with %q", tt.src, write(root), got, tt.tree, tt.mistakes)
		}
	}
}

// TestMistakesAreCounted holds that no more than the limit are kept.
func TestMistakesAreCounted(t *testing.T) {
	_, errs, notes := jsontree.Read("["+strings.Repeat(",", 50)+"\"\xff\xff\xff\"]", 2)
	if len(errs.List) != 2 || errs.More != 48 || len(notes.List) != 2 || notes.More != 1 {
		t.Errorf("%d errors and %d more, %d notes and %d more", len(errs.List), errs.More, len(notes.List), notes.More)
	}
}

func TestBounds(t *testing.T) {
	for name, src := range map[string]string{
		jsontree.TooDeep:       strings.Repeat("[", jsontree.MaxDepth+1),
		jsontree.TooManyValues: "[" + strings.Repeat("0,", jsontree.MaxNodes),
	} {
		if _, errs, _ := jsontree.Read(src, limit); len(errs.List) != 1 || errs.List[0].ID != name {
			t.Errorf("%s: %v", name, errs.List)
		}
	}
	deepest := strings.Repeat("[", jsontree.MaxDepth) + strings.Repeat("]", jsontree.MaxDepth)
	if _, errs, _ := jsontree.Read(deepest, limit); len(errs.List) > 0 {
		t.Errorf("the deepest text: %v", errs.List)
	}
}

// FuzzRead holds that what has no errors is JSON to encoding/json, and that JSON
// within the bounds has no errors.
func FuzzRead(f *testing.F) {
	for _, src := range []string{"", "null", `{"a":[true,false,-1.5e+3,"\u00e9\/\ud83d\ude00"],"b":{}}`, "[1,]", `{a:'b'}`, "// c\n{}",
		"[01]", "\ufeff{}", "[\"\x01\xff\"]", `["\ud800"]`, "{} {}", strings.Repeat("[", 40)} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		root, errs, _ := jsontree.Read(src, limit)
		valid := json.Valid([]byte(src))
		if len(errs.List) == 0 && !valid {
			t.Errorf("%q is no JSON, but read as %s", src, write(root))
		}
		if valid && len(errs.List) > 0 && errs.List[0].ID != jsontree.TooDeep && errs.List[0].ID != jsontree.TooManyValues {
			t.Errorf("%q is JSON: %v", src, errs.List)
		}
	})
}
