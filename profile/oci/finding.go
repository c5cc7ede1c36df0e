package oci

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/portcullis-go/portcullis/internal/jsontree"
)

// ErrNoSeccomp is returned for a document that asks for no filter at all.
var ErrNoSeccomp = errors.New("oci: the document asks for no seccomp filter")

// Finding is something that a document's author should know: an error, or what
// a runtime silently skips, drops, truncates or misreads. This is the list of
// them all, by ID.
//
// # Errors of reading
//
// [Parse] fails for a text that is no JSON:
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
//
// and for what no runtime takes. Resolving fails for these too, in a document
// that was not read but made:
//
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
// # Notes of reading
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
//
// # Errors of resolving
//
// [Document.Resolve] fails for
//
//	unknown-target          the target's ABI is none
//	foreign-endian          a listed ABI has another byte order than the target's
//	conflicting-rules       two rules for one call that nothing orders
//	too-complex             more work than resolving may take
//	notify-default          SCMP_ACT_NOTIFY as default action; crun: a note
//	notify-write            SCMP_ACT_NOTIFY for write; crun: a note
//	wait-without-notify     WAIT_KILLABLE_RECV without SCMP_ACT_NOTIFY; crun: a note
//
// # Notes of resolving
//
//	arch-refused            a listed ABI that runc doesn't take
//	arch-map-unmatched      an archMap that the dialect's reader doesn't match with the target
//	arch-unmatched          includes or excludes whose ABIs it doesn't match with the target
//	too-many-args           conditions beyond the sixth, at which crun doesn't look
//	equals-default          an entry whose action is the default, which is dropped
//	ignored-rule            a rule that an unconditional one precedes
//	erased-rule             a conditional rule that an unconditional one replaces
//	narrower-rule           a rule that is dropped for one that tests less
//	redundant-rule          a condition beside an unconditional rule of the same action
//	truncated-value         the upper half of a value is lost on an ABI of 32 bits
//	truncated-mask          no bit of a mask is left there
//	mux-argument            conditions on a call that is also made through socketcall or ipc
//	unspecified-order       rules whose order libseccomp doesn't specify; it is ours
//	unspecified-abi         an ABI where more than that is ours
//	hidden-by-enosys        an allowed call that runc's ENOSYS rules take away
//	tsync-ignored           a flag that runc doesn't use
//	no-listener             SCMP_ACT_NOTIFY without a listenerPath
type Finding struct {
	// ID names the kind of finding, such as "unknown-syscall". IDs are stable.
	ID string
	// Line and Column (in bytes) count from 1; they are 0 for a document that
	// was not read from text.
	Line, Column int
	// Pointer is the position as a JSON pointer (RFC 6901).
	Pointer string
	// Text says what is wrong, and Suggestion what was probably meant; it may
	// be empty.
	Text, Suggestion string
}

// Error returns the position, the text and the ID in one line.
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

// Findings is a list of findings in the order of the document. As an error it is
// the errors. The zero value is none.
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

// The IDs of findings, besides those of package jsontree. The comment of
// [Finding] says what each means; a test holds the two together.
const (
	// Errors of reading, and of resolving a document that was made.
	idTooLarge           = "too-large"
	idWrongType          = "wrong-type"
	idBadInteger         = "bad-integer"
	idNullElement        = "null-element"
	idMissingAction      = "missing-action"
	idBadAction          = "bad-action"
	idBadOperator        = "bad-operator"
	idBadArchitecture    = "bad-architecture"
	idBadFlag            = "bad-flag"
	idBadErrno           = "bad-errno"
	idErrnoRange         = "errno-range"
	idBadIndex           = "bad-index"
	idBadKernel          = "bad-kernel"
	idEmptyName          = "empty-name"
	idNULInName          = "nul-in-name"
	idNameAndNames       = "name-and-names"
	idArchitecturesTwice = "architectures-twice"

	// Notes of reading.
	idTooManyFindings       = "too-many-findings"
	idUnknownKey            = "unknown-key"
	idIgnoredKey            = "ignored-key"
	idKeyCase               = "key-case"
	idDuplicateKey          = "duplicate-key"
	idMissingKey            = "missing-key"
	idNotAProfile           = "not-a-profile"
	idUnknownSyscall        = "unknown-syscall"
	idNoNames               = "no-names"
	idUnknownCapability     = "unknown-capability"
	idUnknownArchitecture   = "unknown-architecture"
	idArchSpelling          = "arch-spelling"
	idDuplicateArchitecture = "duplicate-architecture"
	idEmptyKernel           = "empty-kernel"
	idEmptyFlags            = "empty-flags"
	idErrnoTruncated        = "errno-truncated"
	idErrnoIgnored          = "errno-ignored"
	idErrnoConflict         = "errno-conflict"
	idRepeatedIndex         = "repeated-index"
	idAlwaysTrue            = "always-true"
	idMaskedBits            = "masked-bits"
	idValueTwoIgnored       = "value-two-ignored"
	idListenerMetadata      = "listener-metadata"

	// Errors of resolving.
	idUnknownTarget = "unknown-target"
	idForeignEndian = "foreign-endian"
	idConflict      = "conflicting-rules"
	idTooComplex    = "too-complex"
	idNotifyDefault = "notify-default"
	idNotifyWrite   = "notify-write"
	idWaitKillable  = "wait-without-notify"

	// Notes of resolving.
	idArchRefused      = "arch-refused"
	idArchMapUnmatched = "arch-map-unmatched"
	idArchUnmatched    = "arch-unmatched"
	idTooManyArgs      = "too-many-args"
	idEqualDefault     = "equals-default"
	idIgnoredRule      = "ignored-rule"
	idErasedRule       = "erased-rule"
	idNarrowerRule     = "narrower-rule"
	idRedundantRule    = "redundant-rule"
	idTruncatedValue   = "truncated-value"
	idTruncatedMask    = "truncated-mask"
	idMuxArgument      = "mux-argument"
	idUnspecifiedOrder = "unspecified-order"
	idUnspecifiedABI   = "unspecified-abi"
	idHiddenByENOSYS   = "hidden-by-enosys"
	idTSyncIgnored     = "tsync-ignored"
	idNoListener       = "no-listener"
)

// maxReported is how many errors, and how many notes, of a document are reported
// one by one. A hostile document could have millions.
const maxReported = 100

// report gathers what is wrong with a document: errors are what a runtime
// rejects, notes what it reads differently than written.
type report struct{ errors, notes findingList }

// findingList is the first findings of a kind, and how many more there are.
type findingList struct {
	list Findings
	more int
}

func (r *report) fail(at position, id, format string, args ...any) {
	r.errors.add(at, id, nil, format, args...)
}

func (r *report) note(at position, id, format string, args ...any) {
	r.notes.add(at, id, nil, format, args...)
}

// failed reports whether there are errors.
func (r *report) failed() bool { return len(r.errors.list)+r.errors.more > 0 }

// add adds a finding. The suggestion is only looked for, and the text only
// written, if the list still has room: a nearest name takes a while to find.
func (l *findingList) add(at position, id string, suggestion func() string, format string, args ...any) {
	if len(l.list) >= maxReported {
		l.more++
		return
	}
	f := at.finding()
	f.ID, f.Text = id, fmt.Sprintf(format, args...)
	if suggestion != nil {
		f.Suggestion = suggestion()
	}
	l.list = append(l.list, f)
}

// addMistakes adds what is wrong with the JSON of a document.
func (l *findingList) addMistakes(ms jsontree.Mistakes) {
	for _, m := range ms.List {
		l.list = append(l.list, Finding{ID: m.ID, Line: m.Line, Column: m.Column, Pointer: m.Pointer, Text: m.Text, Suggestion: m.Suggestion})
	}
	l.more += ms.More
}

// merge returns the lists as one, in the order of the document, with how many
// findings were left out.
func merge(lists ...findingList) Findings {
	var all Findings
	more := 0
	for _, l := range lists {
		all = append(all, l.list...)
		more += l.more
	}
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(a.Line-b.Line, a.Column-b.Column)
	})
	if more > 0 {
		all = append(all, Finding{ID: idTooManyFindings, Text: fmt.Sprintf("and %d more like these", more)})
	}
	return all
}
