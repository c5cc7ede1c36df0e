package oci

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Target is the machine and the process for which a document is resolved. It is
// given and never looked up, apart from the ABI: the machine that builds a filter
// need not be the one that runs it.
type Target struct {
	// Arch is the ABI of the kernel and of the program that installs the
	// filter; zero is [arch.Native].
	Arch arch.Arch
	// Kernel is the release that minKernel conditions are compared with. The zero
	// value is older than any.
	Kernel syscalls.Release
	// Caps is the process's bounding capability set, spelt like
	// "CAP_SYS_ADMIN"; nil is the empty set.
	Caps []string
}

// Runtime is a container runtime, as far as runtimes differ in what a document
// means.
type Runtime uint8

const (
	// Runc answers numbers above the highest that the document names with
	// ENOSYS, and refuses some documents that crun accepts.
	Runc Runtime = iota
	// Crun does neither.
	Crun
)

// ResolveOptions control how a document is resolved. The zero value is this machine
// with runc, for a process without capabilities.
type ResolveOptions struct {
	// Target decides the conditions of the document.
	Target Target
	// Runtime is the one whose reading of the document is followed.
	Runtime Runtime
	// Strict makes every finding an error.
	Strict bool
}

// Resolve returns what the document means on one machine, as the runtime of o
// would read it: its conditions on capabilities, architecture and kernel are
// decided, and what its rules do to each other becomes an ordered list of which
// the first decides. The findings are those of resolving, see [Finding]; errors
// are [Findings] too.
//
// A document without a default action and without syscalls means "no seccomp":
// the error is [ErrNoSeccomp].
//
// The profile covers the target's own ABI, which comes first whether or not the
// document lists it, and the listed ones. Calls through another ABI kill the
// thread, as in the runtimes. All rules are Direct: what a rule means for
// socketcall(2) and ipc(2) is written out.
//
// # What rules do to each other
//
// A rule whose action equals the default is dropped. Of the rest, for each ABI
// and each number: the first unconditional rule takes the place of the
// conditional rules before it, and later rules are ignored. Conditional rules
// are tried by what they test, not by their order: first those whose lowest
// tested argument has the highest index; on one argument equality before upper
// bounds before lower bounds, the tightest bound first. Two rules that this
// can't order are an error, unless they have the same action. A rule is dropped
// where an earlier one tests less and otherwise the same.
//
// Values are compared with the ABI's long: on an ABI of 32 bits they lose their
// upper half, which is a finding.
//
// That order is libseccomp's for a number that has one conditional rule, or
// whose conditions are all of equality; or whose rules have one condition each
// and, of the comparisons with < and >, one upper half for all values; and for
// some mixtures of these. For other numbers it is not specified there; this is
// ours, and a finding says so.
//
// # Limits
//
// The work is bounded, whatever the document: resolving takes time linear in the
// number of rules, times the number of names and ABIs they are for, and at worst
// quadratic in the number of conditional rules on one call. A document that
// needs more than the work of 2²⁷ comparisons (some ten thousand different
// conditions on one call) is refused.
func (d *Document) Resolve(o ResolveOptions) (profile.Profile, Findings, error) {
	if d == nil || !d.DefaultAction.Set && len(d.Syscalls) == 0 {
		return profile.Profile{}, nil, ErrNoSeccomp
	}
	r := &resolver{doc: d, opts: o, budget: &budget{maxWork}}
	p := r.profile()
	if o.Strict {
		if all := merge(r.report.errors, r.report.notes); len(all) > 0 {
			return profile.Profile{}, nil, all
		}
		return p, nil, nil
	}
	if r.report.failed() {
		return profile.Profile{}, merge(r.report.notes), merge(r.report.errors)
	}
	return p, merge(r.report.notes), nil
}

// maxWork is how many comparisons of two conditions, or steps of the same cost,
// resolving a document may take.
const maxWork = 1 << 27

// The cost of longer steps: looking up a name, making a node.
const (
	workName = 32
	workNode = 64
)

// budget is the work that is left.
type budget struct{ left int }

// spend takes n from the budget and reports whether any is left.
func (b *budget) spend(n int) bool {
	if b.left >= 0 {
		b.left -= n
	}
	return b.left >= 0
}

// resolver is the state of one call of Document.Resolve.
type resolver struct {
	doc    *Document
	opts   ResolveOptions
	native arch.Arch
	arches []arch.Arch // the filter's, native first
	def    profile.Action
	word   uint32 // the value that a filter returns for def, on the native ABI
	rules  []entryRule
	abis   []*abiRules
	notify bool // an action that is not the default is Notify

	budget       *budget
	report       report
	ruleFindings ruleFindings
}

// profile does the work, in the order in which a runtime does it.
func (r *resolver) profile() profile.Profile {
	r.native = r.opts.Target.Arch
	if r.native == 0 {
		r.native = arch.Native()
	}
	if !r.native.Valid() {
		r.report.fail(r.doc.position, idUnknownTarget, "the target's ABI is not known")
		return profile.Profile{}
	}
	r.listArches()
	r.defaultAction()
	kept := r.keptEntries()
	r.entryRules(kept)
	flags := r.flags()
	if r.report.failed() {
		return profile.Profile{}
	}
	for _, a := range r.arches {
		r.abis = append(r.abis, r.rulesOn(a))
	}
	r.reportUnspecified()
	r.writeRuleFindings()
	var rules []profile.Rule
	if r.budget.left >= 0 {
		rules = r.profileRules(r.enosysRules(kept))
	}
	if r.budget.left < 0 {
		r.report.fail(r.doc.position, idTooComplex, "resolving the document takes too much work: it has too many rules, or too many with conditions for one call")
	}
	if r.report.failed() {
		return profile.Profile{}
	}
	return profile.Profile{
		Default:          r.def,
		BadArch:          profile.KillThread(),
		Arches:           slices.Clone(r.arches),
		Rules:            rules,
		Flags:            flags,
		ListenerPath:     r.doc.ListenerPath,
		ListenerMetadata: r.doc.ListenerMetadata,
	}
}

// defaultAction decides what happens to a call that no rule matches.
func (r *resolver) defaultAction() {
	d, at := r.doc, r.doc.position.at("defaultAction")
	if !d.DefaultAction.Set {
		r.report.fail(d.position, idMissingAction, "there are syscalls but no defaultAction")
		return
	}
	if d.DefaultAction.Kind == profile.KindNotify {
		r.refusedByRunc(at, idNotifyDefault, "SCMP_ACT_NOTIFY can't be the default action: it would ask about the supervisor's own calls")
	}
	a, ok := r.action(d.DefaultAction.Kind, d.DefaultErrno, at)
	if !ok {
		return
	}
	r.def = a
	r.word, _ = a.Return(r.native)
}

// refusedByRunc reports what is an error for runc and a note for crun.
func (r *resolver) refusedByRunc(at position, id, text string) {
	if r.opts.Runtime == Crun {
		r.report.note(at, id, "%s", text)
	} else {
		r.report.fail(at, id, "%s", text)
	}
}

// action makes an action of a document's kind and error number.
func (r *resolver) action(k profile.Kind, e Errno, at position) (profile.Action, bool) {
	switch k {
	case profile.KindKillProcess:
		return profile.KillProcess(), true
	case profile.KindKillThread:
		return profile.KillThread(), true
	case profile.KindTrap:
		return profile.Trap(0), true
	case profile.KindNotify:
		return profile.Notify(), true
	case profile.KindLog:
		return profile.Log(), true
	case profile.KindAllow:
		return profile.Allow(), true
	case profile.KindErrno, profile.KindTrace:
		return r.numbered(k, e, at)
	}
	r.report.fail(at, idBadAction, "%v is no action", k)
	return profile.Action{}, false
}

// numbered makes an action that has an error number, which is EPERM where the
// document gives none. The number is that of the target's own ABI on every ABI of
// the filter: a runtime knows no other.
func (r *resolver) numbered(k profile.Kind, e Errno, at position) (profile.Action, bool) {
	number := errno.EPERM
	if e.Set {
		number = e.Errno
	}
	n, ok := number.Number(r.native)
	switch {
	case !ok:
		r.report.fail(at, idBadErrno, "%v has no error %v", r.native, number)
		return profile.Action{}, false
	case k == profile.KindTrace:
		return profile.Trace(n), true
	case n >= maxErrno:
		r.report.fail(at, idErrnoRange, "error number %d is above %d", n, maxErrno-1)
		return profile.Action{}, false
	}
	return profile.Errno(r.sameErrno(number, n)), true
}

// sameErrno returns e if it has number n on all ABIs of the filter, and
// otherwise that number.
func (r *resolver) sameErrno(e errno.Errno, n uint16) errno.Errno {
	for _, a := range r.arches {
		if m, ok := e.Number(a); !ok || m != n {
			return errno.Errno(n)
		}
	}
	return e
}
