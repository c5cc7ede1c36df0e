package bench

import (
	"errors"
	"slices"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/conformance/libseccomp"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Tool is a way to make a filter of a spec.
type Tool struct {
	Name string
	// Prepare writes the spec in the tool's own terms. It fails with one of the
	// errors below where these lack something.
	Prepare func(*Spec, Hints) (Job, error)
}

// Hints are what is known of the calls that a program makes.
type Hints struct {
	Weights compile.Weights
	Hot     []string // those that are a tenth of all calls or more, hottest first
}

// Job is a spec in the terms of a tool.
type Job struct {
	// Run makes the instructions of it, as often as it is called.
	Run func() ([]bpf.RawInstruction, error)
	// Missing are the calls that the tool's tables lack, and that the filter
	// therefore treats like unknown ones.
	Missing []string
}

// missing notes that a tool doesn't know a call, if an ABI of the spec has it.
func (j *Job) missing(s *Spec, name string) {
	exists := slices.ContainsFunc(s.Arches, func(a arch.Arch) bool { _, ok := syscalls.Lookup(a, name); return ok })
	if exists && !slices.Contains(j.Missing, name) {
		j.Missing = append(j.Missing, name)
	}
}

// Why there is no filter.
var (
	errOneABI  = errors.New("covers one ABI only")
	errLacks   = errors.New("lacks")
	errRefuses = errors.New("refuses")
)

// ret returns the value with which a filter gives a verdict on x86_64.
func ret(a profile.Action) uint32 {
	v, err := a.Return(arch.X86_64)
	if err != nil {
		panic(err) // the specs are ours
	}
	return v
}

// Tools returns the tools, ours first.
func Tools() []Tool {
	return []Tool{
		{"portcullis", Ours{}.Job},
		{"libseccomp, list", libseccompJob(1)},
		{"libseccomp, tree", libseccompJob(2)},
		{"elastic", elasticJob},
		{"gvisor", gvisorJob},
	}
}

// Ours are the ways to use our own compiler.
type Ours struct {
	KernelWidths bool // compare as many bits as the kernel reads
	Weighted     bool // use Hints
	Exhaustive   bool
	SkipProof    bool
	// Kernel is the target's: one that caches verdicts leaves some calls without
	// weight. The zero value doesn't.
	Kernel syscalls.Release
}

// caching is a kernel that answers calls which are always allowed from a cache.
var caching = syscalls.Release{Major: 6, Minor: 12}

// Job prepares a spec for the compiler.
func (o Ours) Job(s *Spec, h Hints) (Job, error) {
	p := s.Profile(o.KernelWidths)
	opts := compile.Options{Target: compile.Target{Arch: s.Arches[0], Kernel: o.Kernel}, SkipProof: o.SkipProof}
	if o.Exhaustive {
		opts.Effort = compile.Exhaustive()
	}
	if o.Weighted {
		opts.Weights = h.Weights
	}
	return Job{Run: func() ([]bpf.RawInstruction, error) {
		prog, err := compile.Compile(p, opts)
		if err != nil {
			return nil, err
		}
		return prog.Raw(), nil
	}}, nil
}

// libseccompJob adds a spec's rules as the container runtimes add theirs, name by
// name.
func libseccompJob(level int) func(*Spec, Hints) (Job, error) {
	return func(s *Spec, _ Hints) (Job, error) {
		if s.Foreign.Kind() != profile.KindKillThread {
			return Job{}, errors.New("the binding has KillThread for other ABIs only")
		}
		var j Job
		var rules []libseccomp.Rule
		for _, r := range s.Rules {
			var conds []libseccomp.Cmp
			for _, c := range r.If {
				cmp := libseccomp.Cmp{Arg: c.Arg, Op: c.Op, Value: c.Value}
				if c.Op == profile.OpMaskedEqual {
					cmp.Value, cmp.DatumOf = c.Mask, c.Value
				}
				conds = append(conds, cmp)
			}
			for _, name := range r.Calls {
				if slices.ContainsFunc(s.Arches, func(a arch.Arch) bool { return !libseccomp.Agrees(a, name) }) {
					j.missing(s, name)
				}
				rules = append(rules, libseccomp.Rule{Name: name, Action: ret(r.Action), Conds: conds})
			}
		}
		j.Run = func() ([]bpf.RawInstruction, error) { return libseccomp.Build(ret(s.Default), s.Arches, rules, level) }
		return j, nil
	}
}
