package portcullis

import (
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/profile"
)

// Confine puts a profile into force on every thread of this process, for good.
// It compiles the profile for the running machine, proves the program equal to
// it, and installs the program with the profile's flags. It also sets
// no_new_privs, as [install.Load] does, so it needs no privileges.
//
// The zero Profile kills the process at its next system call: zero is strictest.
//
// After an error no thread has the filter, and nothing else has changed. The
// causes can be matched with [errors.Is] and [errors.As]:
//
//   - [errors.ErrUnsupported]: the system is not Linux, or the kernel lacks
//     seccomp, a flag or an action that the profile needs.
//   - The errors of [compile.Compile], such as [*compile.SyscallError] for a
//     name that no ABI has. They say which rule is at fault.
//   - The errors of [install.Load], such as [*install.SyncError] if a thread
//     already has a filter of its own.
//   - A profile that needs a supervisor is refused: [profile.Notify] and
//     [profile.FlagWaitKillableRecv] work only with a listener, and Confine
//     makes none.
//
// The notes of the compiler, [compile.Program.Notes], are not returned. Call
// compile.Compile and install.Load yourself to read them, to compile for expected
// calls, or to confine one thread.
func Confine(p profile.Profile) error {
	if err := install.Supported(); err != nil {
		return err
	}
	flags, err := install.ParseFlags(p.Flags)
	if err != nil {
		return err
	}
	prog, err := compile.Compile(p, compile.Options{})
	if err != nil {
		return err
	}
	return install.Load(prog.Raw(), install.Options{Flags: flags})
}
