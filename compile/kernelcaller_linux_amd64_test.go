package compile_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/compile/compiletest"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/profile"
)

// The third oracle is the running kernel: testdata/caller makes calls under the
// compiled filter. Filters here allow by default and decide about numbers that
// no kernel implements, so that the caller's runtime is left alone, and an
// allowed call fails: with ENOSYS, or with the error of a filter that the tests
// started under.

const (
	firstFree = 600 // numbers from here to lastFree are no calls on x86_64 and x86
	lastFree  = 1000
)

// caller returns the path of testdata/caller, built for a GOARCH.
func caller(t *testing.T, goarch string) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command to build the program that makes the calls")
	}
	if err := install.Supported(); err != nil {
		t.Skip(err)
	}
	dir := callerDir(t)
	path := filepath.Join(dir, goarch)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", path, "./testdata/caller")
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+goarch, "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if goarch == "386" {
		if out, err := exec.Command(path).CombinedOutput(); errors.Is(err, syscall.ENOEXEC) {
			t.Skip("the kernel lacks CONFIG_IA32_EMULATION")
		} else if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return path
}

var callers struct {
	sync.Once
	dir string
}

func callerDir(t *testing.T) string {
	callers.Do(func() {
		var err error
		if callers.dir, err = os.MkdirTemp(os.Getenv("GOTMPDIR"), "caller"); err != nil {
			t.Fatal(err)
		}
	})
	return callers.dir
}

func TestMain(m *testing.M) {
	code := m.Run()
	if callers.dir != "" {
		os.RemoveAll(callers.dir)
	}
	os.Exit(code)
}

// under makes the calls under the filter and returns what they returned. The
// process inherits the filter of the thread that starts it, which ends here. With
// nil, no filter is added to those that the tests started under.
func under(prog *compile.Program, path string, calls []compile.Data) ([]int, error) {
	var in, out, stderr bytes.Buffer
	for _, d := range calls {
		fmt.Fprintf(&in, "%x %x %x %x %x %x %x\n", uint32(d.Nr), d.Args[0], d.Args[1], d.Args[2], d.Args[3], d.Args[4], d.Args[5])
	}
	cmd := exec.Command(path)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &stderr
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocks: the thread ends with its filter
		var err error
		if prog != nil {
			err = install.Load(prog.Raw(), install.Options{Thread: true})
		}
		if err == nil {
			err = cmd.Start()
		}
		started <- err
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("%w\n%.2000s", err, stderr.String())
	}
	var results []int
	for _, line := range strings.Fields(out.String()) {
		r, err := strconv.Atoi(line)
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	if len(results) != len(calls) {
		return nil, fmt.Errorf("%d calls, %d results", len(calls), len(results))
	}
	return results, nil
}

// outcome is what a call returns that no kernel implements, if it returns unfiltered
// without the action. Of two filters that return an error, the kernel takes the one
// installed last; without a tracer and without a supervisor, both fail a call with
// ENOSYS, unless another filter returns an error.
func outcome(a profile.Action, unfiltered int) int {
	if a.Kind() == profile.KindErrno {
		return -int(a.Errno())
	}
	return unfiltered
}

// compareKernel makes the calls and compares with what the evaluator says.
func compareKernel(t *testing.T, p profile.Profile, path string, calls []compile.Data) {
	t.Helper()
	target := compile.Target{Arch: arch.X86_64}
	prog, err := compile.Compile(p, compile.Options{Target: target})
	if err != nil {
		t.Fatal(err)
	}
	unfiltered, err := under(nil, path, calls)
	if err != nil {
		t.Fatal(err)
	}
	results, err := under(prog, path, calls)
	if err != nil {
		t.Fatalf("%v\n%v", err, describe(p))
	}
	wrong := 0
	for i, d := range calls {
		v, err := compile.Evaluate(p, target, d)
		if err != nil {
			t.Fatal(err)
		}
		if want := outcome(v.Action, unfiltered[i]); results[i] != want {
			if wrong++; wrong <= 5 {
				t.Errorf("the kernel returns %d, want %d (rule %d)\n%v", results[i], want, v.Rule, prog.Trace(d))
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d calls\n%v", wrong, len(calls), describe(p))
	}
}

// kernelCalls returns the boundaries of p for the ABI of the caller, limited to
// numbers that no kernel implements and that the filter sees: X32's, which reach
// it on every x86_64 kernel, and -1 too.
func kernelCalls(p profile.Profile, a arch.Arch) []compile.Data {
	var calls []compile.Data
	for d := range compiletest.Boundaries(p, compile.Target{Arch: arch.X86_64}) {
		nr := uint32(d.Nr)
		free := nr&^0x40000000 >= firstFree && nr&^0x40000000 <= lastFree || nr >= 1<<31
		if a == arch.X86 {
			free = nr >= firstFree && nr <= lastFree || nr >= 1<<30
		}
		// The caller makes calls from one place.
		if d.InstructionPointer = 0; d.Audit == a.Audit() && free {
			calls = append(calls, d)
		}
	}
	return calls
}

// kernelProfile returns a random profile about free numbers, with verdicts that
// can be told apart.
func kernelProfile(rnd *rand.Rand) profile.Profile {
	d := dice(rnd.IntN)
	p := profile.Profile{
		Default: profile.Allow(),
		BadArch: profile.Allow(),
		Arches:  pick(d, []arch.Arch{arch.X86_64, arch.X86}, []arch.Arch{arch.X86_64, arch.X86, arch.X32}, []arch.Arch{arch.X86}),
	}
	for range 5 + d(40) {
		first := uint32(firstFree + rnd.IntN(lastFree-firstFree))
		n := profile.NumberRange{First: first, Last: min(first+uint32(pick(d, 0, 0, 1, 3, 60)), lastFree)}
		r := profile.Rule{Numbers: []profile.NumberRange{n}}
		if d(3) == 0 {
			r.Numbers = append(r.Numbers, profile.NumberRange{First: 0x40000000 + n.First, Last: 0x40000000 + n.Last})
		}
		if d(8) == 0 {
			r.Numbers = append(r.Numbers, profile.NumberRange{First: 0xfffffff0, Last: 0xffffffff})
		}
		r.Action = pick(d, profile.Allow(), profile.Log(), profile.Trace(1), profile.Errno(errno.Errno(1+rnd.IntN(4095))),
			profile.Errno(errno.Errno(1+rnd.IntN(4095))), profile.Errno(0), eperm)
		if d(4) != 0 {
			r.If = withoutPointer(randomCond(d, 2))
		}
		p = p.Rule(r)
	}
	return p
}

// withoutPointer makes tests of the instruction pointer ones of an argument.
func withoutPointer(c profile.Cond) profile.Cond {
	switch c := c.(type) {
	case profile.And:
		for i := range c {
			c[i] = withoutPointer(c[i])
		}
	case profile.Or:
		for i := range c {
			c[i] = withoutPointer(c[i])
		}
	case profile.Not:
		return profile.Not{Cond: withoutPointer(c.Cond)}
	case profile.Test:
		c.Field %= profile.IP
		return c
	}
	return c
}
