package docker

import (
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/profiles/seccomp"
	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/compile/compiletest"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

var update = flag.Bool("update", false, "write testdata/lengths.txt")

// machines are those on which Docker's default profile is resolved.
var machines = []arch.Arch{
	arch.X86_64, arch.AArch64, arch.ARM, arch.S390X, arch.PPC64LE, arch.RISCV64, arch.LoongArch64, arch.MIPS64,
}

var kernel = syscalls.Release{Major: 6, Minor: 12}

// capSets are the bounding sets of a container that drops all, of one with
// Docker's defaults, and of one that is privileged but for its filter.
var capSets = []struct {
	name string
	caps []string
}{
	{"none", nil},
	{"default", []string{"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID",
		"CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE"}},
	{"all", []string{"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
		"CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW",
		"CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT",
		"CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD",
		"CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG",
		"CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE"}},
}

var runtimes = map[string]oci.Runtime{"runc": oci.Runc, "crun": oci.Crun}

// document is moby's default profile, read as the JSON that Docker would read.
func document(t testing.TB) *oci.Document {
	t.Helper()
	text, err := json.Marshal(seccomp.DefaultProfile())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := oci.Parse(text, oci.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if doc.Dialect != oci.DialectDocker {
		t.Errorf("dialect %v", doc.Dialect)
	}
	return doc
}

// variants returns the targets and what the document means on each.
func variants(t testing.TB) iter.Seq2[string, variant] {
	doc := document(t)
	return func(yield func(string, variant) bool) {
		for _, m := range machines {
			for _, runtime := range []string{"runc", "crun"} {
				for _, c := range capSets {
					v := variant{target: compile.Target{Arch: m, Kernel: kernel}}
					var err error
					v.profile, _, err = doc.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: m, Kernel: kernel, Caps: c.caps}, Runtime: runtimes[runtime]})
					if err != nil {
						t.Fatalf("%v %s %s: %v", m, runtime, c.name, err)
					}
					if !yield(fmt.Sprintf("%v/%s/%s", m, runtime, c.name), v) {
						return
					}
				}
			}
		}
	}
}

type variant struct {
	target  compile.Target
	profile profile.Profile
}

func (v variant) compile(t testing.TB, skipProof bool) *compile.Program {
	prog, err := compile.Compile(v.profile, compile.Options{Target: v.target, SkipProof: skipProof})
	if err != nil {
		t.Fatal(err)
	}
	return prog
}

// TestVerdicts compiles each variant, with proof, and holds the program in two
// machines against the profile's rules.
func TestVerdicts(t *testing.T) {
	for name, v := range variants(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prog := v.compile(t, false)
			compiletest.Equivalent(t, v.profile, v.target, prog)
			v.numbers(t, prog)
		})
	}
}

// numbers asks for all numbers of all covered ABIs, and those beside them.
func (v variant) numbers(t *testing.T, prog *compile.Program) {
	ins, ok := bpf.Disassemble(prog.Raw())
	vm, err := bpf.NewVM(ins)
	if !ok || err != nil {
		t.Fatalf("x/net: %v, %v", ok, err)
	}
	allowed := 0
	for _, a := range prog.Arches() {
		for nr := range uint32(601) {
			for _, args := range [][6]uint64{{}, {2, 3, 4, 5, 6, 7}, {38, 1 << 33, 0xffffffff}, {1 << 16, 8}} {
				d := compile.Data{Nr: int32(a.Base() + nr), Audit: a.Audit(), Args: args}
				want, err := compile.Evaluate(v.profile, v.target, d)
				if err != nil {
					t.Fatal(err)
				}
				if got := prog.Run(d); got != want.Action {
					t.Fatalf("%v: the program says %v, the profile %v", d, got, want)
				}
				if ret, err := vm.Run(words(d, a)); err != nil || profile.ActionOf(uint32(ret)) != want.Action {
					t.Fatalf("%v: x/net says %#x, the profile %v", d, ret, want)
				}
				if want.Action == profile.Allow() {
					allowed++
				}
			}
		}
	}
	if allowed < 1000 {
		t.Errorf("only %d calls are allowed", allowed)
	}
}

// words is seccomp_data for x/net's machine, which loads words from big to little.
func words(d compile.Data, a arch.Arch) []byte {
	be := binary.BigEndian
	b := be.AppendUint32(be.AppendUint32(nil, uint32(d.Nr)), d.Audit)
	for _, v := range append([]uint64{d.InstructionPointer}, d.Args[:]...) {
		if a.ByteOrder() != binary.ByteOrder(be) {
			v = v<<32 | v>>32
		}
		b = be.AppendUint64(b, v)
	}
	return b
}

// TestKnownVerdicts are some that Docker's documentation promises.
func TestKnownVerdicts(t *testing.T) {
	eperm := profile.Errno(errno.EPERM)
	for name, v := range variants(t) {
		if v.target.Arch != arch.X86_64 || !strings.Contains(name, "/default") {
			continue
		}
		compiletest.Check(t, v.compile(t, true), []compiletest.Case{
			{Call: "read", Want: profile.Allow()},
			{Arch: arch.X86, Call: "read", Want: profile.Allow()},
			{Arch: arch.X32, Call: "read", Want: profile.Allow()},
			{Call: "mount", Want: eperm},
			{Call: "reboot", Want: eperm},
			{Call: "clone3", Want: profile.Errno(errno.ENOSYS)},
			{Call: "clone(0x10000000)", Want: eperm}, // CLONE_NEWUSER
			{Call: "clone(0x11)", Want: profile.Allow()},
			{Call: "personality(0)", Want: profile.Allow()},
			{Call: "personality(0x40000)", Want: eperm}, // ADDR_NO_RANDOMIZE
			{Call: "personality(0xffffffff)", Want: profile.Allow()},
			{Call: "socket(2, 1)", Want: profile.Allow()},
			{Call: "socket(40, 1)", Want: eperm},    // AF_VSOCK
			{Call: "ptrace", Want: profile.Allow()}, // since Linux 4.8
			{Arch: arch.AArch64, Call: "read", Want: profile.KillThread()},
		})
	}
}

// TestLengths records what each variant costs in the kernel. The time that
// compiling takes is shown, not judged: that is the machine's.
func TestLengths(t *testing.T) {
	var b strings.Builder
	for name, v := range variants(t) {
		prog := v.compile(t, true)
		fmt.Fprintf(&b, "%-28s %v\n", name, prog.Stats(nil))
		if strings.HasSuffix(name, "runc/default") {
			t.Logf("%-28s %v, compiled in %v, with proof in %v", name, prog.Stats(nil), v.median(t, true), v.median(t, false))
		}
	}
	path := filepath.Join("testdata", "lengths.txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != b.String() {
		t.Errorf("%s differs; -update writes it. Now:\n%s", path, b.String())
	}
}

func (v variant) median(t *testing.T, skipProof bool) time.Duration {
	var times []time.Duration
	for range 9 {
		start := time.Now()
		v.compile(t, skipProof)
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	return times[len(times)/2].Round(time.Microsecond)
}

// BenchmarkDocker compiles the profile as a container runtime would when it
// starts a container with Docker's default capabilities.
func BenchmarkDocker(b *testing.B) {
	for name, v := range variants(b) {
		if !strings.HasSuffix(name, "/runc/default") {
			continue
		}
		for _, proof := range []bool{false, true} {
			kind := map[bool]string{false: "unproved", true: "proved"}[proof]
			b.Run(v.target.Arch.String()+"/"+kind, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					v.compile(b, !proof)
				}
			})
		}
	}
}
