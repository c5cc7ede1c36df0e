package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/portcullis-go/portcullis/internal/kerneltest"
)

const denylist = "../profiles/denylist.json"

// asCommand is the environment variable that makes the test binary the command.
const asCommand = "PORTCULLIS_OCI"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// runOCI runs the command and returns what it printed and its exit status.
func runOCI(t *testing.T, stdin string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	bin, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func TestRun(t *testing.T) {
	kerneltest.NeedFilters(t)
	if runtime.GOOS != "linux" {
		_, stderr, status := runOCI(t, "", denylist, "true")
		if status != statusFailed || !strings.Contains(stderr, "need Linux") {
			t.Errorf("status %d\n%s", status, stderr)
		}
		return
	}
	made := filepath.Join(t.TempDir(), "made")
	const kill = `{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"}]}`
	tests := []struct {
		name   string
		stdin  string // the profile, if it isn't denylist
		args   []string
		status int
		stderr string // a part of it
	}{
		{name: "status", args: []string{denylist, "sh", "-c", "exit 3"}, status: 3},
		{name: "refused", args: []string{denylist, "mkdir", made}, status: 1, stderr: made},
		{name: "killed", stdin: kill, args: []string{"-", "mkdir", made}, status: 159, stderr: "SIGSYS"},
		{name: "signal", args: []string{denylist, "sh", "-c", "kill -TERM $$"}, status: 143, stderr: "SIGTERM"},
		{name: "not found", args: []string{denylist, "no-such-command"}, status: 127, stderr: "not found"},
		{name: "no program", args: []string{denylist, denylist}, status: 126, stderr: "permission"},
		{name: "no profile", args: []string{made, "true"}, status: 125, stderr: made},
		{name: "no command", args: []string{denylist}, status: 125, stderr: "usage"},
		{name: "bad flag", args: []string{"-runtime", "runq", denylist, "true"}, status: 125, stderr: "crun"},
		{name: "bad capability", args: []string{"-caps", "SYS_ADMINN", denylist, "true"}, status: 125, stderr: "CAP_SYS_ADMINN"},
		{name: "no seccomp", stdin: "{}", args: []string{"-", "true"}, status: 125, stderr: "no seccomp"},
		{name: "no execve", stdin: `{"defaultAction": "SCMP_ACT_ERRNO"}`, args: []string{"-", "true"}, status: 125, stderr: "execve"},
		{name: "misspelt", stdin: `{"defaultAction": "SCMP_ACT_ALOW"}`, args: []string{"-", "true"}, status: 125, stderr: "1:19"},
		{
			name:   "strict",
			stdin:  `{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdri"], "action": "SCMP_ACT_ERRNO"}]}`,
			args:   []string{"-strict", "-", "true"},
			status: 125, stderr: `"mkdir"`,
		},
		{
			name:   "supervisor",
			stdin:  `{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}]}`,
			args:   []string{"-", "true"},
			status: 125, stderr: "supervisor",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, stderr, status := runOCI(t, tt.stdin, tt.args...)
			if status != tt.status || !strings.Contains(stderr, tt.stderr) {
				t.Errorf("status %d, want %d; standard error, want %q:\n%s", status, tt.status, tt.stderr, stderr)
			}
			if _, err := os.Stat(made); err == nil {
				t.Error("the directory was made")
			}
		})
	}
}

// TestInForce reads what the kernel says of the command's process: one filter
// more than ours has.
func TestInForce(t *testing.T) {
	kerneltest.NeedFilters(t)
	if runtime.GOOS != "linux" {
		t.Skip("filters need Linux")
	}
	field := func(text, name string) string {
		for line := range strings.Lines(text) {
			if key, value, _ := strings.Cut(line, ":"); key == name {
				return strings.TrimSpace(value)
			}
		}
		return ""
	}
	stdout, stderr, status := runOCI(t, "", denylist, "cat", "/proc/self/status")
	if status != 0 || field(stdout, "Seccomp") != "2" || field(stdout, "NoNewPrivs") != "1" {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
}

// TestCaps runs one command with a capability and without.
func TestCaps(t *testing.T) {
	kerneltest.NeedFilters(t)
	if runtime.GOOS != "linux" {
		t.Skip("filters need Linux")
	}
	const p = `{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
		{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_SYS_ADMIN"]}}]}`
	made := filepath.Join(t.TempDir(), "made")
	if _, stderr, status := runOCI(t, p, "-", "mkdir", made); status != 1 {
		t.Errorf("with Docker's capabilities: status %d, want 1\n%s", status, stderr)
	}
	if _, stderr, status := runOCI(t, p, "-caps", "default,SYS_ADMIN", "-", "mkdir", made); status != 0 {
		t.Errorf("with SYS_ADMIN: status %d, want 0\n%s", status, stderr)
	}
}
