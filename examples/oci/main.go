// Command oci runs a command under a container profile, as
// docker run --security-opt seccomp=profile.json does, but without a container.
//
//	go run ./examples/oci -caps default,SYS_PTRACE profile.json sh -c 'mkdir /tmp/x'
//
// The profile, in the JSON of Docker, Podman or the OCI runtime specification, is
// resolved for the running machine, as runc would or, with -runtime crun, as crun
// would; "-" is standard input, of which then nothing is left for the command. The
// capabilities of -caps decide which parts of the profile count; the default is
// what Docker gives a container. The command keeps those that it has. What the
// author of the profile should know goes to standard error; with -strict it is an
// error.
//
// The filter is in force for the command alone, from its execve on, which the
// profile must therefore allow, as in a container. As there with
// no-new-privileges, no program that the command starts gains privileges:
// set-user-ID programs such as sudo don't work.
//
// The exit status is the command's, and 128 plus the signal's number if it died
// of one, of which SIGSYS means that the profile killed it. 125 is an error of
// oci itself, 126 and 127 say that the command can't be run or found.
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
// has one thread when it begins, so that there is none to synchronise.
func installFlags(flags []profile.Flag) (install.Flags, error) {
	var all install.Flags
	for _, f := range flags {
		switch f {
		case profile.FlagTSync:
		case profile.FlagLog:
			all |= install.FlagLog
		case profile.FlagSpecAllow:
			// It makes the filter no weaker; runtimes leave it out, too, where
			// the kernel is too old for it.
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
