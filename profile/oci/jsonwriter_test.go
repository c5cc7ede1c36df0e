package oci

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"
)

// TestJSONWriter puts the writer beside package encoding/json.
func TestJSONWriter(t *testing.T) {
	all := []string{"", "a", `"`, `\`, `\"`, `a\\`, "\xff", "\xf0\x9f\x98", "\uFFFD", "😀", "\x7f", "{[:,]}", `\\":{`}
	for r := range rune(0x2100) {
		all = append(all, "x"+string(r)+"y")
	}
	g := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		b := make([]byte, g.IntN(12))
		for i := range b {
			b[i] = byte(g.Uint32())
			if g.IntN(3) == 0 {
				b[i] = `"\<&{[,:`[g.IntN(8)]
			}
		}
		all = append(all, string(b))
	}
	check := func(value any, got []byte) {
		t.Helper()
		want, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("got %s, want %s", got, want)
		}
		var indented bytes.Buffer
		if err := json.Indent(&indented, want, "", "\t"); err != nil {
			t.Fatal(err)
		}
		if got := indentJSON(got); !bytes.Equal(got, indented.Bytes()) {
			t.Fatalf("got %s, want %s", got, &indented)
		}
	}
	for _, s := range all {
		var w jsonWriter
		w.string(s)
		check(s, w.b)
	}
	var w jsonWriter
	w.open('{')
	w.key("all")
	w.list(all)
	w.key("none")
	w.list(nil)
	w.optional("left", "")
	w.optionalList("out", nil)
	w.optionalNumber("too", nil)
	w.key("sub")
	w.open('{')
	w.close('}')
	n := uint16(7)
	w.optionalNumber("z", &n)
	w.close('}')
	type members struct {
		All  []string `json:"all"`
		None []string `json:"none"`
		Sub  struct{} `json:"sub"`
		Z    int      `json:"z"`
	}
	check(members{All: all, None: []string{}, Z: 7}, w.b)
}
