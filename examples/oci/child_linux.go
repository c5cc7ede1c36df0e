package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// A process can install a filter only on itself, and never remove it. So this
// command starts itself a second time. The second process, the stage, reads the
// program from a pipe, installs it and becomes the command. The parent waits and
// reports without a filter.

// stageName is the stage's os.Args[0]. Its other arguments are the flags of the
// filter, the file of the command, and the command with its arguments.
const stageName = "portcullis-oci-stage"

// programFD is the stage's end of the pipe: the first of exec.Cmd.ExtraFiles.
const programFD = 3

// kernelRelease returns the release of the running kernel.
func kernelRelease() (syscalls.Release, error) {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return syscalls.Release{}, fmt.Errorf("uname: %w", err)
	}
	return syscalls.ParseRelease(unix.ByteSliceToString(u.Release[:]))
}

// start runs a command with a filter and returns its exit status.
func start(command []string, prog *compile.Program, flags install.Flags) (int, error) {
	file, err := exec.LookPath(command[0])
	if err != nil {
		return notStarted(err), err
	}
	if err := mayStart(prog); err != nil {
		return statusFailed, err
	}
	text, err := prog.MarshalBinary()
	if err != nil {
		return statusFailed, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return statusFailed, err
	}
	defer r.Close()
	cmd := &exec.Cmd{
		Path:       "/proc/self/exe",
		Args:       append([]string{stageName, strconv.Itoa(int(flags)), file}, command...),
		Stdin:      os.Stdin,
		Stdout:     os.Stdout,
		Stderr:     os.Stderr,
		ExtraFiles: []*os.File{r},
	}
	signals := make(chan os.Signal, 8)
	for _, sig := range []os.Signal{unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGHUP} {
		if !signal.Ignored(sig) { // else, as under nohup, it stays so for the command too
			signal.Notify(signals, sig)
		}
	}
	if err := cmd.Start(); err != nil {
		w.Close()
		return statusFailed, err
	}
	go func() {
		for sig := range signals {
			// A terminal sends its signals to the command as well, which decides
			// what to do about them.
			if sig == unix.SIGTERM || sig == unix.SIGHUP {
				cmd.Process.Signal(sig)
			}
		}
	}()
	go func() {
		io.Copy(w, bytes.NewReader(text)) // if the stage dies, its status tells
		w.Close()
	}()
	return status(cmd.Wait())
}

// mayStart returns an error if the program doesn't allow the execve that starts the
// command.
func mayStart(prog *compile.Program) error {
	d, err := compile.Call(arch.Native(), "execve")
	if err != nil {
		return err
	}
	switch a := prog.Run(d); a.Kind() {
	case profile.KindAllow, profile.KindLog:
		return nil
	default:
		return fmt.Errorf("no command can start under the profile: execve gets %v", a)
	}
}

// status returns the exit status that tells the end of the command.
func status(err error) (int, error) {
	var exit *exec.ExitError
	if err == nil {
		return 0, nil
	}
	if !errors.As(err, &exit) {
		return statusFailed, err
	}
	ws, ok := exit.Sys().(syscall.WaitStatus)
	if !ok || !ws.Signaled() {
		return exit.ExitCode(), nil
	}
	sig := ws.Signal()
	if sig == unix.SIGSYS {
		err = errors.New("the profile killed the command (SIGSYS)")
	} else {
		err = fmt.Errorf("the command died of %s", unix.SignalName(sig))
	}
	return statusSignalBase + int(sig), err
}

// stage does the work of the second process and doesn't return. In the first
// process it does nothing and returns false.
func stage() bool {
	if os.Args[0] != stageName || len(os.Args) < 4 {
		return false
	}
	status, err := become(os.Args[1], os.Args[2], os.Args[3:])
	complain("%v", err)
	os.Exit(status)
	return true
}

// become installs the filter and replaces the process by the command.
func become(flags, file string, command []string) (int, error) {
	pipe := os.NewFile(programFD, "program")
	text, err := io.ReadAll(pipe)
	if err != nil {
		return statusFailed, err
	}
	pipe.Close()
	n, err := strconv.ParseUint(flags, 10, 32)
	if err != nil {
		return statusFailed, err
	}
	prog, err := compile.Decode(text, arch.Native())
	if err != nil {
		return statusFailed, err
	}
	// Only this thread gets the filter. Until execve ends them, the others can make
	// the calls that the Go runtime needs.
	runtime.LockOSThread()
	if err := install.Load(prog.Raw(), install.Options{Thread: true, Flags: install.Flags(n)}); err != nil {
		return statusFailed, err
	}
	err = unix.Exec(file, command, os.Environ())
	return notStarted(err), fmt.Errorf("execve %s: %w", file, err)
}

// notStarted returns the exit status for a command that could not be started.
func notStarted(err error) int {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, exec.ErrNotFound) {
		return statusNotFound
	}
	return statusCantRun
}
