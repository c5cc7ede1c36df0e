package oci

import (
	"slices"
	"strings"

	"github.com/portcullis-go/portcullis/profile"
)

// kindNames are the actions of the runtime specification.
var kindNames = [...]string{
	profile.KindKillProcess: "SCMP_ACT_KILL_PROCESS",
	profile.KindKillThread:  "SCMP_ACT_KILL_THREAD",
	profile.KindTrap:        "SCMP_ACT_TRAP",
	profile.KindErrno:       "SCMP_ACT_ERRNO",
	profile.KindNotify:      "SCMP_ACT_NOTIFY",
	profile.KindTrace:       "SCMP_ACT_TRACE",
	profile.KindLog:         "SCMP_ACT_LOG",
	profile.KindAllow:       "SCMP_ACT_ALLOW",
}

// nameKill is the old name of SCMP_ACT_KILL_THREAD.
const nameKill = "SCMP_ACT_KILL"

// kindName returns the name of an action in a document, such as
// "SCMP_ACT_ALLOW", or "" for a kind that is none of the constants.
func kindName(k profile.Kind) string {
	if int(k) >= len(kindNames) {
		return ""
	}
	return kindNames[k]
}

// kindOf returns the kind that a document's action names.
func kindOf(name string) (profile.Kind, bool) {
	if name == nameKill {
		return profile.KindKillThread, true
	}
	i := slices.Index(kindNames[:], name)
	return profile.Kind(max(i, 0)), i >= 0
}

// opNames are the operators of the runtime specification.
var opNames = [...]string{
	profile.OpEqual:        "SCMP_CMP_EQ",
	profile.OpNotEqual:     "SCMP_CMP_NE",
	profile.OpLess:         "SCMP_CMP_LT",
	profile.OpLessEqual:    "SCMP_CMP_LE",
	profile.OpGreater:      "SCMP_CMP_GT",
	profile.OpGreaterEqual: "SCMP_CMP_GE",
	profile.OpMaskedEqual:  "SCMP_CMP_MASKED_EQ",
}

// opName returns the name of a comparison in a document, such as "SCMP_CMP_EQ",
// or "" for an operator that is none of the constants.
func opName(o profile.Op) string {
	if int(o) >= len(opNames) {
		return ""
	}
	return opNames[o]
}

// opOf returns the comparison that a document's operator names.
func opOf(name string) (profile.Op, bool) {
	i := slices.Index(opNames[:], name)
	return profile.Op(max(i, 0)), i >= 0
}

// flagPrefix is what a document puts before a [profile.Flag].
const flagPrefix = "SECCOMP_FILTER_FLAG_"

// knownFlags are those that the runtimes know.
var knownFlags = [...]profile.Flag{profile.FlagTSync, profile.FlagLog, profile.FlagSpecAllow, profile.FlagWaitKillableRecv}

func isFlag(f profile.Flag) bool { return slices.Contains(knownFlags[:], f) }

// flagOf returns the flag that a document names.
func flagOf(name string) (profile.Flag, bool) {
	f, ok := strings.CutPrefix(name, flagPrefix)
	return profile.Flag(f), ok && isFlag(profile.Flag(f))
}

// flagNames returns the names of all flags in a document.
func flagNames() []string {
	var names []string
	for _, f := range knownFlags {
		names = append(names, flagPrefix+string(f))
	}
	return names
}
