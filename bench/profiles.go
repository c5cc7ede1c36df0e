package bench

import (
	"fmt"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// The first specs that Specs returns are such that programs could run under them,
// so that recorded calls tell something about them; the last ones only show how
// little a filter can be.
const (
	Recorded = 5
	Compared = 6
)

// Specs returns the profiles on which the tools are compared.
func Specs() ([]*Spec, error) {
	one, err := docker("docker", "Docker's default profile, x86_64", arch.X86_64)
	if err != nil {
		return nil, err
	}
	three, err := docker("docker3", "the same for x86_64, x86 and x32", arch.X86_64, arch.X86, arch.X32)
	if err != nil {
		return nil, err
	}
	return []*Spec{
		one, three,
		denylist("denylist", "kexec_file_load", "request_key"), denylist("denylist2", "quotactl", "userfaultfd"),
		argheavy(), errno380(),
		constant("refuse all", profile.Errno(errno.EPERM)),
		constant("log all", profile.Log()),
	}, nil
}

// spec is a spec for x86_64 alone. Calls through other ABIs kill the thread,
// which is the one verdict that all bindings have for them.
func spec(name, about string, def profile.Action) *Spec {
	return &Spec{Name: name, About: about, Arches: []arch.Arch{arch.X86_64}, Default: def, Foreign: profile.KillThread()}
}

// on adds a rule without conditions, or with some.
func (s *Spec) on(a profile.Action, call string, conds ...Cond) {
	s.Rules = append(s.Rules, Rule{[]string{call}, a, conds})
}

// in adds a rule for each value of an argument.
func (s *Spec) in(a profile.Action, call string, arg int, values ...uint64) {
	for _, v := range values {
		s.on(a, call, equal(arg, v))
	}
}

func equal(arg int, v uint64) Cond { return Cond{Arg: arg, Op: profile.OpEqual, Value: v} }

func masked(arg int, mask, v uint64) Cond {
	return Cond{Arg: arg, Op: profile.OpMaskedEqual, Mask: mask, Value: v}
}

func atMost(arg int, v uint64) Cond { return Cond{Arg: arg, Op: profile.OpLessEqual, Value: v} }

func atLeast(arg int, v uint64) Cond { return Cond{Arg: arg, Op: profile.OpGreaterEqual, Value: v} }

// denylist takes calls away that few programs need. How long a filter of it is
// depends on how many of the numbers are neighbours, so there are two lists, which
// differ in two calls: more are neighbours in the first.
func denylist(name string, others ...string) *Spec {
	s := spec(name, "20 calls denied, all others allowed", profile.Allow())
	for _, call := range append([]string{
		"acct", "add_key", "bpf", "delete_module", "finit_module", "init_module", "io_uring_setup", "kexec_load", "keyctl",
		"mount", "open_by_handle_at", "perf_event_open", "pivot_root", "ptrace", "reboot", "swapoff", "swapon", "umount2",
	}, others...) {
		s.on(profile.Errno(errno.EPERM), call)
	}
	return s
}

// errno380 has an error number and a comparison of its own for each call, so that
// nothing can be shared.
func errno380() *Spec {
	s := spec("errno380", "380 calls, each with an error number and a 64-bit comparison of its own", profile.Allow())
	for _, name := range syscalls.All(arch.X86_64) {
		if i := uint64(len(s.Rules)) + 1; i <= 380 {
			s.on(profile.Errno(errno.Errno(i)), name, equal(int(i%6), i<<32|i*7919))
		}
	}
	return s
}

// growing has n rules on a hundred calls, for the time that compiling takes. The
// values of a call are runs of four.
func growing(n int) *Spec {
	s := spec(fmt.Sprintf("%d rules", n), "", profile.Errno(errno.EPERM))
	var names []string
	for _, name := range syscalls.All(arch.X86_64) {
		names = append(names, name)
	}
	for i := range n {
		k := uint64(i / 100)
		s.on(profile.Allow(), names[i%100], equal(0, k/4*8+k%4))
	}
	return s
}

// constant has one verdict on all calls.
func constant(name string, a profile.Action) *Spec {
	return spec(name, fmt.Sprintf("%v for all calls", a), a)
}
