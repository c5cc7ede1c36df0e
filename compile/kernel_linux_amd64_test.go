package compile_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/portcullis-go/portcullis/internal/kerneltest"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/profile"
)

var kernelABIs = []struct {
	goarch string
	abi    arch.Arch
}{{"amd64", arch.X86_64}, {"386", arch.X86}}

func TestKernelRandom(t *testing.T) {
	kerneltest.NeedFilters(t)
	n := trials(4, 20)
	for _, k := range kernelABIs {
		t.Run(k.goarch, func(t *testing.T) {
			path, calls := caller(t, k.goarch), 0
			for seed := range uint64(n) {
				p := kernelProfile(rand.New(rand.NewPCG(seed, 1)))
				cs := kernelCalls(p, k.abi)
				compareKernel(t, p, path, cs)
				if calls += len(cs); t.Failed() {
					t.FailNow()
				}
			}
			t.Logf("%d calls", calls)
		})
	}
}

// A long program, so that the kernel's own conversion meets far jumps.
func TestKernelFar(t *testing.T) {
	kerneltest.NeedFilters(t)
	p := profile.Profile{Default: profile.Allow(), BadArch: eperm, Arches: []arch.Arch{arch.X86_64, arch.X86}}
	for i := uint32(firstFree); i <= lastFree; i++ {
		n := []profile.NumberRange{{First: i, Last: i}}
		p = p.Rule(profile.Rule{Numbers: n, If: arg(int(i % 6)).Register().Equal(uint64(i)<<32 | 7), Action: profile.Errno(errno.Errno(i))})
		if i%4 == 0 {
			p = p.Rule(profile.Rule{Numbers: n, If: arg(int((i + 1) % 6)).Low32().AnyBits(1 << 31), Action: profile.Errno(errno.Errno(i + 1000))})
		}
	}
	for _, k := range kernelABIs {
		t.Run(k.goarch, func(t *testing.T) {
			calls := kernelCalls(p, k.abi)
			compareKernel(t, p, caller(t, k.goarch), calls)
			t.Logf("%d calls", len(calls))
		})
	}
}

// Calls of X32 reach the filter although this kernel may not serve them: where
// it isn't covered they meet BadArch.
func TestKernelX32(t *testing.T) {
	kerneltest.NeedFilters(t)
	path := caller(t, "amd64")
	for _, arches := range [][]arch.Arch{{arch.X86_64}, {arch.X86_64, arch.X32}, {arch.X86_64, arch.X86}} {
		p := profile.Profile{Default: profile.Allow(), BadArch: profile.Errno(77), Arches: arches}.
			Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 0x40000258, Last: 0x40000259}}, Action: profile.Errno(78)}).
			Rule(profile.Rule{Syscalls: []string{"getpid"}, Arches: []arch.Arch{arch.X32}, Action: profile.Errno(79)})
		var calls []compile.Data
		for _, nr := range []uint32{600, 0x40000000 + 39, 0x40000257, 0x40000258, 0x40000259, 0x4000025a, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff} {
			calls = append(calls, compile.Data{Nr: int32(nr), Audit: arch.X86_64.Audit()})
		}
		if len(arches) == 2 && arches[1] == arch.X32 { // getpid is made where the kernel serves X32
			calls = calls[2:]
		}
		compareKernel(t, p, path, calls)
	}
}

// A foreign ABI: a filter for x86_64 alone kills a 386 program at once.
func TestKernelForeign(t *testing.T) {
	kerneltest.NeedFilters(t)
	p := profile.Profile{Default: profile.Allow(), BadArch: profile.KillProcess(), Arches: []arch.Arch{arch.X86_64}}
	wantSIGSYS(t, p, caller(t, "386"), nil)
}

func TestKernelKill(t *testing.T) {
	kerneltest.NeedFilters(t)
	d := compile.Data{Nr: 700, Audit: arch.X86_64.Audit(), Args: [6]uint64{0: dirty | 1}}
	for _, action := range []profile.Action{profile.KillProcess(), {}} {
		p := profile.Profile{Default: profile.Allow(), BadArch: profile.Allow(), Arches: []arch.Arch{arch.X86_64, arch.X86}}.
			Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 700, Last: 700}}, If: arg(0).Low32().Equal(1), Action: action})
		for _, k := range kernelABIs {
			t.Run(k.goarch, func(t *testing.T) {
				path := caller(t, k.goarch)
				d := d
				if d.Audit = k.abi.Audit(); k.abi == arch.X86 {
					d.Args[0] = 1
				}
				wantSIGSYS(t, p, path, []compile.Data{d})
				d.Args[0]++
				compareKernel(t, p, path, []compile.Data{d, d})
			})
		}
	}
}

// The zero profile kills at the first call after its installation.
func TestKernelZero(t *testing.T) {
	kerneltest.NeedFilters(t)
	if os.Getenv("COMPILE_TEST_ZERO") != "" { // the process that dies, and removes nothing
		prog, err := compile.Compile(profile.Profile{}, compile.Options{})
		if err == nil {
			err = install.Load(prog.Raw(), install.Options{})
		}
		fmt.Println("alive", err)
		os.Exit(1)
	}
	caller(t, "amd64") // for the reasons to skip
	cmd := exec.Command(os.Args[0], "-test.run=^TestKernelZero$")
	cmd.Env = append(os.Environ(), "COMPILE_TEST_ZERO=1")
	out, err := cmd.CombinedOutput()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGSYS {
		t.Errorf("%v, want death by SIGSYS\n%s", err, out)
	}
}

func wantSIGSYS(t *testing.T, p profile.Profile, path string, calls []compile.Data) {
	t.Helper()
	prog, err := compile.Compile(p, compile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = under(prog, path, calls)
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("%v, want death by SIGSYS", err)
	}
	if status := exit.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGSYS {
		t.Errorf("%v, want death by SIGSYS", err)
	}
}

// A trap is a SIGSYS, of which the Go runtime dies with a message.
func TestKernelTrap(t *testing.T) {
	kerneltest.NeedFilters(t)
	p := profile.New(profile.Allow()).On(arch.X86_64).
		Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 700, Last: 700}}, Action: profile.Trap(5)})
	prog, err := compile.Compile(p, compile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = under(prog, caller(t, "amd64"), []compile.Data{{Nr: 700, Audit: arch.X86_64.Audit()}})
	if err == nil || !strings.Contains(err.Error(), "SIGSYS: bad system call") {
		t.Errorf("error %v, want SIGSYS", err)
	}
}

// Names are the kernel's numbers, and the kernel reads as many bits as the filter
// compares: calls that would fail with EBADF or EINVAL fail with an error number
// that no call has, whatever stands in the upper halves.
func TestKernelNames(t *testing.T) {
	kerneltest.NeedFilters(t)
	const unheard = 2222
	badFD := arg(0).Equal(profile.Signed(-1))
	p := profile.New(profile.Allow()).On(arch.X86_64, arch.X86).
		Deny(unheard, "lseek", "fchdir", "ftruncate", "fstatfs", "flock", "getdents64", "fchmod", "inotify_add_watch").If(badFD).
		Deny(unheard, "fcntl", "ioctl").If(profile.And{badFD, arg(1).Equal(0x5401)}).
		Deny(unheard, "socket").If(arg(0).Equal(38)).
		Deny(unheard, "umask").If(arg(0).Equal(0xffff))
	for _, k := range kernelABIs {
		t.Run(k.goarch, func(t *testing.T) {
			prog := compiled(t, p, compile.Options{})
			calls := failingCalls(t, k.abi)
			results, err := under(prog, caller(t, k.goarch), calls)
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range results {
				if r != -unheard {
					t.Errorf("%v returns %d, want %d", calls[i], r, -unheard)
				}
			}
		})
	}
}

// failingCalls returns calls that fail with EBADF or EINVAL, or do no harm, with all
// kinds of upper halves where the ABI has any.
func failingCalls(t *testing.T, a arch.Arch) (calls []compile.Data) {
	t.Helper()
	uppers := []uint64{0, 0xdeadbeef << 32, 0xffffffff << 32}
	if a.Bits() == 32 {
		uppers = uppers[:1]
	}
	for _, c := range []struct {
		name string
		args [2]uint64
	}{
		{"lseek", [2]uint64{0xffffffff}}, {"fchdir", [2]uint64{0xffffffff}}, {"ftruncate", [2]uint64{0xffffffff}},
		{"fstatfs", [2]uint64{0xffffffff}}, {"flock", [2]uint64{0xffffffff}}, {"getdents64", [2]uint64{0xffffffff}},
		{"fchmod", [2]uint64{0xffffffff}}, {"inotify_add_watch", [2]uint64{0xffffffff}},
		{"fcntl", [2]uint64{0xffffffff, 0x5401}}, {"ioctl", [2]uint64{0xffffffff, 0x5401}},
		{"socket", [2]uint64{38, 99}}, {"umask", [2]uint64{0xffff}},
	} {
		for _, upper := range uppers {
			d, err := compile.Call(a, c.name, c.args[0]|upper, c.args[1]|upper)
			if err != nil {
				t.Fatal(err)
			}
			calls = append(calls, d)
		}
	}
	return calls
}

// The instruction pointer is that of the program's text.
func TestKernelPointer(t *testing.T) {
	kerneltest.NeedFilters(t)
	path := caller(t, "amd64")
	// Go's linker puts a static program's text at 0x400000.
	inText := profile.InstructionPointer().Between(0x400000, 0x400000+8<<20)
	p := profile.New(profile.Allow()).On(arch.X86_64).
		Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 700, Last: 700}}, If: inText, Action: profile.Errno(71)}).
		Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 701, Last: 701}}, If: profile.Not{Cond: inText}, Action: profile.Errno(72)}).
		Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 702, Last: 702}}, If: profile.InstructionPointer().Greater(1 << 32), Action: profile.Errno(73)})
	prog, err := compile.Compile(p, compile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	calls := []compile.Data{{Nr: 700}, {Nr: 701}, {Nr: 702}}
	unfiltered, err := under(nil, path, calls)
	if err != nil {
		t.Fatal(err)
	}
	want := []int{-71, unfiltered[1], unfiltered[2]}
	if results, err := under(prog, path, calls); err != nil || !slices.Equal(results, want) {
		t.Errorf("%v, %v, want %v", results, err, want)
	}
}
