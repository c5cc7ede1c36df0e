package compile_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// container returns a profile of the size and kind of container engines'
// defaults: nearly all calls are allowed, some under conditions.
func container(arches ...arch.Arch) profile.Profile {
	privileged := []string{"acct", "add_key", "bpf", "clock_adjtime", "clock_settime", "create_module", "delete_module",
		"fanotify_init", "finit_module", "fsconfig", "fsmount", "fsopen", "fspick", "get_mempolicy", "init_module", "io_uring_enter",
		"io_uring_register", "io_uring_setup", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie",
		"mbind", "mount", "mount_setattr", "move_mount", "move_pages", "nfsservctl", "open_by_handle_at", "open_tree", "perf_event_open",
		"pivot_root", "process_madvise", "quotactl", "quotactl_fd", "reboot", "request_key", "set_mempolicy", "setdomainname",
		"sethostname", "setns", "settimeofday", "stime", "swapoff", "swapon", "sysfs", "syslog", "umount", "umount2", "unshare",
		"uselib", "userfaultfd", "ustat", "vhangup", "vm86", "vm86old"}
	conditional := []string{"clone", "clone3", "personality", "socket"}
	var names []string
	for _, a := range arches {
		for _, name := range syscalls.All(a) {
			if !slices.Contains(privileged, name) && !slices.Contains(conditional, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return profile.New(eperm).On(arches...).
		Allow(slices.Compact(names)...).
		Allow("socket").If(arg(0).Register().NotIn(38, 40)).
		Allow("personality").If(arg(0).Register().In(0, 8, 0x20000, 0x20008, 0xffffffff)).
		Allow("clone").If(arg(0).Register().NoBits(0x7e020000)).
		Deny(errno.ENOSYS, "clone3")
}

// allowList returns a profile that allows 60 calls, 20 of them under conditions.
func allowList() profile.Profile {
	p := profile.New(eperm).On(arch.X86_64)
	i := 0
	for nr, name := range syscalls.All(arch.X86_64) {
		if nr%4 != 0 {
			continue
		}
		p = p.Allow(name)
		if i%3 == 1 {
			o := arg(i % 4).Low32()
			p = p.If([]profile.Cond{o.In(1, 3, 5), o.Between(7, 1000), o.NoBits(0xf0), o.Less(1 << 20)}[i/3%4])
		}
		if i++; i == 60 {
			break
		}
	}
	return p
}

// sized returns a profile whose program has about so many instructions: calls by
// number, each fifth with a condition.
func sized(instructions int) profile.Profile {
	p := profile.Profile{Default: eperm}.On(arch.X86_64)
	for i := range instructions / 2 {
		nr := uint32(2 * i)
		p = p.Rule(profile.Rule{Numbers: []profile.NumberRange{{First: nr, Last: nr}}, Action: profile.Allow()})
		if i%5 == 0 {
			p = p.If(arg(i % 3).Register().Equal(uint64(i)))
		}
	}
	return p
}

func mustCompile(t testing.TB, p profile.Profile, target compile.Target) *compile.Program {
	t.Helper()
	prog, err := compile.Compile(p, compile.Options{Target: target, SkipProof: true})
	if err != nil {
		t.Fatal(err)
	}
	return prog
}

// proofs are the profiles whose proofs are measured.
func proofs() []entry {
	es := []entry{
		{"container", container(arch.X86_64)},
		{"container for three ABIs", container(arch.X86_64, arch.X86, arch.X32)},
		{"60 calls, 20 with arguments", allowList()},
	}
	for _, n := range []int{100, 1000, 4000} {
		es = append(es, entry{fmt.Sprint(n, " instructions"), sized(n)})
	}
	return es
}

// BenchmarkProve measures the proof of a program, which is what Verify does and
// what Compile adds to compiling.
func BenchmarkProve(b *testing.B) {
	target := compile.Target{Arch: arch.X86_64}
	for _, e := range proofs() {
		b.Run(e.name, func(b *testing.B) {
			prog := mustCompile(b, e.profile, target)
			b.ReportAllocs()
			for b.Loop() {
				if err := compile.Verify(prog, e.profile, target); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(prog.Stats(nil).Instructions), "instructions")
		})
	}
}

// TestProofMemory checks that proofs allocate less than a bound in all, and that this
// grows about as the program does.
func TestProofMemory(t *testing.T) {
	target := compile.Target{Arch: arch.X86_64}
	perInstruction := make(map[string]float64)
	for _, e := range proofs() {
		prog := mustCompile(t, e.profile, target)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := compile.Verify(prog, e.profile, target); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		bytes := after.TotalAlloc - before.TotalAlloc
		n := prog.Stats(nil).Instructions
		perInstruction[e.name] = float64(bytes) / float64(n)
		t.Logf("%s: %d instructions, %d kB", e.name, n, bytes>>10)
		if bytes > 8<<20 {
			t.Errorf("%s: %d bytes", e.name, bytes)
		}
	}
	if small, large := perInstruction["1000 instructions"], perInstruction["4000 instructions"]; large > 2*small {
		t.Errorf("%.0f bytes an instruction of 4000, %.0f of 1000", large, small)
	}
}
