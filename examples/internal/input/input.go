// Package input reads the arguments of the example commands: a container profile
// or a compiled program, a machine, a set of capabilities, and system calls.
package input

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Options are the flags that the examples share. The machine is always an
// option: a question about a filter for a Raspberry Pi can be asked on a Mac.
type Options struct {
	Arch    arch.Arch
	Kernel  syscalls.Release
	Caps    Caps
	Runtime oci.Runtime
	Strict  bool
}

// Register adds the flags to fs, with their defaults.
func (o *Options) Register(fs *flag.FlagSet) {
	native := arch.Native()
	if !native.Valid() {
		native = arch.X86_64
	}
	newest, _ := syscalls.ParseRelease(syscalls.LinuxVersion) // a constant
	fs.TextVar(&o.Arch, "arch", native, "`ABI` of the kernel, in any usual spelling")
	fs.TextVar(&o.Kernel, "kernel", newest, "`release` of the kernel")
	o.RegisterProfile(fs)
}

// RegisterProfile adds the flags that say how a profile is read, without those
// that name the machine.
func (o *Options) RegisterProfile(fs *flag.FlagSet) {
	o.Caps = DefaultCaps()
	fs.Var(&o.Caps, "caps", "`set` of capabilities: default (Docker's), all, none, or a list")
	fs.Func("runtime", "resolve the profile as `runc` or crun does (default runc)", func(s string) error {
		switch s {
		case "runc":
			o.Runtime = oci.Runc
		case "crun":
			o.Runtime = oci.Crun
		default:
			return fmt.Errorf("unknown runtime; want runc or crun")
		}
		return nil
	})
	fs.BoolVar(&o.Strict, "strict", false, "make findings errors")
}

// Filter is a filter that was read.
type Filter struct {
	Program *compile.Program
	// Profile is the profile of the program, or nil if a compiled program was
	// read.
	Profile *profile.Profile
	Target  compile.Target
	// Findings are what the profile's author should know.
	Findings oci.Findings
}

// Read reads a file, or standard input for "-". What begins like a JSON object
// is a profile, anything else an array of struct sock_filter.
func Read(name string, stdin io.Reader, o Options) (*Filter, error) {
	r := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	} else {
		name = "standard input"
	}
	data, err := io.ReadAll(io.LimitReader(r, oci.MaxDocument+1))
	if err != nil {
		return nil, err
	}
	f, err := parse(data, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

func parse(data []byte, o Options) (*Filter, error) {
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		prog, err := compile.Decode(data, o.Arch)
		if err != nil {
			return nil, err
		}
		return &Filter{Program: prog, Target: compile.Target{Arch: o.Arch}}, nil
	}
	doc, err := oci.Parse(data, oci.ParseOptions{Strict: o.Strict})
	if err != nil {
		return nil, err
	}
	target := compile.Target{Arch: o.Arch, Kernel: o.Kernel}
	p, findings, err := doc.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: o.Arch, Kernel: o.Kernel, Caps: o.Caps}, Runtime: o.Runtime, Strict: o.Strict})
	if err != nil {
		return nil, err
	}
	prog, err := compile.Compile(p, compile.Options{Target: target})
	if err != nil {
		return nil, err
	}
	return &Filter{
		Program:  prog,
		Profile:  &p,
		Target:   target,
		Findings: append(doc.Findings(), findings...),
	}, nil
}
