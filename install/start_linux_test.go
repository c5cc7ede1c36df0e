package install

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// The tests may themselves run under filters and with no_new_privs, in a container
// or a service. They compare with what was so at the start.

// startState is the state of this process before any test.
type startState struct {
	State
	// unfiltered is the error of the meaningless call: ENOSYS, or what an inherited
	// filter makes of it.
	unfiltered syscall.Errno
	// sysAdmin says whether the process has CAP_SYS_ADMIN.
	sysAdmin bool
}

// start is set by TestMain alone.
var start startState

func readStart() (startState, error) {
	s, err := Status(0)
	if err != nil {
		return startState{}, err
	}
	admin, err := hasSysAdmin()
	return startState{s, meaningless(), admin}, err
}

// hasSysAdmin reads whether CAP_SYS_ADMIN (include/uapi/linux/capability.h) is
// effective. The user id doesn't tell: a container's root mostly lacks it.
func hasSysAdmin() (bool, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(string(text)) {
		if caps, ok := strings.CutPrefix(line, "CapEff:"); ok {
			bits, err := strconv.ParseUint(strings.TrimSpace(caps), 16, 64)
			return bits>>21&1 != 0, err
		}
	}
	return false, errors.New("/proc/self/status has no line CapEff")
}

// needNoFilters skips a test that an inherited filter makes impossible.
func needNoFilters(t *testing.T, why string) {
	t.Helper()
	if start.Mode != ModeDisabled {
		t.Skipf("the tests started under a filter: %s", why)
	}
}

// withoutSysAdmin makes a command run without CAP_SYS_ADMIN.
func withoutSysAdmin(cmd *exec.Cmd) {
	if start.sysAdmin {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
}

// wantState compares a thread's state with that at the start, as far as the kernel
// tells: it has so many filters more, and no_new_privs if nnp is Yes.
func wantState(s State, filters int, nnp Answer) error {
	want := State{ModeFilter, start.Filters + filters, nnp}
	if filters == 0 {
		want.Mode = start.Mode
	}
	if s.Filters == -1 {
		want.Filters = -1
	}
	if s.NoNewPrivs == CantTell || start.NoNewPrivs == Yes {
		want.NoNewPrivs = start.NoNewPrivs
	}
	if s != want {
		return fmt.Errorf("it has %+v, want %+v", s, want)
	}
	return nil
}
