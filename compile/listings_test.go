package compile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/internal/golden"
	"github.com/portcullis-go/portcullis/profile"
)

// listing is a program that a golden file shows.
type listing struct {
	name string
	p    profile.Profile
	o    compile.Options
}

// TestListings shows what small profiles become, so that a reviewer sees how a change
// of the compiler changes programs.
func TestListings(t *testing.T) {
	for file, ls := range map[string][]listing{
		"listings.txt":           smallListings(),
		"listings-arguments.txt": argumentListings(),
		"listings-abis.txt":      abiListings(t),
		"listings-options.txt":   optionListings(t),
		"listings-far.txt":       farListings(),
	} {
		var b strings.Builder
		for _, l := range ls {
			prog := compiled(t, l.p, l.o)
			fmt.Fprintf(&b, "-- %s: %v --\n%v", l.name, prog.Stats(nil), shortened(prog.String()))
		}
		golden.Compare(t, file, b.String())
	}
}

func smallListings() []listing {
	x64 := on(arch.X86_64)
	return []listing{
		{"zero", profile.Profile{}, x64},
		{"names", profile.New(eperm).Allow("read", "write", "exit_group"), x64},
		{"lone number", profile.New(profile.Allow()).Deny(errno.ENOSYS, "clone3"), x64},
		{"int and size_t", profile.New(eperm).
			Allow("socket").If(arg(0).In(1, 2)).
			Allow("read").If(arg(2).LessEqual(1 << 33)), x64},
		{"both byte orders: big", profile.New(eperm).Allow("read").If(arg(2).LessEqual(1 << 33)), on(arch.S390X)},
		{"three ABIs", profile.New(eperm).On(arch.X86_64, arch.X86, arch.X32).
			Allow("read").Do(profile.Log(), "socket"), x64},
		{"masks and modes", profile.New(profile.Allow()).
			Deny(errno.EPERM, "chmod").If(arg(1).AnyBits(0o6000)).
			Deny(errno.EPERM, "fchmod").If(arg(1).Equal(0o4755)).
			Do(profile.KillProcess(), "mprotect").If(arg(2).AllBits(6)), x64},
		{"multiplexed", profile.New(eperm).Allow("connect").Do(profile.Log(), "socket").If(arg(0).Equal(1)), on(arch.X86)},
	}
}

// argumentListings are programs that compare one argument, in both byte orders.
func argumentListings() []listing {
	prctl := func(c profile.Cond) profile.Profile { return profile.New(eperm).Allow("prctl").If(c) }
	wide, low := arg(2).Register(), arg(2).Low32()
	var ls []listing
	for _, c := range []struct {
		name string
		cond profile.Cond
	}{
		{"set", low.In(1, 2, 3, 7, 9, 0x1001, 0x1002, 0x80000000)},
		{"complement of a set", low.NotIn(5, 6, 0x541c)},
		{"range", low.Between(10, 99)},
		{"signed", arg(0).Equal(profile.Signed(-1))},
		{"64 bits equal", wide.Equal(0x1_0000_0002)},
		{"64 bits in a set", wide.In(0, 1, 1<<32, 1<<33|5)},
		{"64 bits in a range", wide.Between(1<<32-1, 1<<33+5)},
		{"64 bits at most", wide.LessEqual(1 << 20)},
		{"any bit", low.AnyBits(0x7e020000)},
		{"all bits", wide.AllBits(1<<40 | 6)},
		{"no bits", wide.NoBits(0xff00_0000_0001)},
		{"masked", wide.MaskedEqual(0xffff_0000_0000_00ff, 0x12_0000_0000_0034)},
		{"instruction pointer", profile.And{profile.InstructionPointer().GreaterEqual(0x40_0000), profile.InstructionPointer().Less(0x7fff_0000_0000)}},
		{"two arguments", profile.Or{profile.And{arg(0).Equal(3), low.Less(10)}, profile.Not{Cond: low.AnyBits(0x42)}}},
	} {
		ls = append(ls, listing{c.name + ", little-endian", prctl(c.cond), on(arch.X86_64)}, listing{c.name + ", big-endian", prctl(c.cond), on(arch.S390X)})
	}
	return ls
}

// abiListings are the programs of some profiles of the corpus for several ABIs.
func abiListings(t *testing.T) (ls []listing) {
	groups := append(goldenGroups, []arch.Arch{arch.X32}, []arch.Arch{arch.RISCV64}, []arch.Arch{arch.PPC64, arch.PPC})
	for _, name := range []string{"names", "families", "sockets"} {
		for _, g := range groups {
			ls = append(ls, listing{name + " on " + groupName(g), corpusProfile(t, name).On(g...), on(g[0])})
		}
	}
	return ls
}

// optionListings are programs with each kind of options.
func optionListings(t *testing.T) (ls []listing) {
	for _, name := range []string{"ioctl", "equality"} {
		for file, o := range goldenOptions() {
			o.Target.Arch = arch.X86_64
			ls = append(ls, listing{name + " as in " + file, corpusProfile(t, name), o})
		}
		o := on(arch.X86_64)
		o.NoOptimize = true
		ls = append(ls, listing{name + " without optimisations", corpusProfile(t, name), o})
	}
	slices.SortFunc(ls, func(a, b listing) int { return strings.Compare(a.name, b.name) })
	return ls
}

// farListings are programs in which some jumps are far.
func farListings() []listing {
	return []listing{
		{"far, little-endian", far(300), on(arch.AArch64)},
		{"far, big-endian", far(300), on(arch.S390X)},
	}
}

func corpusProfile(t *testing.T, name string) profile.Profile {
	t.Helper()
	es := corpus()
	i := slices.IndexFunc(es, func(e entry) bool { return e.name == name })
	if i < 0 {
		t.Fatalf("no profile %q", name)
	}
	return es[i].profile
}
