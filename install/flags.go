package install

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/internal/spell"
	"github.com/portcullis-go/portcullis/internal/sys"
)

// Flags are the flags of seccomp(2)'s SECCOMP_SET_MODE_FILTER, with the kernel's
// values (include/uapi/linux/seccomp.h). The zero value is no flags.
type Flags uint32

// The flags that have a name. The releases are those that introduced them.
const (
	// FlagTSync installs the filter on every thread of the process (Linux
	// 3.17). Load sets it unless Options.Thread is set.
	FlagTSync Flags = sys.FlagTSync
	// FlagLog logs the filter's verdicts other than allow, as far as the system
	// administrator permits (Linux 4.14); see [ActionsLogged].
	FlagLog Flags = sys.FlagLog
	// FlagSpecAllow doesn't turn on the mitigation of Speculative Store Bypass,
	// which kernels before Linux 5.16 otherwise turn on for a thread with a
	// filter (Linux 4.17).
	FlagSpecAllow Flags = sys.FlagSpecAllow
	// FlagNewListener makes a descriptor for user notification (Linux 5.0).
	// Load refuses it.
	FlagNewListener Flags = sys.FlagNewListener
	// FlagTSyncESRCH reports a thread that couldn't be synchronised as ESRCH,
	// for use with FlagNewListener (Linux 5.7). Load refuses it.
	FlagTSyncESRCH Flags = sys.FlagTSyncESRCH
	// FlagWaitKillableRecv lets only fatal signals interrupt a thread whose
	// notification was received, for use with FlagNewListener (Linux 5.19).
	// Load refuses it.
	FlagWaitKillableRecv Flags = sys.FlagWaitKillableRecv

	flagsOfLoad     = FlagTSync | FlagLog | FlagSpecAllow
	flagsOfListener = FlagNewListener | FlagTSyncESRCH | FlagWaitKillableRecv
)

// flagNames returns the names of the flags, from bit 0 on.
func flagNames() [6]string {
	return [...]string{"TSYNC", "LOG", "SPEC_ALLOW", "NEW_LISTENER", "TSYNC_ESRCH", "WAIT_KILLABLE_RECV"}
}

// String returns the names of the flags without the prefix that they have in the
// kernel's header, such as "TSYNC|LOG". Bits without a name follow in hexadecimal;
// no flags are "0". [ParseFlags] reads the names back.
func (f Flags) String() string {
	s := ""
	for i, name := range flagNames() {
		if f&(1<<i) != 0 {
			s += "|" + name
		}
		f &^= 1 << i
	}
	if f != 0 || s == "" {
		s += "|" + hex(f)
	}
	return s[1:]
}

func hex(f Flags) string {
	if f == 0 {
		return "0"
	}
	return "0x" + strconv.FormatUint(uint64(f), 16)
}

// ParseFlags returns the flags with these names: those of the constants of this
// package, as [Flags.String] and OCI documents spell them ("TSYNC", "LOG"), or with
// the prefix of the kernel's header ("SECCOMP_FILTER_FLAG_LOG"). A
// profile's Flags are such names. Case matters. No names are no flags, and a name
// may occur twice.
//
// The error has a [*ParseError] for each name that no flag has; the flags are then 0.
// Whether [Load] takes the flags is for Load to say, and whether the kernel has
// them for [HaveFlag].
func ParseFlags[S ~string](names []S) (Flags, error) {
	var flags Flags
	var errs []error
	for _, name := range names {
		f, err := parseFlag(string(name))
		if err != nil {
			errs = append(errs, err)
		}
		flags |= f
	}
	if errs != nil {
		return 0, errors.Join(errs...)
	}
	return flags, nil
}

const (
	flagPrefix = "SECCOMP_FILTER_FLAG_"
	maxName    = 64 // a longer name is not near any flag's
)

func parseFlag(name string) (Flags, error) {
	bare, prefixed := strings.CutPrefix(name, flagPrefix)
	names := flagNames()
	for i := range names {
		if names[i] == bare {
			return 1 << i, nil
		}
	}
	nearest := ""
	if len(bare) <= maxName { // don't copy a hostile name to fold it
		nearest = spell.Nearest(upper(bare), slices.Values(names[:]))
	}
	if nearest != "" && prefixed {
		nearest = flagPrefix + nearest
	}
	return 0, &ParseError{Name: name, Nearest: nearest}
}

// upper folds ASCII only. strings.ToUpper would add 8 kB of Unicode's tables to
// each program that installs a filter.
func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// checkFlags returns an error unless Load can do what the flags ask for.
func (o Options) checkFlags() error {
	if o.Thread && o.Flags&FlagTSync != 0 {
		return failed(opFlags, errors.New("TSYNC"), "it asks for every thread, and Options.Thread for one")
	}
	if f := o.Flags & flagsOfListener; f != 0 {
		return failed(opFlags, errors.New(f.String()), "the flag is for user notification, which needs a listener's descriptor; Load makes none")
	}
	if f := o.Flags &^ flagsOfLoad; f != 0 {
		return failed(opFlags, errors.New(f.String()), "no such flag is known")
	}
	return nil
}
