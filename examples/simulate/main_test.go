package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
)

const denylist = "../profiles/denylist.json"

func simulated(stdin string, args ...string) (stdout, stderr string, status int) {
	var out, errs bytes.Buffer
	status = run(args, strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), status
}

func TestProfile(t *testing.T) {
	tests := []struct {
		args []string
		want [][2]string // call and verdict
	}{
		{
			[]string{"-arch", "amd64", denylist, "socket(38,0,0)", "socket(2)", "clone3", "clone(0x10000000)", "x86:socket(40)", "x32:mkdir", "arm:read"},
			[][2]string{
				{"x86_64 socket(0x26)", "Errno(EAFNOSUPPORT)"},
				{"x86_64 socket(0x2)", "Allow"},
				{"x86_64 clone3()", "Errno(ENOSYS)"},
				{"x86_64 clone(0x10000000)", "Errno(EPERM)"},
				{"x86 socket(0x28)", "Errno(EAFNOSUPPORT)"},
				{"x32 mkdir()", "Errno(EPERM)"},
				{"arm read()", "KillThread"},
			},
		},
		{
			[]string{"-arch", "s390x", "-caps", "all", denylist, "socket(38)", "clone3", "s390:mkdir"},
			[][2]string{
				{"s390x socket(0x26)", "Errno(EAFNOSUPPORT)"},
				{"s390x clone3()", "Allow"},
				{"s390 mkdir()", "Errno(EPERM)"},
			},
		},
	}
	for _, tt := range tests {
		stdout, stderr, status := simulated("", tt.args...)
		if status != 0 {
			t.Errorf("%v: status %d\n%s", tt.args, status, stderr)
		}
		var got [][2]string
		for line := range strings.Lines(stdout) {
			call, rest, _ := strings.Cut(line, ")")
			got = append(got, [2]string{call + ")", strings.Fields(rest)[0]})
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tt.args, diff)
		}
	}
}

// TestReason is about the third column: which rule decided.
func TestReason(t *testing.T) {
	stdout, _, _ := simulated("", "-arch", "x86_64", denylist, "mkdir", "read", "arm:read")
	for _, want := range []string{"easy to try", "default", "doesn't cover"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is missing in:\n%s", want, stdout)
		}
	}
}

// TestProgram gives the command a compiled program, in the byte order of its
// target.
func TestProgram(t *testing.T) {
	p := profile.New(profile.Allow()).Deny(errno.EPERM, "mkdirat")
	for _, a := range []arch.Arch{arch.AArch64, arch.S390X} {
		prog, err := compile.Compile(p, compile.Options{Target: compile.Target{Arch: a}})
		if err != nil {
			t.Fatal(err)
		}
		b, err := prog.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		stdout, stderr, status := simulated(string(b), "-trace", "-arch", a.String(), "-", "mkdirat(-100)")
		if status != 0 || !strings.HasSuffix(stdout, "=> Errno(EPERM)\n") || !strings.Contains(stdout, "ret #0x50001") {
			t.Errorf("%v: status %d\n%s%s", a, status, stdout, stderr)
		}
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		stdin  string
		args   []string
		status int
		stderr string
	}{
		{"", nil, 2, "usage"},
		{"", []string{denylist}, 2, "usage"},
		{"", []string{"-arch", "amd65", denylist, "read"}, 2, "amd64"},
		{"", []string{filepath.Join("..", "none.json"), "read"}, 1, "none.json"},
		{"", []string{denylist, "raed"}, 1, `"read"`},
		{"12345", []string{"-", "read"}, 1, "standard input"},
		{"", []string{"-", "read"}, 1, "standard input"},
		{`{"defaultAction": 1}`, []string{"-", "read"}, 1, "1:19"},
	}
	for _, tt := range tests {
		if _, stderr, status := simulated(tt.stdin, tt.args...); status != tt.status || !strings.Contains(stderr, tt.stderr) {
			t.Errorf("%q: status %d, want %d; standard error, want %q:\n%s", tt.args, status, tt.status, tt.stderr, stderr)
		}
	}
}
