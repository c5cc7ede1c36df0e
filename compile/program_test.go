package compile_test

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
)

// Programs from elsewhere are taken if the kernel would take them.
func TestFromRaw(t *testing.T) {
	ret := []bpf.RawInstruction{{Op: 0x06, K: 0x7fff0000}}
	prog, err := compile.FromRaw(ret, arch.S390X)
	if err != nil {
		t.Fatal(err)
	}
	ret[0].K = 0 // the program has its own copy
	prog.Raw()[0].K = 0
	if got := prog.Run(compile.Data{}); got != profile.Allow() {
		t.Errorf("%v", got)
	}
	if bin, err := prog.MarshalBinary(); err != nil || string(bin) != "\x00\x06\x00\x00\x7f\xff\x00\x00" {
		t.Errorf("%x, %v", bin, err)
	}
	var bad *compile.ArchError
	for name, f := range map[string]func() error{
		"no ABI":    func() error { _, err := compile.FromRaw(ret, 0); return err },
		"no ABI ":   func() error { _, err := compile.Decode(make([]byte, 8), 99); return err },
		"empty":     func() error { _, err := compile.FromRaw(nil, arch.X86); return err },
		"7 bytes":   func() error { _, err := compile.Decode(make([]byte, 7), arch.X86); return err },
		"must be a": func() error { _, err := compile.Decode(make([]byte, 8), arch.X86); return err },
	} {
		err := f()
		if err == nil || !strings.Contains(err.Error(), strings.TrimSpace(name)) || strings.HasPrefix(name, "no") != errors.As(err, &bad) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestCall(t *testing.T) {
	d, err := compile.Call(arch.X32, "read", 1, 2, 3, 4, 5, 6)
	if want := (compile.Data{Nr: 0x40000000, Audit: arch.X32.Audit(), Args: [6]uint64{1, 2, 3, 4, 5, 6}}); err != nil || d != want {
		t.Errorf("%v, %v", d, err)
	}
	if _, err = compile.Call(arch.X32, "read", 1, 2, 3, 4, 5, 6, 7); err == nil {
		t.Error("seven arguments")
	}
	var unknown *compile.SyscallError
	if _, err = compile.Call(arch.X86, "raed"); !errors.As(err, &unknown) || unknown.Nearest != "read" {
		t.Errorf("%v", err)
	}
	if _, err = compile.Call(arch.X86, "arm_fadvise64_64"); err == nil || errors.As(err, &unknown) {
		t.Errorf("%v", err)
	}
	if d, err = compile.Call(arch.X86, "accept", 3); err != nil || d.Args != [6]uint64{5} {
		t.Errorf("%v, %v", d, err)
	}
}

// Texts name calls, ABIs and actions.
func TestTexts(t *testing.T) {
	x64 := compile.Target{Arch: arch.X86_64}
	p := profile.New(eperm).Allow("read").Do(profile.Log(), "socket").If(arg(0).Equal(38))
	prog, err := compile.Compile(p, compile.Options{Target: x64})
	if err != nil {
		t.Fatal(err)
	}
	other, err := compile.Compile(profile.New(eperm).Allow("read", "socket"), compile.Options{Target: x64})
	if err != nil {
		t.Fatal(err)
	}
	alg, err := compile.Call(arch.X86_64, "socket", 38, 5)
	if err != nil {
		t.Fatal(err)
	}
	trace := prog.Trace(alg)
	changes, err := compile.Diff(prog, other)
	if err != nil {
		t.Fatal(err)
	}
	explained, err := prog.Explain()
	if err != nil {
		t.Fatal(err)
	}
	diff, err := compile.Equal(prog, other)
	if err != nil || diff == nil {
		t.Fatalf("%v, %v", diff, err)
	}
	for _, c := range []struct{ got, want string }{
		{alg.String(), "x86_64 socket(0x26, 0x5)"},
		{compile.Data{Nr: 9999, Audit: arch.ARM.Audit()}.String(), "arm nr 9999()"},
		{compile.Data{Nr: -1, Audit: 7}.String(), "arch 0x7 nr -1()"},
		{trace.String(), "x86_64 socket(0x26, 0x5)\n"},
		{trace.String(), "=> Log\n"},
		{trace.Action().String(), "Log"},
		{compile.Trace{Data: alg, PCs: []int{1}}.String(), "=> KillThread"},
		{changes.String(), "x86_64: socket: "},
		{changes.String(), "→ Allow\n"},
		{explained.String(), "x86_64:\n\tread: Allow\n"},
		{explained.String(), "else: Errno(EPERM)\n"},
		{explained.String(), "other ABIs: KillProcess\n"},
		{diff.String(), "x86_64 socket("},
		{compile.Verify(other, p, x64).Error(), "the profile says"},
		{(&compile.InternalError{Stage: "emit", Err: io.EOF}).Error(), "internal error in stage emit: EOF"},
		{(&compile.ArchError{Arch: arch.X86, Reason: "is odd"}).Error(), "ABI x86 is odd"},
		{prog.Stats(nil).String(), "1 ABI"},
	} {
		if !strings.Contains(c.got, c.want) {
			t.Errorf("%q lacks %q", c.got, c.want)
		}
	}
	if err := error(&compile.InternalError{Err: io.EOF}); !errors.Is(err, io.EOF) {
		t.Error("InternalError hides its cause")
	}
	if trace.Action() != profile.Log() || len(trace.PCs) == 0 || trace.PCs[0] != 0 {
		t.Errorf("%+v", trace)
	}
}

// Notes tell the author of a rule which calls it can't see.
func TestNotes(t *testing.T) {
	p := profile.New(eperm).On(arch.X86_64, arch.X86).Allow("read", "connect").Allow("socket").If(arg(0).Equal(1))
	prog, err := compile.Compile(p, compile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	notes := prog.Notes()
	if len(notes) != 1 || notes[0].Rule != 1 || notes[0].Arch != arch.X86 || !strings.Contains(notes[0].String(), "rule 1 on x86: socket") {
		t.Errorf("%v", notes)
	}
	if arches := prog.Arches(); !reflect.DeepEqual(arches, p.Arches) {
		t.Errorf("%v", arches)
	}
}

// Restrict refuses what Compile does.
func TestRestrictRefuses(t *testing.T) {
	good := profile.New(eperm)
	for name, bad := range map[string]profile.Profile{
		"two byte orders": good.On(arch.X86_64, arch.S390X),
		"no errno":        profile.New(profile.Errno(5000)),
		"a misfit":        good.On(arch.X86_64).Allow("fcntl").If(arg(0).Equal(1 << 40)),
	} {
		for _, pq := range [][2]profile.Profile{{good.On(arch.X86_64), bad}, {bad, good.On(arch.X86_64)}} {
			if r, err := compile.Restrict(pq[0], pq[1], compile.Target{Arch: arch.X86_64}); err == nil {
				t.Errorf("%s: %v", name, describe(r))
			}
		}
	}
}

// Every program of the corpus keeps the kernel's rules, and comes back from its
// bytes as it was.
func TestBinary(t *testing.T) {
	for _, g := range triedGroups() {
		for _, e := range entriesOn(g) {
			wantEncodable(t, e, g)
		}
	}
}

func wantEncodable(t *testing.T, e entry, g []arch.Arch) {
	t.Helper()
	prog := compiled(t, e.profile.On(g...), compile.Options{SkipProof: true})
	if err := cbpf.Check(prog.Raw()); err != nil {
		t.Fatalf("%s: %v", e.name, err)
	}
	bin, _ := prog.MarshalBinary()
	back, err := compile.Decode(bin, g[0])
	if err != nil || back.String() != prog.String() {
		t.Fatalf("%s on %v: %v", e.name, g, err)
	}
	s := prog.Stats(nil)
	if len(bin) != 8*s.Instructions || len(s.PerABI) != len(g) {
		t.Fatalf("%s on %v: %d bytes, %v", e.name, g, len(bin), s)
	}
}
