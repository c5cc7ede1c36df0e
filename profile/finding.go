package profile

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNoSeccomp is returned for a document that asks for no filter at all.
var ErrNoSeccomp = errors.New("profile: the document asks for no seccomp filter")

// Finding is something that a document's author should know: an error, or what
// a runtime would silently skip, drop, truncate or misread.
type Finding struct {
	// ID names the kind of finding, such as "unknown-syscall". IDs are stable.
	ID string
	// Line and Column (in bytes) count from 1; they are 0 for a document that
	// was not read from text.
	Line, Column int
	// Pointer is the place as a JSON pointer (RFC 6901).
	Pointer string
	// Text says what is wrong, and Suggestion what was probably meant; it may
	// be empty.
	Text, Suggestion string
}

// Error returns the place and the text in one line.
func (f Finding) Error() string {
	var b strings.Builder
	if f.Line > 0 {
		fmt.Fprintf(&b, "%d:%d: ", f.Line, f.Column)
	}
	if f.Pointer != "" {
		fmt.Fprintf(&b, "%s: ", f.Pointer)
	}
	b.WriteString(f.Text)
	if f.Suggestion != "" {
		fmt.Fprintf(&b, " (did you mean %q?)", f.Suggestion)
	}
	fmt.Fprintf(&b, " [%s]", f.ID)
	return b.String()
}

// Findings is a list of findings, by place. As an error it is the errors.
type Findings []Finding

// Error returns the findings, one a line.
func (fs Findings) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the findings one by one, for errors.As.
func (fs Findings) Unwrap() []error {
	errs := make([]error, len(fs))
	for i, f := range fs {
		errs[i] = f
	}
	return errs
}
