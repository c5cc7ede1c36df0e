package compile

import (
	"encoding/binary"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Target is the machine that a filter is for. It is an argument: the machine that
// compiles a filter need not be the one that runs it.
type Target struct {
	// Arch is the ABI of the kernel and of the program that installs the filter.
	// It is the only one covered if the profile lists none. Zero is [arch.Native].
	Arch arch.Arch
	// Kernel is the oldest release that the filter will run on. It changes no verdict:
	// since Linux 5.11 calls that are always allowed don't run the filter, so their
	// [Weights] don't count. The zero value is older than any release.
	Kernel syscalls.Release
}

// coverage is the ABIs of a filter.
type coverage struct {
	arches []arch.Arch      // one at least, all of the same byte order
	own    arch.Arch        // the target's own ABI
	order  binary.ByteOrder // of the target
}

// cover returns the ABIs that a filter for p covers on a target.
//
// The target's own ABI is Target.Arch, or the first that is covered if that is zero.
// Error numbers of Profile.BadArch are its numbers, and most calls are expected
// through it if it is covered.
func cover(p *profile.Profile, t Target) (coverage, error) {
	arches := p.Arches
	if len(arches) == 0 {
		native := t.Arch
		if native == 0 {
			native = arch.Native()
		}
		arches = []arch.Arch{native}
	}
	for _, a := range arches {
		if !a.Valid() {
			return coverage{}, &ArchError{Arch: a, Reason: "is no ABI"}
		}
		if a.ByteOrder() != arches[0].ByteOrder() {
			return coverage{}, &ArchError{Arch: a, Reason: "has another byte order than " + arches[0].String()}
		}
	}
	c := coverage{arches: arches, own: t.Arch, order: arches[0].ByteOrder()}
	if c.own == 0 {
		c.own = arches[0]
	}
	return c, nil
}

// covers reports whether the filter covers an ABI.
func (c *coverage) covers(a arch.Arch) bool { return slices.Contains(c.arches, a) }

// busiest returns the ABI through which most calls are expected.
func (c *coverage) busiest() arch.Arch {
	if c.covers(c.own) {
		return c.own
	}
	return c.arches[0]
}
