package arch_test

import (
	"testing"

	"github.com/portcullis-go/portcullis/arch"
)

// FuzzParse checks that an accepted spelling has a text with the same meaning, and
// that a suggestion is accepted.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"x86_64", "SCMP_ARCH_S390X", "scmp_arch_", "amd65", "", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := arch.Parse(s)
		if err == nil {
			checkParse(t, a.String(), a)
			checkParse(t, a.OCI(), a)
		} else if near := err.(*arch.ParseError).Nearest; near != "" {
			if _, err := arch.Parse(near); err != nil {
				t.Errorf("Parse(%q) suggests %q: %v", s, near, err)
			}
		}
	})
}
