package jsontree_test

import (
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/internal/jsontree"
)

const limit = 100

// read returns the tree of a text without mistakes.
func read(t *testing.T, src string) *jsontree.Node {
	t.Helper()
	root, errs, notes := jsontree.Read(src, limit)
	if len(errs.List)+len(notes.List) > 0 {
		t.Fatalf("%s: %v, %v", src, errs.List, notes.List)
	}
	return root
}

func TestPositions(t *testing.T) {
	root := read(t, "{\n \"a\": [1,\n  {\"b~/\": \"x\"}],\n \"A\": null}")
	tests := []struct {
		n                                *jsontree.Node
		kind                             jsontree.Kind
		line, column, keyLine, keyColumn int32
		pointer                          string
	}{
		{root, jsontree.Object, 1, 1, 0, 0, ""},
		{&root.Kids[0], jsontree.Array, 2, 7, 2, 2, "/a"},
		{&root.Kids[0].Kids[0], jsontree.Number, 2, 8, 0, 0, "/a/0"},
		{root.Kids[0].Child("1"), jsontree.Object, 3, 3, 0, 0, "/a/1"},
		{root.Kids[0].Child("1").Child("B~/"), jsontree.String, 3, 11, 3, 4, "/a/1/b~0~1"},
		{root.Child("a"), jsontree.Null, 4, 7, 4, 2, "/A"}, // the last one counts
	}
	for _, tt := range tests {
		if n := tt.n; n.Kind != tt.kind || n.Line != tt.line || n.Column != tt.column || n.KeyLine != tt.keyLine ||
			n.KeyColumn != tt.keyColumn || n.Pointer() != tt.pointer {
			t.Errorf("%s: %+v", tt.pointer, *n)
		}
	}
	for _, part := range []string{"2", "-1", "x", ""} {
		if n := root.Kids[0].Child(part); n != nil {
			t.Errorf("element %q is %v", part, n.Pointer())
		}
	}
	if n := root.Child("a").Child("0"); n != nil {
		t.Error("null has a child")
	}
}

func TestZeroNode(t *testing.T) {
	var none *jsontree.Node
	if none.Child("a") != nil || none.Pointer() != "" {
		t.Error("a nil node has a child or a pointer")
	}
	if n := (&jsontree.Node{}); n.Child("a") != nil || n.Pointer() != "" || n.Kind.String() != "null" {
		t.Errorf("the zero node is %v", n)
	}
	if s := jsontree.Kind(99).String(); s != "no JSON" {
		t.Errorf("an unknown kind is %q", s)
	}
}

func TestLongKeyEndsPointer(t *testing.T) {
	key := strings.Repeat("k", jsontree.MaxKey)
	root := read(t, `{"a":{"`+key+`":{"b":0}}}`)
	n := root.Child("a").Child(key).Child("b")
	if got := n.Pointer(); got != "/a" {
		t.Errorf("pointer %.40q", got)
	}
}
