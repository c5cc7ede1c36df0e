package compile_test

import (
	"errors"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// TestUnknownNameAmong reports an unknown name wherever it stands in a rule, whatever
// else the rule names: calls that the ABI has twice, through socketcall or ipc, calls
// that it lacks, numbers.
func TestUnknownNameAmong(t *testing.T) {
	for _, a := range arch.All() {
		names := []string{"socket", "shmget", "epoll_wait_old", "s390_pci_mmio_read", "nosuchcall"}
		for _, name := range syscalls.All(a) {
			names = append(names, name)
		}
		for _, tail := range [][]string{names[:5], names, {"socket", "nosuchcall"}, {"nosuchcall", "shmget", "semget", "msgget"}} {
			p := profile.New(profile.Allow()).On(a).Rule(profile.Rule{Syscalls: tail, Numbers: numbers(900, 910)})
			_, err := compile.Compile(p, compile.Options{Target: compile.Target{Arch: a}})
			var unknown *compile.SyscallError
			if !errors.As(err, &unknown) || unknown.Name != "nosuchcall" {
				t.Errorf("%v: a rule for %d names: %v", a, len(tail), err)
			}
		}
	}
}
