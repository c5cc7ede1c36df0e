package profile

import (
	"errors"
	"strconv"
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
	errs = appendError(errs, wrap("profile: default action: ", p.Default.validate()))
	errs = appendError(errs, wrap("profile: bad-ABI action: ", p.BadArch.validate()))
	errs = appendError(errs, wrap("profile: ABIs: ", validateArches(p.Arches)))
	for _, f := range p.Flags {
		if !f.known() {
			errs = appendError(errs, newError("profile: unknown flag "+quote(string(f))))
		}
	}
	for i := range p.Rules {
		errs = p.Rules[i].validate(i, errs)
	}
	return errors.Join(errs...)
}

// appendError appends err unless it is nil.
func appendError(errs []error, err error) []error {
	if err == nil {
		return errs
	}
	return append(errs, err)
}

// ruleCheck collects what is wrong with a rule.
type ruleCheck struct {
	rule *Rule
	i    int
	errs []error
}

// add isn't inlined, which saves programs almost two kilobytes.
//
//go:noinline
func (r *ruleCheck) add(err error) {
	if err != nil {
		r.errs = append(r.errs, &RuleError{Rule: r.i, Comment: r.rule.Comment, Err: err})
	}
}

// validate appends what is wrong with rule i.
func (r *Rule) validate(i int, errs []error) []error {
	c := ruleCheck{r, i, errs}
	if len(r.Syscalls) == 0 && len(r.Numbers) == 0 {
		c.add(newError("it names no system call"))
	}
	for _, name := range r.Syscalls {
		if name == "" {
			c.add(newError("a name is empty"))
		} else if strings.IndexByte(name, 0) >= 0 {
			c.add(newError("the name " + quote(name) + " has a NUL"))
		}
	}
	for _, n := range r.Numbers {
		if n.First > n.Last {
			c.add(newError("the numbers " + decimal(n.First) + " to " + decimal(n.Last) + " are in the wrong order"))
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
		return newError("error numbers end at " + decimal(maxErrno) + ": " + a.String())
	}
	return nil
}

func validateArches(arches []arch.Arch) error {
	var seen uint64
	for _, a := range arches {
		if !a.Valid() {
			return newError(decimal(uint32(a)) + " is no ABI")
		}
		if seen>>a&1 != 0 {
			return newError(a.String() + " is listed twice")
		}
		seen |= 1 << a
	}
	return nil
}

// validateCond returns the first thing wrong with c. *parts is how many more
// parts it may have.
func validateCond(c Cond, depth int, parts *int) error {
	if *parts--; *parts < 0 {
		return newError("its condition has more than " + decimal(maxCondParts) + " parts")
	}
	if depth > maxCondDepth {
		return newError("its condition is nested more than " + decimal(maxCondDepth) + " deep")
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
		return newError("a part of its condition is nil")
	default: // a type that embeds one of ours
		return newError("its condition has a part of a foreign type")
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
		return newError("a test is of an argument other than 0 to 5")
	case t.Field > IP:
		return newError("a test is of the unknown field " + decimal(uint32(t.Field)))
	case t.Width >= widthCount:
		return newError("a test of " + t.field() + " has the unknown width " + decimal(uint32(t.Width)))
	case t.Op >= opCount:
		return newError("a test of " + t.field() + " has the unknown operator " + decimal(uint32(t.Op)))
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
	s := "profile: rule " + strconv.Itoa(e.Rule)
	if e.Comment != "" {
		s += " (" + e.Comment + ")"
	}
	if e.Err == nil {
		return s
	}
	return s + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *RuleError) Unwrap() error { return e.Err }

// The errors of what every program links are made without fmt.Errorf, which is a
// good part of the size of a small program. Inlining this one would add two kilobytes.
//
//go:noinline
func newError(text string) error { return errors.New(text) }

// wrapped is an error with something before its text.
type wrapped struct {
	before string
	err    error
}

func (e *wrapped) Error() string { return e.before + e.err.Error() }
func (e *wrapped) Unwrap() error { return e.err }

// wrap returns nil for a nil err.
func wrap(before string, err error) error {
	if err == nil {
		return nil
	}
	return &wrapped{before, err}
}

func decimal(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

// quote returns s in quotes for a message, cut where it is too long for one.
func quote(s string) string {
	if len(s) > 64 {
		return strconv.Quote(s[:64]) + "..."
	}
	return strconv.Quote(s)
}
