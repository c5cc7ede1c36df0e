package profile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
)

// Validate reports what is wrong with p apart from its names and numbers,
// which only a target decides: every error is a [*RuleError] or about the
// profile as a whole, and all are joined.
//
// Any action may be Default or BadArch. Notify is legal for both, as it is for
// the kernel; the supervisor must then not itself need a call that it decides.
func (p Profile) Validate() error {
	return p.validate()
}

// validate has a pointer, so that a profile isn't copied once more.
func (p *Profile) validate() error {
	var errs []error
	for _, part := range [...]struct {
		what string
		err  error
	}{
		{"default action", p.Default.validate()},
		{"bad-ABI action", p.BadArch.validate()},
		{"ABIs", validateArches(p.Arches)},
	} {
		if part.err != nil {
			errs = append(errs, fmt.Errorf("profile: %s: %w", part.what, part.err))
		}
	}
	for _, f := range p.Flags {
		if !f.known() {
			errs = append(errs, errors.New("profile: unknown flag "+quote(string(f))))
		}
	}
	for i := range p.Rules {
		errs = p.Rules[i].validate(i, errs)
	}
	return errors.Join(errs...)
}

// ruleCheck collects what is wrong with a rule.
type ruleCheck struct {
	*Rule
	i    int
	errs []error
}

// add isn't inlined, to keep programs small.
//
//go:noinline
func (r *ruleCheck) add(err error) {
	if err != nil {
		r.errs = append(r.errs, &RuleError{Rule: r.i, Comment: r.Comment, Err: err})
	}
}

// validate appends what is wrong with rule i.
func (r *Rule) validate(i int, errs []error) []error {
	c := ruleCheck{r, i, errs}
	if len(r.Syscalls) == 0 && len(r.Numbers) == 0 {
		c.add(errors.New("it names no system call"))
	}
	for _, name := range r.Syscalls {
		if name == "" {
			c.add(errors.New("a name is empty"))
		} else if strings.IndexByte(name, 0) >= 0 {
			c.add(errors.New("the name " + quote(name) + " has a NUL"))
		}
	}
	for _, n := range r.Numbers {
		if n.First > n.Last {
			c.add(fmt.Errorf("the numbers %d to %d are in the wrong order", n.First, n.Last))
		}
	}
	c.add(validateArches(r.Arches))
	if r.If != nil {
		parts := maxCondParts
		c.add(validateCond(r.If, 0, &parts))
	}
	c.add(r.Action.validate())
	return c.errs
}

func (a Action) validate() error {
	if a.kind != KindErrno {
		return nil
	}
	if _, err := a.errno.MarshalText(); err != nil {
		return err
	}
	if a.errno > maxErrno && a.errno < 1<<16 {
		return fmt.Errorf("error numbers end at %d: %v", maxErrno, a)
	}
	return nil
}

func validateArches(arches []arch.Arch) error {
	var seen uint64
	for _, a := range arches {
		if !a.Valid() {
			return fmt.Errorf("%d is no ABI", uint8(a))
		}
		if seen>>a&1 != 0 {
			return fmt.Errorf("%v is listed twice", a)
		}
		seen |= 1 << a
	}
	return nil
}

// validateCond returns the first thing wrong with c. *parts is how many more
// parts it may have.
func validateCond(c Cond, depth int, parts *int) error {
	if *parts--; *parts < 0 {
		return fmt.Errorf("its condition has more than %d parts", maxCondParts)
	}
	if depth > maxCondDepth {
		return fmt.Errorf("its condition is nested more than %d deep", maxCondDepth)
	}
	var kids []Cond
	switch c := c.(type) {
	case Test:
		return c.validate()
	case And:
		kids = c
	case Or:
		kids = c
	case Not:
		return validateCond(c.Cond, depth+1, parts)
	case nil:
		return errors.New("a part of its condition is nil")
	default: // a type that embeds one of ours
		return fmt.Errorf("its condition has a part of the foreign type %T", c)
	}
	for _, kid := range kids {
		if err := validateCond(kid, depth+1, parts); err != nil {
			return err
		}
	}
	return nil
}

func (t Test) validate() error {
	switch {
	case t.Field == badField:
		return errors.New("a test is of an argument other than 0 to 5")
	case t.Field > IP:
		return fmt.Errorf("a test is of the unknown field %d", t.Field)
	case t.Width >= widthCount:
		return fmt.Errorf("a test of %v has the unknown width %d", t.field(), t.Width)
	case t.Op >= opCount:
		return fmt.Errorf("a test of %v has the unknown operator %d", t.field(), t.Op)
	}
	return nil
}

// field names what t looks at.
func (t Test) field() string {
	var w condWriter
	w.operand(Test{Field: t.Field})
	return string(w.text)
}

// RuleError reports a rule of a profile.
type RuleError struct {
	Rule    int    // index into Profile.Rules
	Comment string // of the rule
	Err     error  // what is wrong with it
}

// Error returns the rule's index, its comment and what is wrong.
func (e *RuleError) Error() string {
	if e.Comment != "" {
		return fmt.Sprintf("profile: rule %d (%s): %v", e.Rule, e.Comment, e.Err)
	}
	return fmt.Sprintf("profile: rule %d: %v", e.Rule, e.Err)
}

// Unwrap returns Err.
func (e *RuleError) Unwrap() error { return e.Err }
