package bench

import (
	"fmt"
	"slices"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Filter is what a tool makes of a spec.
type Filter struct {
	Tool    string
	Spec    *Spec
	Raw     []bpf.RawInstruction
	Missing []string // of Job
	Err     error    // why there is none

	prog *compile.Program
}

// Make makes a filter. A program that the kernel would refuse is an error.
func Make(t Tool, s *Spec, h Hints) *Filter {
	f := &Filter{Tool: t.Name, Spec: s}
	j, err := t.Prepare(s, h)
	if err != nil {
		f.Err = err
		return f
	}
	f.Missing = j.Missing
	if f.Raw, f.Err = j.Run(); f.Err != nil {
		return f
	}
	f.prog, f.Err = compile.FromRaw(f.Raw, s.Arches[0])
	return f
}

// MakeAll makes the filters of all tools.
func MakeAll(tools []Tool, s *Spec) (fs []*Filter) {
	for _, t := range tools {
		fs = append(fs, Make(t, s, Hints{}))
	}
	return fs
}

// Steps returns how many instructions a call runs.
func (f *Filter) Steps(d compile.Data) int { return len(f.prog.Trace(d).PCs) }

// Verdict returns the verdict on a call.
func (f *Filter) Verdict(d compile.Data) profile.Action { return f.prog.Run(d) }

// Cached returns how many of the known calls the kernel answers without running
// the program.
func (f *Filter) Cached() (n int) {
	for _, d := range f.Spec.Known() {
		a, _ := arch.ByAudit(d.Audit, uint32(d.Nr))
		if a != arch.X32 && f.prog.Cacheable(a, uint32(d.Nr)) { // the kernel has no cache for x32
			n++
		}
	}
	return n
}

// Known returns all calls that the ABIs have, with arguments that are zero.
func (s *Spec) Known() (calls []compile.Data) {
	for _, a := range s.Arches {
		for nr := range syscalls.All(a) {
			calls = append(calls, compile.Data{Nr: int32(nr), Audit: a.Audit()})
		}
	}
	return calls
}

// own returns those of Known that are the machine's own ABI's.
func (s *Spec) own() (calls []compile.Data) {
	for _, d := range s.Known() {
		if a, _ := arch.ByAudit(d.Audit, uint32(d.Nr)); a == s.Arches[0] {
			calls = append(calls, d)
		}
	}
	return calls
}

// uncached returns those of Known that aren't allowed whatever their arguments
// are, so that no kernel can answer them from a cache.
func (s *Spec) uncached() (calls []compile.Data) {
	always := s.alwaysAllowed()
	for _, d := range s.Known() {
		a, _ := arch.ByAudit(d.Audit, uint32(d.Nr))
		if name, _ := syscalls.Name(a, uint32(d.Nr)); !always(name) {
			calls = append(calls, d)
		}
	}
	return calls
}

// Meeting returns, for each rule with conditions, each of its calls on each ABI
// with arguments that meet them.
func (s *Spec) Meeting() (calls []compile.Data) {
	for _, r := range s.Rules {
		if len(r.If) == 0 {
			continue
		}
		for _, name := range r.Calls {
			for _, a := range s.Arches {
				if nr, ok := syscalls.Lookup(a, name); ok {
					calls = append(calls, compile.Data{Nr: int32(nr), Audit: a.Audit(), Args: r.meet()})
				}
			}
		}
	}
	return calls
}

// meet returns arguments for which the conditions hold: each value that one of
// them names, next to it or none of its bits, until all do.
func (r *Rule) meet() (args [6]uint64) {
	for i := range args {
		var of []Cond
		for _, c := range r.If {
			if c.Arg == i {
				of = append(of, c)
			}
		}
		one := Rule{If: of}
		for _, v := range candidates(of) {
			if args[i] = v; one.holds(&args) {
				break
			}
		}
	}
	if !r.holds(&args) {
		panic(fmt.Sprintf("no arguments meet %+v", r)) // the specs are ours
	}
	return args
}

// candidates returns values at which conditions on an argument change.
func candidates(conds []Cond) []uint64 {
	var vs []uint64
	for _, c := range conds {
		for _, v := range []uint64{c.Value, c.Value - 1, c.Value + 1, c.Value ^ c.Mask, c.Value ^ 1<<32, c.Value ^ 1<<63} {
			if !slices.Contains(vs, v) {
				vs = append(vs, v)
			}
		}
	}
	return append(vs, 0, ^uint64(0))
}

// audit64 is the bit of an audit architecture whose registers have 64 bits
// (__AUDIT_ARCH_64BIT, include/uapi/linux/audit.h).
const audit64 = 1 << 31

// Tried returns the calls among which the longest path is looked for: those of
// Known and Meeting, and the latter with each argument changed to values at which
// its conditions change.
func (s *Spec) Tried() []compile.Data {
	calls := s.Known()
	byCall := make(map[string][]Cond)
	for _, r := range s.Rules {
		for _, name := range r.Calls {
			byCall[name] = append(byCall[name], r.If...)
		}
	}
	for _, d := range s.Meeting() {
		calls = append(calls, d)
		a, _ := arch.ByAudit(d.Audit, uint32(d.Nr))
		name, _ := syscalls.Name(a, uint32(d.Nr))
		for i := range d.Args {
			conds := slices.DeleteFunc(slices.Clone(byCall[name]), func(c Cond) bool { return c.Arg != i })
			if conds == nil {
				continue
			}
			for _, v := range candidates(conds) {
				if d.Audit&audit64 == 0 {
					v &= 1<<32 - 1
				}
				changed := d
				changed.Args[i] = v
				calls = append(calls, changed)
			}
		}
	}
	return calls
}
