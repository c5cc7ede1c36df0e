package bench

import (
	"strings"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
)

// Filter is the program that a tool makes of a policy.
type Filter struct {
	Tool    string
	Policy  *Policy
	Raw     []bpf.RawInstruction
	Unknown []string // see Job
	Err     error    // why there is no program

	prog *compile.Program
}

// Make makes a filter. A program that the kernel would refuse is an error.
func Make(t Tool, p *Policy, h Hints) *Filter {
	f := &Filter{Tool: t.Name, Policy: p}
	j, err := t.Prepare(p, h)
	if err != nil {
		f.Err = err
		return f
	}
	f.Unknown = j.Unknown
	if f.Raw, f.Err = j.Run(); f.Err != nil {
		return f
	}
	f.prog, f.Err = compile.FromRaw(f.Raw, p.Arches[0])
	return f
}

// Steps returns how many instructions a call runs.
func (f *Filter) Steps(d compile.Data) int { return len(f.prog.Trace(d).PCs) }

// Verdict returns the verdict on a call.
func (f *Filter) Verdict(d compile.Data) profile.Action { return f.prog.Run(d) }

// Cached returns how many of the known calls the kernel answers without running the
// program. It has no cache for x32.
func (f *Filter) Cached() (n int) {
	for _, d := range f.Policy.KnownCalls() {
		a, _ := arch.ByAudit(d.Audit, uint32(d.Nr))
		if a != arch.X32 && f.prog.Cacheable(a, uint32(d.Nr)) {
			n++
		}
	}
	return n
}

// exhaustive reports whether the filter comes from this library's longer search,
// whose run time isn't measured.
func (f *Filter) exhaustive() bool { return strings.HasSuffix(f.Tool, ", exhaustive") }
