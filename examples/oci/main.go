// Command oci runs a command under a container profile, as
// docker run --security-opt seccomp=profile.json does, but without a container.
//
//	go run ./examples/oci -caps default,SYS_PTRACE profile.json sh -c 'mkdir /tmp/x'
//
// The profile, in the JSON of Docker, Podman or the OCI runtime specification, is
// resolved for the running machine, as runc would or, with -runtime crun, as crun
// would. "-" reads the profile from standard input, which is then empty for the
// command. The capabilities of -caps decide which parts of the profile apply; the
// default is what Docker gives a container. They don't change the capabilities of
// the command. Findings, what the author of the profile should know, go to standard
// error; with -strict they are errors.
//
// Only the command runs under the filter, from its execve on. The profile must
// therefore allow execve, as in a container. No program that the command starts
// gains privileges, as with Docker's no-new-privileges: set-user-ID programs such
// as sudo don't work.
//
// The exit status is the command's, or 128 plus the number of the signal that
// killed it; SIGSYS means that the profile killed it. 125 is an error of oci itself,
// 126 and 127 mean that the command can't be run or found.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/examples/internal/input"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// The exit statuses of docker run.
const (
	statusFailed     = 125
	statusCantRun    = 126
	statusNotFound   = 127
	statusSignalBase = 128
)

func main() {
	if stage() { // the second half of this command, see child_linux.go
		return
	}
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	var o input.Options
	fs := flag.NewFlagSet("oci", flag.ContinueOnError)
	fs.Usage = func() {
		fmt.Fprintf(fs.Output(), "usage: oci [flags] profile.json command [argument...]\n")
		fs.PrintDefaults()
	}
	o.RegisterProfile(fs)
	if err := fs.Parse(args); err != nil {
		return statusFailed
	}
	if fs.NArg() < 2 {
		fs.Usage()
		return statusFailed
	}
	status, err := confined(fs.Arg(0), fs.Args()[1:], o)
	if err != nil {
		complain("%v", err)
		if errors.Is(err, errors.ErrUnsupported) {
			complain("filters need Linux; ./examples/simulate works on every system")
		}
	}
	return status
}

// confined runs a command under a profile and returns its exit status.
func confined(file string, command []string, o input.Options) (int, error) {
	if err := install.Supported(); err != nil {
		return statusFailed, err
	}
	var err error
	if o.Kernel, err = kernelRelease(); err != nil {
		return statusFailed, err
	}
	o.Arch = arch.Native()
	f, err := input.Read(file, os.Stdin, o)
	if errors.Is(err, oci.ErrNoSeccomp) {
		return statusFailed, fmt.Errorf("%w; run the command without oci, if that is meant", err)
	}
	if err != nil {
		return statusFailed, err
	}
	for _, finding := range f.Findings {
		complain("note: %v", finding)
	}
	if f.Profile == nil {
		return statusFailed, fmt.Errorf("%s: not a profile", file)
	}
	flags, err := installFlags(f.Profile.Flags)
	if err != nil {
		return statusFailed, err
	}
	return start(command, f.Program, flags)
}

// installFlags returns the kernel's flags for those of a profile. The command
// starts with one thread, so TSYNC has no effect.
func installFlags(flags []profile.Flag) (install.Flags, error) {
	var all install.Flags
	for _, f := range flags {
		switch f {
		case profile.FlagTSync:
		case profile.FlagLog:
			all |= install.FlagLog
		case profile.FlagSpecAllow:
			// Without it the filter is no weaker. Runtimes leave it out too where
			// the kernel is too old.
			if install.HaveFlag(install.FlagSpecAllow).Answer == install.Yes {
				all |= install.FlagSpecAllow
			}
		default:
			return 0, fmt.Errorf("the flag %s needs a supervisor, and there is none", f)
		}
	}
	return all, nil
}

func complain(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "oci: %s\n", strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\noci: "))
}
