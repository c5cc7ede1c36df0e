package profile

import "fmt"

// Validate reports what is wrong with p apart from its names and numbers,
// which only a target decides: every error is a [*RuleError] or about the
// profile as a whole, and all are joined.
func (p Profile) Validate() error { panic("todo") }

// RuleError reports a rule of a profile.
type RuleError struct {
	Rule    int    // index into Profile.Rules
	Comment string // of the rule
	Err     error
}

func (e *RuleError) Error() string {
	if e.Comment != "" {
		return fmt.Sprintf("profile: rule %d (%s): %v", e.Rule, e.Comment, e.Err)
	}
	return fmt.Sprintf("profile: rule %d: %v", e.Rule, e.Err)
}

func (e *RuleError) Unwrap() error { return e.Err }
