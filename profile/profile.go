package profile

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
)

// Profile is what a filter must decide. The zero value kills the process at any
// system call.
type Profile struct {
	// Default is the verdict on calls that no rule matches.
	Default Action
	// BadArch is the verdict on calls through an ABI that the filter doesn't
	// cover. It is never Default: a profile that allows by default would let a
	// foreign ABI bypass its rules.
	BadArch Action
	// Arches are the ABIs that the filter covers; nil is the target's own only.
	Arches []arch.Arch
	// Rules are tried in order; the first that matches decides.
	Rules []Rule
	// Flags are the options with which the filter must be installed. They change
	// no verdict.
	Flags []Flag
	// ListenerPath and ListenerMetadata are for container runtimes: the path of
	// the socket that receives the listener of a filter with [Notify], and a text
	// that is sent with it.
	ListenerPath, ListenerMetadata string
}

// Rule gives one verdict on some calls. It matches a call whose ABI is one of
// Arches, that is named in Syscalls or numbered in Numbers, and for which If
// holds.
type Rule struct {
	// Syscalls are names of calls, in any order. On an ABI that lacks a name the
	// name matches nothing. A name that no ABI has is an error to compile.
	Syscalls []string
	// Numbers are ranges of seccomp_data.nr, for calls that have no name.
	Numbers []NumberRange
	// Arches limits the rule to some ABIs; nil is all that the filter covers.
	Arches []arch.Arch
	// If is the condition on arguments; nil always holds.
	If Cond
	// Action is the verdict. Its zero value kills the process.
	Action Action
	// Direct limits Syscalls to their own numbers. Otherwise a name also means
	// the same call made through socketcall(2) or ipc(2) on ABIs that have
	// these. There the arguments are in memory, which a filter can't read: a
	// call that a conditional rule may or may not match gets the strictest of
	// the possible verdicts.
	Direct bool
	// Comment is for the reader and has no meaning.
	Comment string
}

// NumberRange is the numbers First to Last, both included, as they appear in
// seccomp_data.nr: with bit 30 for X32 and with the base of the MIPS ABIs.
type NumberRange struct{ First, Last uint32 }

// Flag is a name of a seccomp(2) filter flag without its SECCOMP_FILTER_FLAG_
// prefix.
type Flag string

// The flags that a profile may ask for (include/uapi/linux/seccomp.h).
const (
	FlagTSync            Flag = "TSYNC"              // all threads of the process
	FlagLog              Flag = "LOG"                // log every verdict but Allow
	FlagSpecAllow        Flag = "SPEC_ALLOW"         // leave speculative store bypass alone
	FlagWaitKillableRecv Flag = "WAIT_KILLABLE_RECV" // a thread whose notification was received can only be killed
)

var knownFlags = [...]Flag{FlagTSync, FlagLog, FlagSpecAllow, FlagWaitKillableRecv}

func (f Flag) known() bool {
	for _, known := range knownFlags {
		if f == known {
			return true
		}
	}
	return false
}

// Rule, Do and If are not inlined: a program calls them once for each rule, and its
// size matters more than its speed.

// New returns a profile without rules: def decides every call. Foreign ABIs
// kill the process.
func New(def Action) Profile { return Profile{Default: def} }

// On returns p for these ABIs instead of the target's own alone.
func (p Profile) On(arches ...arch.Arch) Profile {
	p.Arches = slices.Clone(arches)
	return p
}

// Rule returns p with one more rule at its end.
func (p Profile) Rule(r Rule) Profile {
	p.add(&r)
	return p
}

// add appends r and leaves other profiles with the same rules alone.
func (p *Profile) add(r *Rule) { p.Rules = append(slices.Clip(p.Rules), *r) }

// Do returns p with a rule that gives the named calls the verdict a.
func (p Profile) Do(a Action, names ...string) Profile {
	p.add(&Rule{Syscalls: slices.Clone(names), Action: a})
	return p
}

// Allow returns p with a rule that allows the named calls.
func (p Profile) Allow(names ...string) Profile { return p.Do(Allow(), names...) }

// Deny returns p with a rule that makes the named calls fail with e.
func (p Profile) Deny(e errno.Errno, names ...string) Profile { return p.Do(Errno(e), names...) }

// Overlay returns p with the rules of over tried before its own: where one of
// them matches, over decides, and elsewhere p. Of over, only the rules count.
func (p Profile) Overlay(over Profile) Profile {
	p.Rules = slices.Concat(over.Rules, p.Rules)
	return p
}

// If returns p with c as a condition of its last rule, besides those it has.
// On a profile without rules it adds a rule that names no call, which
// [Profile.Validate] reports.
func (p Profile) If(c Cond) Profile {
	var last Rule
	if n := len(p.Rules); n > 0 {
		last, p.Rules = p.Rules[n-1], p.Rules[:n-1]
	}
	if last.If != nil {
		c = And{last.If, c}
	}
	last.If = c
	p.add(&last)
	return p
}
