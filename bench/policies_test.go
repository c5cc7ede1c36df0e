package bench

import (
	"testing"

	"github.com/portcullis-go/portcullis/profile"
)

// TestPolicies checks that rules never conflict, that arguments can match each of
// them, and that policies are what their descriptions say.
func TestPolicies(t *testing.T) {
	policies, err := Policies()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range policies {
		verdicts := make(map[string]profile.Action)
		conditional := make(map[string]bool)
		for _, r := range p.Rules {
			for _, name := range r.Calls {
				if v, ok := verdicts[name]; ok && (v != r.Action || !conditional[name] || len(r.If) == 0) {
					t.Errorf("%s: rules for %s conflict", p.Name, name)
				}
				verdicts[name] = r.Action
				if len(r.If) > 0 {
					conditional[name] = true
				}
			}
			if args := r.matchingArgs(); !r.holds(&args) {
				t.Errorf("%s: %v: %#x don't match %v", p.Name, r.Calls, args, r.If)
			}
		}
		want := map[string][2]int{"denylist": {20, 0}, "denylist2": {20, 0}, "argheavy": {60, 26}, "errno380": {380, 380}}
		if w, ok := want[p.Name]; ok && w != [2]int{len(verdicts), len(conditional)} {
			t.Errorf("%s: %d calls, %d of them with conditions; want %d", p.Name, len(verdicts), len(conditional), w)
		}
	}
}
