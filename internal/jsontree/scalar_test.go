package jsontree_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/internal/jsontree"
)

func TestIsNumber(t *testing.T) {
	for _, s := range []string{"0", "-0", "10.25", "1e5", "1E+2", "-2.5e-7", "18446744073709551616",
		"", "-", "+1", "01", ".5", "1.", "1e", "1e+", "0x10", "1_0", "NaN", "1 ", "1.e5", "--1", "1e5e5"} {
		if got, want := jsontree.IsNumber(s), json.Valid([]byte(s)) && strings.TrimSpace(s) == s; got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}

// TestStrings compares what strings are read as with encoding/json.
func TestStrings(t *testing.T) {
	for _, src := range []string{`""`, `"a"`, `"\"\\\/\b\f\n\r\t"`, `"\u0041\u00e9\u20ac"`, `"\ud83d\ude00"`, `"é€😀"`,
		`"\ud83d"`, `"\ud83dx"`, `"\ude00\ud83d"`, "\"\xff\"", "\"a\xc3\""} {
		root, errs, _ := jsontree.Read(src, limit)
		var want string
		if err := json.Unmarshal([]byte(src), &want); err != nil || len(errs.List) > 0 {
			t.Fatalf("%s: %v, %v", src, errs.List, err)
		}
		if root.Kind != jsontree.String || root.Text != want {
			t.Errorf("%s is read as %q, want %q", src, root.Text, want)
		}
	}
}

func TestQuote(t *testing.T) {
	if got := jsontree.Quote("a\"\n"); got != `"a\"\n"` {
		t.Errorf("got %s", got)
	}
	if got := jsontree.Quote(strings.Repeat("a", 1<<20)); len(got) > 80 || !strings.HasSuffix(got, `"...`) {
		t.Errorf("%d bytes: %.80s", len(got), got)
	}
}
