package compile_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/longtest"
)

// trials returns how often to try something: long times if the long tests were asked
// for.
func trials(short, long int) int {
	if longtest.Enabled() {
		return long
	}
	return short
}

// groups are the sets of ABIs that one filter covers: each alone, and with those
// that the same kernel serves.
func groups() [][]arch.Arch {
	var gs [][]arch.Arch
	for _, a := range arch.All() {
		gs = append(gs, []arch.Arch{a})
		if c := a.Companions(); len(c) > 0 && a.Bits() == a.RegisterBits() { // a is a kernel's own
			gs = append(gs, append([]arch.Arch{a}, c...))
		}
	}
	return append(gs,
		[]arch.Arch{arch.X86_64, arch.X86},
		[]arch.Arch{arch.X86_64, arch.X32},
		[]arch.Arch{arch.X86, arch.X32},
		[]arch.Arch{arch.X32, arch.X86_64},
		// No kernel serves these together, but a filter can cover them.
		[]arch.Arch{arch.MIPSEL64, arch.X86, arch.AArch64, arch.RISCV64, arch.SH},
		[]arch.Arch{arch.PPC, arch.M68K, arch.PARISC, arch.S390, arch.SHEB, arch.MIPS64N32},
	)
}

// triedGroups are the groups of ABIs on which the corpus is tried: all of them in the
// long tests, and otherwise some of each kind.
func triedGroups() [][]arch.Arch {
	if longtest.Enabled() {
		return groups()
	}
	return slices.DeleteFunc(groups(), func(g []arch.Arch) bool {
		return !slices.Contains([]string{"x86_64+x86+x32", "s390x+s390", "arm", "mipsel64", "ppc+m68k+parisc+s390+sheb+mips64n32"}, groupName(g))
	})
}

// entriesOn returns what of the corpus is tried on a group of ABIs. Long profiles take
// long to evaluate. Apart from the order of words, what they are about doesn't depend
// on ABIs, so that few groups suffice for them.
func entriesOn(g []arch.Arch) []entry {
	longGroups, limit := []string{"s390x+s390"}, 400
	if longtest.Enabled() {
		longGroups, limit = []string{"x86_64+x86+x32", "s390x+s390", "mipsel64", "arm"}, 1000
	}
	if !slices.Contains(longGroups, groupName(g)) {
		limit = 100
	}
	return slices.DeleteFunc(corpus(), func(e entry) bool { return len(e.profile.Rules) > limit })
}

func groupName(g []arch.Arch) string {
	names := make([]string, len(g))
	for i, a := range g {
		names[i] = a.String()
	}
	return strings.Join(names, "+")
}

// sample calls f in parallel with each group of ABIs and a source of numbers
// that are the same each time.
func sample(t *testing.T, seed uint64, f func(t *testing.T, g []arch.Arch, rnd *rand.Rand)) {
	t.Run("all", func(t *testing.T) {
		for i, g := range triedGroups() {
			t.Run(groupName(g), func(t *testing.T) {
				t.Parallel()
				f(t, g, rand.New(rand.NewPCG(seed, uint64(i))))
			})
		}
	})
}
