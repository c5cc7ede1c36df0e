package compile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/internal/golden"
	"github.com/portcullis-go/portcullis/profile"
)

// TestListings shows what small profiles become.
func TestListings(t *testing.T) {
	x64 := compile.Target{Arch: arch.X86_64}
	var b strings.Builder
	for _, l := range []struct {
		name   string
		p      profile.Profile
		target compile.Target
	}{
		{"zero", profile.Profile{}, x64},
		{"names", profile.New(eperm).Allow("read", "write", "exit_group"), x64},
		{"lone number", profile.New(profile.Allow()).Deny(errno.ENOSYS, "clone3"), x64},
		{"int and size_t", profile.New(eperm).
			Allow("socket").If(arg(0).In(1, 2)).
			Allow("read").If(arg(2).LessEqual(1 << 33)), x64},
		{"both byte orders: big", profile.New(eperm).Allow("read").If(arg(2).LessEqual(1 << 33)), compile.Target{Arch: arch.S390X}},
		{"three ABIs", profile.New(eperm).On(arch.X86_64, arch.X86, arch.X32).
			Allow("read").Do(profile.Log(), "socket"), x64},
		{"masks and modes", profile.New(profile.Allow()).
			Deny(errno.EPERM, "chmod").If(arg(1).AnyBits(0o6000)).
			Deny(errno.EPERM, "fchmod").If(arg(1).Equal(0o4755)).
			Do(profile.KillProcess(), "mprotect").If(arg(2).AllBits(6)), compile.Target{Arch: arch.X86_64}},
		{"multiplexed", profile.New(eperm).Allow("connect").Do(profile.Log(), "socket").If(arg(0).Equal(1)), compile.Target{Arch: arch.X86}},
	} {
		prog, err := compile.Compile(l.p, compile.Options{Target: l.target})
		if err != nil {
			t.Fatalf("%s: %v", l.name, err)
		}
		fmt.Fprintf(&b, "-- %s: %v --\n%v", l.name, prog.Stats(nil), prog)
	}
	golden.Compare(t, "listings.txt", b.String())
}
