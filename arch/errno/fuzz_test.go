package errno_test

import (
	"testing"

	"github.com/portcullis-go/portcullis/arch/errno"
)

// FuzzParse holds that whatever is accepted has a text that means the same, and
// that whatever an error suggests is accepted.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"EPERM", "ENOTSUP", "65536", "38", "eperm", "", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := errno.Parse(s)
		if err != nil {
			if near := err.(*errno.ParseError).Nearest; near != "" {
				if _, err := errno.Parse(near); err != nil {
					t.Errorf("Parse(%q) suggests %q: %v", s, near, err)
				}
			}
			return
		}
		if back, err := errno.Parse(e.String()); back != e || err != nil {
			t.Errorf("Parse(%q) = %v, back %v, %v", s, e, back, err)
		}
	})
}
