package arch_test

import (
	"testing"

	"github.com/portcullis-go/portcullis/arch"
)

// FuzzParse holds that whatever is accepted has a text that means the same, and
// that whatever an error suggests is accepted.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"x86_64", "SCMP_ARCH_S390X", "scmp_arch_", "amd65", "", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := arch.Parse(s)
		if err != nil {
			if near := err.(*arch.ParseError).Nearest; near != "" {
				if _, err := arch.Parse(near); err != nil {
					t.Errorf("Parse(%q) suggests %q: %v", s, near, err)
				}
			}
			return
		}
		for _, text := range []string{a.String(), a.OCI()} {
			if back, err := arch.Parse(text); back != a || err != nil {
				t.Errorf("Parse(%q) = %v, Parse(%q) = %v, %v", s, a, text, back, err)
			}
		}
	})
}
