package bench

import (
	"errors"
	"slices"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Tool is a library that makes filters, used in one particular manner.
type Tool struct {
	Name string
	// Prepare writes a policy in the tool's own terms. Its errors wrap one of those
	// below if the tool lacks something.
	Prepare func(*Policy, Hints) (Job, error)
}

// Hints tell a tool which calls a program makes.
type Hints struct {
	Weights compile.Weights
	Hot     []string // calls that are a tenth of all or more, hottest first
}

// Job is a policy in a tool's terms.
type Job struct {
	// Run makes the program. It can be called any number of times.
	Run func() ([]bpf.RawInstruction, error)
	// Unknown are the calls that the tool's tables lack. The filter treats them like
	// numbers that no call has.
	Unknown []string
}

// addUnknown records a call that the tool doesn't know, if an ABI of the policy has
// it.
func (j *Job) addUnknown(p *Policy, name string) {
	exists := slices.ContainsFunc(p.Arches, func(a arch.Arch) bool { _, ok := syscalls.Lookup(a, name); return ok })
	if exists && !slices.Contains(j.Unknown, name) {
		j.Unknown = append(j.Unknown, name)
	}
}

// Reasons for which a tool makes no filter of a policy.
var (
	errOneABI  = errors.New("covers one ABI only")
	errLacks   = errors.New("lacks")
	errRefuses = errors.New("refuses")
)

// Tools returns the tools, this library first.
func Tools() []Tool {
	return []Tool{
		{"portcullis", Portcullis{}.Job},
		{"libseccomp, list", libseccompJob(1)},
		{"libseccomp, tree", libseccompJob(2)},
		{"elastic", elasticJob},
		{"gvisor", gvisorJob},
	}
}

// ret returns the filter's return value for an action on x86_64. The policies have no
// action that lacks one.
func ret(a profile.Action) uint32 {
	v, err := a.Return(arch.X86_64)
	if err != nil {
		panic(err)
	}
	return v
}
