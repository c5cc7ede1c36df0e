package oci

import (
	"fmt"
	"slices"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
)

// The IDs of findings of resolving, besides those of reading that also apply.
// The comment of Document.Profile says what they mean.
const (
	resolveUnknownTarget = "unknown-target"
	resolveForeignEndian = "foreign-endian"
	resolveConflict      = "conflicting-rules"
	resolveTooComplex    = "too-complex"
	resolveNotifyDefault = "notify-default"
	resolveNotifyWrite   = "notify-write"
	resolveWaitKillable  = "wait-without-notify"

	resolveArchRefused      = "arch-refused"
	resolveArchMapUnmatched = "arch-map-unmatched"
	resolveArchUnmatched    = "arch-unmatched"
	resolveTooManyArgs      = "too-many-args"
	resolveEqualDefault     = "equals-default"
	resolveIgnoredRule      = "ignored-rule"
	resolveErasedRule       = "erased-rule"
	resolveNarrowerRule     = "narrower-rule"
	resolveRedundantRule    = "redundant-rule"
	resolveTruncatedValue   = "truncated-value"
	resolveTruncatedMask    = "truncated-mask"
	resolveMuxArgument      = "mux-argument"
	resolveUnspecifiedOrder = "unspecified-order"
	resolveUnspecifiedABI   = "unspecified-abi"
	resolveHiddenByENOSYS   = "hidden-by-enosys"
	resolveTSyncIgnored     = "tsync-ignored"
	resolveNoListener       = "no-listener"
)

// maxRemarks is how many remarks are kept; it is above the number of findings
// that are told. It is also the limit of names in one.
const maxRemarks = 256

// remark is a finding or a conflict about a rule, perhaps with another one. It
// may hold for several names and on several ABIs and is said once.
type remark struct {
	remarkKey
	names []string
	abis  []arch.Arch
}

// remarkKey is what a remark is about: the rules are indexes of resolver.rules,
// and other is -1 where there is none.
type remarkKey struct {
	id          string
	rule, other int
}

// remark says id about rule and other, for a name on an ABI.
func (r *resolver) remark(id string, rule, other int, name string, on arch.Arch) {
	key := remarkKey{id, rule, other}
	i, ok := r.remarkAt[key]
	if !ok {
		if len(r.remarks) >= maxRemarks { // the rest is counted, not told
			if id == resolveConflict {
				r.errs.more++
			} else {
				r.notes.more++
			}
			return
		}
		if r.remarkAt == nil {
			r.remarkAt = make(map[remarkKey]int)
		}
		i = len(r.remarks)
		r.remarkAt[key] = i
		r.remarks = append(r.remarks, remark{remarkKey: key})
	}
	m := &r.remarks[i]
	if len(m.names) <= maxRemarks && !slices.Contains(m.names, name) {
		m.names = append(m.names, name)
	}
	if !slices.Contains(m.abis, on) {
		m.abis = append(m.abis, on)
	}
}

// finish turns the remarks into findings and errors.
func (r *resolver) finish() {
	for i := range r.remarks {
		r.finishRemark(&r.remarks[i])
	}
}

// finishRemark makes a finding of m, or an error of a conflict.
func (r *resolver) finishRemark(m *remark) {
	f := &r.rules[m.rule]
	var of, other string
	if m.other >= 0 {
		o := &r.rules[m.other]
		other = fmt.Sprintf("%v of %s", o.action, placeText(o.origin))
	}
	of = listNames(m.names)
	if len(m.abis) < len(r.arches) {
		on := make([]string, len(m.abis))
		for i, a := range m.abis {
			on[i] = a.String()
		}
		of += " on " + strings.Join(on, ", ")
	}
	at := f.origin
	switch m.id {
	case resolveConflict:
		r.errs.add(at, m.id, nil, "nothing orders the rules %v and %s for %s", f.action, other, of)
	case resolveIgnoredRule:
		r.notes.add(at, m.id, nil, "%v has no effect on %s: the unconditional rule %s comes first", f.action, of, other)
	case resolveErasedRule:
		r.notes.add(at, m.id, nil, "%v has no effect on %s: the unconditional rule %s takes its place", f.action, of, other)
	case resolveNarrowerRule:
		r.notes.add(at, m.id, nil, "%v has no effect on %s: the rule %s tests less and has these calls", f.action, of, other)
	case resolveRedundantRule:
		r.notes.add(at, m.id, nil, "the condition has no effect on %s: the unconditional rule %s has the same action", of, other)
	case resolveTruncatedValue:
		r.notes.add(at, m.id, nil, "only the low 32 bits of a value are compared, for %s", of)
	case resolveTruncatedMask:
		r.notes.add(at, m.id, nil, "a mask has no low bits and its condition always holds, for %s", of)
	case resolveMuxArgument:
		r.notes.add(at, m.id, nil, "the arguments of %s made through socketcall or ipc can't be compared: what is compared are the arguments of socketcall or ipc, except the first", of)
	case resolveUnspecifiedOrder:
		r.notes.add(at, m.id, nil, "in which order libseccomp tries the rules for %s is not specified there; this is ours: conditions on later arguments first, then equality, upper bounds, lower bounds", of)
	}
}

// placeText names the place of an entry in a text.
func placeText(at origin) string {
	f := at.finding("", "", "")
	if f.Line == 0 {
		return f.Pointer
	}
	return fmt.Sprintf("line %d (%s)", f.Line, f.Pointer)
}

// listNames joins names for a text, the first few of them.
func listNames(names []string) string {
	const most = 8
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
