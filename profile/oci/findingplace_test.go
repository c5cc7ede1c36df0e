package oci

import "testing"

func TestPositions(t *testing.T) {
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
		p         position
		line, col int
		pointer   string
	}{
		{"document", d.position, 1, 1, ""},
		{"default action", d.position.at("defaultAction"), 2, 19, "/defaultAction"},
		{"entry", d.entryPosition(0), 4, 3, "/SYSCALLS/0"},
		{"name", first.namePosition(first.position, 1), 5, 5, "/SYSCALLS/0/names/1"},
		{"single name", second.namePosition(second.position, 0), 6, 12, "/SYSCALLS/1/name"},
		{"argument", first.position.at("args/0"), 5, 52, "/SYSCALLS/0/args/0"},
		{"part of an argument", first.position.at("args/0/value"), 5, 74, "/SYSCALLS/0/args/0/value"},
		{"the last of two", second.position.at("action"), 6, 59, "/SYSCALLS/1/action"},
		{"what is missing", first.position.at("includes/caps/0"), 4, 3, "/SYSCALLS/0"},
		{"an element that is missing", first.position.at("names/2"), 4, 13, "/SYSCALLS/0/names"},
		{"no index", first.position.at("names/x"), 4, 13, "/SYSCALLS/0/names"},
		{"part of a string", first.position.at("action/x"), 5, 25, "/SYSCALLS/0/action"},
		{"no document", position{}.at("syscalls/1").at("names/2"), 0, 0, "/syscalls/1/names/2"},
	}
	for _, tt := range tests {
		f := tt.p.finding()
		want := Finding{Line: tt.line, Column: tt.col, Pointer: tt.pointer}
		if f != want {
			t.Errorf("%s: got %+v, want %+v", tt.name, f, want)
		}
	}
	made := &Document{Syscalls: []Entry{{Names: []string{"read"}}}}
	if f := made.Syscalls[0].namePosition(made.entryPosition(0), 0).finding(); f.Pointer != "/syscalls/0/names/0" {
		t.Errorf("a document made by hand has the position %q", f.Pointer)
	}
}
