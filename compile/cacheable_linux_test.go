package compile_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/portcullis-go/portcullis/internal/kerneltest"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// cacheEntry is a call as /proc/<pid>/seccomp_cache names it.
type cacheEntry struct {
	abi string // SECCOMP_ARCH_NATIVE_NAME or SECCOMP_ARCH_COMPAT_NAME of arch/*/include/asm/seccomp.h
	nr  uint32
}

// readCache returns which calls the kernel answers from the cache for a thread.
// There are none for one without a filter.
func readCache(t *testing.T, task string) map[cacheEntry]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(task, "seccomp_cache"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.Skip("the kernel doesn't show its cache: it lacks CONFIG_SECCOMP_CACHE_DEBUG, and nothing else tells a cached call from others")
	case errors.Is(err, fs.ErrPermission):
		t.Skip("the kernel shows its cache to those with CAP_SYS_ADMIN only")
	case err != nil:
		t.Fatal(err)
	}
	cache := make(map[cacheEntry]bool)
	for line := range strings.Lines(string(text)) {
		var e cacheEntry
		var status string
		if n, err := fmt.Sscanf(line, "%s %d %s", &e.abi, &e.nr, &status); n != 3 || err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		cache[e] = status == "ALLOW"
	}
	return cache
}

// cacheUnder returns the cache of a thread that has the program.
func cacheUnder(t *testing.T, prog *compile.Program) map[cacheEntry]bool {
	t.Helper()
	type thread struct {
		id  int
		err error
	}
	installed, done := make(chan thread), make(chan bool)
	go func() {
		runtime.LockOSThread() // and never unlocks: the thread ends with its filter
		err := install.Load(prog.Raw(), install.Options{Thread: true})
		installed <- thread{syscall.Gettid(), err}
		<-done
	}()
	th := <-installed
	defer close(done)
	if th.err != nil {
		t.Fatalf("%v\n%v", th.err, prog)
	}
	return readCache(t, "/proc/self/task/"+strconv.Itoa(th.id))
}

// Cacheable says of a program what the kernel finds, of all numbers in its cache.
func TestKernelCacheable(t *testing.T) {
	kerneltest.NeedFilters(t)
	if err := install.Supported(); err != nil {
		t.Skip(err)
	}
	before := readCache(t, "/proc/self")
	rnd := rand.New(rand.NewPCG(11, 4))
	var n cacheableCounts
	for i := range trials(20, 200) {
		n.kernel(t, programForThread(t, rnd, i%2 == 0), before)
	}
	if t.Logf("%+v", n); n.yes == 0 || n.no == 0 {
		t.Error("too few")
	}
}

// kernel compares Cacheable with the kernel's cache, of which before is what
// earlier filters leave.
func (n *cacheableCounts) kernel(t *testing.T, prog *compile.Program, before map[cacheEntry]bool) {
	t.Helper()
	cache := cacheUnder(t, prog)
	if len(cache) == 0 {
		t.Fatal("the kernel shows an empty cache")
	}
	for e, cached := range cache {
		a, ok := cacheABI(e.abi)
		name, _ := syscalls.Name(a, e.nr)
		if !ok || name == "uretprobe" || name == "uprobe" {
			continue // s390's compat ABI has a name of its own, and these calls are the kernel's exception
		}
		want := prog.Cacheable(a, e.nr)
		if was, ok := before[e]; ok {
			want = want && was
		}
		if want {
			n.yes++
		} else {
			n.no++
		}
		if cached != want {
			t.Fatalf("%s %d: the kernel says %v\n%v", e.abi, e.nr, cached, prog)
		}
	}
}

// cacheABI returns the ABI of a name that the kernel's cache has.
func cacheABI(name string) (arch.Arch, bool) {
	if name == "ia32" {
		return arch.X86, true
	}
	a, err := arch.Parse(name)
	return a, err == nil
}

// programForThread returns a program that this thread can go on with: it allows
// by default, and decides about calls that no locked and waiting thread makes.
func programForThread(t *testing.T, rnd *rand.Rand, compiled bool) *compile.Program {
	t.Helper()
	native := arch.Native()
	if !compiled {
		// What is below 330 is allowed; the rest is up to a random program.
		raw := append([]bpf.RawInstruction{
			cbpf.Load(cbpf.OffNr), cbpf.Jump(cbpf.JgeK, native.Base()+330, 1, 0), cbpf.Ret(0x7fff0000),
		}, randomProgram(t, rnd).Raw()...)
		prog, err := compile.FromRaw(raw, native)
		if err != nil {
			t.Fatal(err)
		}
		return prog
	}
	var names []string
	for _, n := range []string{"mount", "umount2", "swapon", "reboot", "ptrace", "acct", "personality", "keyctl", "bpf", "chroot", "setns", "mbind",
		"quotactl", "kcmp", "socket", "connect", "bind", "listen", "setsockopt", "chmod", "chown", "link", "symlink", "mknod", "rmdir"} {
		if rnd.IntN(2) == 0 {
			names = append(names, n)
		}
	}
	p := profile.New(profile.Allow()).On(append([]arch.Arch{native}, native.Companions()...)...)
	for _, n := range names {
		switch rnd.IntN(4) {
		case 0:
			p = p.Deny(errno.EPERM, n)
		case 1:
			p = p.Allow(n).If(arg(rnd.IntN(3)).Low32().Equal(uint64(rnd.IntN(5)))).Deny(errno.EACCES, n)
		case 2:
			p = p.Do(profile.Log(), n)
		case 3:
			p = p.Allow(n)
		}
	}
	prog, err := compile.Compile(p, compile.Options{Target: compile.Target{Arch: native}})
	if err != nil {
		t.Fatal(err)
	}
	return prog
}
