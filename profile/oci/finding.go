package oci

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNoSeccomp is returned for a document that asks for no filter at all.
var ErrNoSeccomp = errors.New("profile: the document asks for no seccomp filter")

// Finding is something that a document's author should know: an error, or what
// a runtime would silently skip, drop, truncate or misread.
//
// These are the IDs of what [Parse] finds. It fails for
//
//	too-large               the document has more than MaxDocument bytes
//	too-deep                objects and arrays are nested more than 32 deep
//	too-many-values         the document has more than 131072 values
//	syntax                  something stands where it can't
//	truncated               the document ends in the middle
//	trailing-data           something follows the end of the document
//	byte-order-mark         the document begins with U+FEFF
//	comment                 JSON has neither // nor /* */
//	trailing-comma          a comma before ] or }
//	stray-comma             a comma that follows nothing
//	missing-comma           two values without a comma between them
//	single-quotes           strings stand in double quotes
//	unquoted-key            so do keys
//	control-character       in a string, such as a tab or the end of the line
//	bad-escape              in a string, such as \x
//	bad-number              such as 0x10, +1 or 007
//	bad-literal             such as NaN, True or a string without its quotes
//	wrong-type              such as a string where a number is meant
//	bad-integer             -1, 1e3, 1.0, or a number above 64 bits
//	null-element            null in a list
//	missing-action          of an entry, or defaultAction
//	bad-action              an action that no runtime knows
//	bad-operator            an op that no runtime knows, or none
//	bad-architecture        no SCMP_ARCH_ name
//	bad-flag                a flag that no runtime knows
//	bad-errno               an error name that no ABI has
//	errno-range             an error number that runtimes refuse: 4095 and above
//	bad-index               an argument index above 5
//	bad-kernel              a minKernel that isn't like 4.8
//	empty-name              "" as the name of a system call
//	nul-in-name             U+0000 in the name of a system call
//	name-and-names          both in one entry
//	architectures-twice     both architectures and archMap
//
// and notes
//
//	too-many-findings       how many more there are than the first hundred
//	invalid-utf8            bytes that are read as U+FFFD
//	lone-surrogate          half of a \u pair, which is read as U+FFFD
//	unknown-key             a key that no dialect has; it is ignored
//	ignored-key             a key that the document's dialect ignores
//	key-case                a key that differs in case from the right one
//	duplicate-key           the last one counts; objects and lists of objects merge
//	missing-key             an index or value that is read as 0, or a missing ABI
//	not-a-profile           none of the keys is one of a profile
//	unknown-syscall         a name that no ABI has; it is ignored
//	no-names                an entry without names; it is ignored
//	unknown-capability      a name that no process can have
//	unknown-architecture    a name that no ABI has; it never matches
//	arch-spelling           an ABI's name of which a runtime knows another spelling
//	duplicate-architecture  an ABI listed again; it is ignored
//	empty-kernel            a minKernel "", which every kernel reaches
//	empty-flags             a flags [] that Docker and Podman pass on as no flags key
//	errno-truncated         an error number above 65535; the low 16 bits count
//	errno-ignored           an error number besides an action that has none
//	errno-conflict          an errnoRet that differs from the errno, which counts
//	repeated-index          conditions become alternatives when an index repeats
//	always-true             a condition whose mask is 0
//	masked-bits             bits of a valueTwo that the mask ignores
//	value-two-ignored       a valueTwo besides an operator that has none
//	listener-metadata       metadata without a listenerPath
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
