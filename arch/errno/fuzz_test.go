package errno_test

import (
	"testing"

	"github.com/portcullis-go/portcullis/arch/errno"
)

// FuzzParse checks that an accepted text has a String with the same meaning, and that
// a suggestion is accepted.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"EPERM", "ENOTSUP", "65536", "38", "eperm", "", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := errno.Parse(s)
		text := e.String()
		if err != nil {
			text = err.(*errno.ParseError).Nearest
		}
		if text == "" {
			return
		}
		if back, err2 := errno.Parse(text); err2 != nil || err == nil && back != e {
			t.Errorf("Parse(%q) = %v, %v, but Parse(%q) = %v, %v", s, e, err, text, back, err2)
		}
	})
}
