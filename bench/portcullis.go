package bench

import (
	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Portcullis is this library's compiler with some options. The zero value compares
// 64 bits, as the other tools do, and proves the program.
type Portcullis struct {
	KernelWidths bool // compare as many bits as the kernel reads
	Weighted     bool // use Hints
	Exhaustive   bool
	SkipProof    bool
	// Kernel is the target's release. One that caches verdicts leaves the calls that
	// it caches without weight; the zero value caches none.
	Kernel syscalls.Release
}

// cachingKernel answers calls that are always allowed from a cache.
var cachingKernel = syscalls.Release{Major: 6, Minor: 12}

// Job prepares a policy for the compiler.
func (o Portcullis) Job(p *Policy, h Hints) (Job, error) {
	prof := p.Profile(o.KernelWidths)
	opts := compile.Options{Target: compile.Target{Arch: p.Arches[0], Kernel: o.Kernel}, SkipProof: o.SkipProof}
	if o.Exhaustive {
		opts.Effort = compile.Exhaustive()
	}
	if o.Weighted {
		opts.Weights = h.Weights
	}
	return Job{Run: func() ([]bpf.RawInstruction, error) {
		prog, err := compile.Compile(prof, opts)
		if err != nil {
			return nil, err
		}
		return prog.Raw(), nil
	}}, nil
}
