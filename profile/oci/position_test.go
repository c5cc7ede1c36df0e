package oci

import "testing"

func TestPlaces(t *testing.T) {
	const doc = `{
 "defaultAction": "SCMP_ACT_LOG",
 "SYSCALLS": [
  {"names": ["read",
    "write"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
  {"name": "close", "action": "SCMP_ACT_ALLOW", "action": "SCMP_ACT_LOG"}
 ]}`
	d, err := Parse([]byte(doc), ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	first, second := &d.Syscalls[0], &d.Syscalls[1]
	tests := []struct {
		name      string
		o         origin
		line, col int
		pointer   string
	}{
		{"document", d.origin, 1, 1, ""},
		{"default action", d.origin.at("defaultAction"), 2, 19, "/defaultAction"},
		{"entry", d.entryOrigin(0), 4, 3, "/SYSCALLS/0"},
		{"name", first.nameOrigin(first.origin, 1), 5, 5, "/SYSCALLS/0/names/1"},
		{"single name", second.nameOrigin(second.origin, 0), 6, 12, "/SYSCALLS/1/name"},
		{"argument", first.Args[0].origin, 5, 52, "/SYSCALLS/0/args/0"},
		{"argument by path", first.origin.at("args/0/value"), 5, 74, "/SYSCALLS/0/args/0/value"},
		{"the last of two", second.origin.at("action"), 6, 59, "/SYSCALLS/1/action"},
		{"what is missing", first.origin.at("includes/caps/0"), 4, 3, "/SYSCALLS/0"},
		{"an element that is missing", first.origin.at("names/2"), 4, 13, "/SYSCALLS/0/names"},
		{"no index", first.origin.at("names/x"), 4, 13, "/SYSCALLS/0/names"},
		{"part of a string", first.origin.at("action/x"), 5, 25, "/SYSCALLS/0/action"},
		{"no document", origin{}.at("syscalls/1").at("names/2"), 0, 0, "/syscalls/1/names/2"},
	}
	for _, tt := range tests {
		f := tt.o.finding("id", "text", "suggestion")
		want := Finding{ID: "id", Text: "text", Suggestion: "suggestion", Line: tt.line, Column: tt.col, Pointer: tt.pointer}
		if f != want {
			t.Errorf("%s: got %+v, want %+v", tt.name, f, want)
		}
	}
	made := &Document{Syscalls: []Entry{{Names: []string{"read"}}}}
	if f := made.Syscalls[0].nameOrigin(made.entryOrigin(0), 0).finding("", "", ""); f.Pointer != "/syscalls/0/names/0" {
		t.Errorf("a document made by hand has the place %q", f.Pointer)
	}
}
