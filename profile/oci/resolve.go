package oci

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
)

// Profile resolves the document for one machine, as the runtime of o would: its
// conditions on capabilities, architecture and kernel are decided, and what its
// rules do to each other becomes an ordered list of which the first decides.
// The findings are those of resolving; errors are [Findings] too.
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
// # Findings
//
// Besides those of reading that also apply to a Document that was made, resolving
// fails for
//
//	unknown-target          the target's ABI is none
//	foreign-endian          a listed ABI has another byte order than the target's
//	conflicting-rules       two rules for one call that nothing orders
//	too-complex             more work than resolving may take
//	notify-default          SCMP_ACT_NOTIFY as default action; crun: a note
//	notify-write            SCMP_ACT_NOTIFY for write; crun: a note
//	wait-without-notify     WAIT_KILLABLE_RECV without SCMP_ACT_NOTIFY; crun: a note
//
// and notes
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
//	unspecified-order       rules whose order is ours
//	unspecified-abi         an ABI where more than that is ours
//	hidden-by-enosys        an allowed call that runc's ENOSYS rules take away
//	tsync-ignored           a flag that runc doesn't use
//	no-listener             SCMP_ACT_NOTIFY without a listenerPath
//
// # Limits
//
// The work is bounded, whatever the document: resolving takes time linear in the
// number of rules, times the number of names and ABIs they are for, and at worst
// quadratic in the number of conditional rules on one call. A document that
// needs more than the work of 2²⁷ comparisons (some ten thousand different
// conditions on one call) is refused.
func (d *Document) Resolve(o ResolveOptions) (profile.Profile, Findings, error) {
	if !d.DefaultAction.Set && len(d.Syscalls) == 0 {
		return profile.Profile{}, nil, ErrNoSeccomp
	}
	r := &resolver{doc: d, opts: o, budget: maxWork}
	p := r.profile()
	if o.Strict {
		if all := findings(r.errs, r.notes); len(all) > 0 {
			return profile.Profile{}, nil, all
		}
		return p, nil, nil
	}
	if r.failed() {
		return profile.Profile{}, findings(r.notes), findings(r.errs)
	}
	return p, findings(r.notes), nil
}

// maxWork is how many comparisons of two conditions, or steps of the same cost,
// resolving a document may take.
const maxWork = 1 << 27

// The cost of longer steps: looking up a name, making a node.
const (
	workName = 32
	workNode = 64
)

// resolver is the state of one call of Document.Profile.
type resolver struct {
	doc    *Document
	opts   ResolveOptions
	native arch.Arch
	arches []arch.Arch // the filter's, native first
	def    profile.Action
	word   uint32 // of def, on the native ABI
	rules  []flatRule
	abis   []*abiState

	notify bool // an action that is not the default is Notify
	budget int  // of work, see maxWork

	collector
	remarks  []remark
	remarkAt map[remarkKey]int
}

func (r *resolver) failed() bool { return len(r.errs.list)+r.errs.more > 0 }

// profile does the work, in the order in which a runtime does it.
func (r *resolver) profile() profile.Profile {
	r.native = r.opts.Target.Arch
	if r.native == 0 {
		r.native = arch.Native()
	}
	if !r.native.Valid() {
		r.errs.add(r.doc.origin, resolveUnknownTarget, nil, "the target's ABI is not known")
		return profile.Profile{}
	}
	r.listArches()
	r.defaultAction()
	kept := r.keptEntries()
	r.flatten(kept)
	flags := r.flags()
	if r.failed() {
		return profile.Profile{}
	}
	for _, a := range r.arches {
		r.abis = append(r.abis, r.resolveABI(a))
	}
	r.reportDomain()
	r.finish()
	var rules []profile.Rule
	if r.budget >= 0 {
		rules = r.emit(r.stub(kept))
	}
	if r.budget < 0 {
		r.errs.add(r.doc.origin, resolveTooComplex, nil, "resolving the document takes too much work: it has too many rules, or too many with conditions for one call")
	}
	if r.failed() {
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

// spend takes n from the budget of work and reports whether any is left.
func (r *resolver) spend(n int) bool {
	if r.budget >= 0 {
		r.budget -= n
	}
	return r.budget >= 0
}

// defaultAction decides what happens to a call that no rule matches.
func (r *resolver) defaultAction() {
	d, at := r.doc, r.doc.origin.at("defaultAction")
	if !d.DefaultAction.Set {
		r.errs.add(d.origin, readMissingAction, nil, "there are syscalls but no defaultAction")
		return
	}
	if d.DefaultAction.Kind == profile.KindNotify {
		r.refusedByRunc(at, resolveNotifyDefault, "SCMP_ACT_NOTIFY can't be the default action: it would ask about the supervisor's own calls")
	}
	a, ok := r.action(d.DefaultAction.Kind, d.DefaultErrno, at)
	if !ok {
		return
	}
	r.def = a
	r.word, _ = a.Return(r.native)
}

// refusedByRunc says something that is an error for runc and a finding for crun.
func (r *resolver) refusedByRunc(at origin, id, text string) {
	l := &r.errs
	if r.opts.Runtime == Crun {
		l = &r.notes
	}
	l.add(at, id, nil, "%s", text)
}

// action makes an action of a document's kind and error number. The number is
// that of the target's own ABI on every ABI of the filter: a runtime knows no
// other.
func (r *resolver) action(k profile.Kind, e Errno, at origin) (profile.Action, bool) {
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
	r.errs.add(at, readBadAction, nil, "%v is no action", k)
	return profile.Action{}, false
}

// numbered makes an action that has an error number, which is EPERM where the
// document gives none.
func (r *resolver) numbered(k profile.Kind, e Errno, at origin) (profile.Action, bool) {
	number := errno.EPERM
	if e.Set {
		number = e.Errno
	}
	n, ok := number.Number(r.native)
	switch {
	case !ok:
		r.errs.add(at, readBadErrno, nil, "%v has no error %v", r.native, number)
		return profile.Action{}, false
	case k == profile.KindTrace:
		return profile.Trace(n), true
	case n >= maxOCIErrno:
		r.errs.add(at, readErrnoRange, nil, "error number %d is above %d", n, maxOCIErrno-1)
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
