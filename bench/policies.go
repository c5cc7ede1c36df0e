package bench

import (
	"fmt"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Policies returns the policies on which the tools are compared. [Runnable] and
// [Realistic] say what its first elements are good for.
func Policies() ([]*Policy, error) {
	one, err := dockerPolicy("docker", "Docker's default profile, x86_64", arch.X86_64)
	if err != nil {
		return nil, err
	}
	three, err := dockerPolicy("docker3", "the same for x86_64, x86 and x32", arch.X86_64, arch.X86, arch.X32)
	if err != nil {
		return nil, err
	}
	return []*Policy{
		one, three,
		denylist("denylist", "kexec_file_load", "request_key"), denylist("denylist2", "quotactl", "userfaultfd"),
		argheavy(), errno380(),
		constant("refuse all", profile.Errno(errno.EPERM)),
		constant("log all", profile.Log()),
	}, nil
}

const (
	// Runnable is how many of the first policies let ordinary programs run, so that
	// recorded calls mean something.
	Runnable = 5
	// Realistic is how many of the first policies have rules. The others only show
	// how short a filter can be.
	Realistic = 6
)

// denylist denies 20 calls that few programs need. Consecutive numbers are one range
// to a filter, so its length depends on which calls they are: there are two lists,
// which differ in two calls, and the first has more consecutive numbers.
func denylist(name string, others ...string) *Policy {
	p := newPolicy(name, "20 calls denied, all others allowed", profile.Allow())
	for _, call := range append([]string{
		"acct", "add_key", "bpf", "delete_module", "finit_module", "init_module", "io_uring_setup", "kexec_load", "keyctl",
		"mount", "open_by_handle_at", "perf_event_open", "pivot_root", "ptrace", "reboot", "swapoff", "swapon", "umount2",
	}, others...) {
		p.add(profile.Errno(errno.EPERM), call)
	}
	return p
}

// errno380 gives each call an error number and a comparison of its own, so that
// programs can share nothing.
func errno380() *Policy {
	p := newPolicy("errno380", "380 calls, each with an error number and a 64-bit comparison of its own", profile.Allow())
	for _, name := range syscalls.All(arch.X86_64) {
		if i := uint64(len(p.Rules)) + 1; i <= 380 {
			p.add(profile.Errno(errno.Errno(i)), name, equal(int(i%6), i<<32|i*7919))
		}
	}
	return p
}

// nRules has n rules for a hundred calls, to measure how compile time grows. The
// values of each call are runs of four.
func nRules(n int) *Policy {
	p := newPolicy(fmt.Sprintf("%d rules", n), "", profile.Errno(errno.EPERM))
	var names []string
	for _, name := range syscalls.All(arch.X86_64) {
		names = append(names, name)
	}
	for i := range n {
		k := uint64(i / 100)
		p.add(profile.Allow(), names[i%100], equal(0, k/4*8+k%4))
	}
	return p
}

// constant has one verdict for all calls.
func constant(name string, a profile.Action) *Policy {
	return newPolicy(name, fmt.Sprintf("%v for all calls", a), a)
}
