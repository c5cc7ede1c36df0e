package main

import (
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
)

// The policy's test needs neither Linux nor any of the machines.

const testPID = 4711

func compiled(t *testing.T, a arch.Arch) *compile.Program {
	t.Helper()
	prog, err := compile.Compile(policy(a, testPID), compile.Options{Target: compile.Target{Arch: a}})
	if err != nil {
		t.Fatalf("%v: %v", a, err)
	}
	return prog
}

// verdict is that of the policy for a on a call through ABI via.
func verdict(t *testing.T, a, via arch.Arch, name string, args ...uint64) profile.Action {
	t.Helper()
	d, err := compile.Call(via, name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return compiled(t, a).Run(d)
}

func TestPolicy(t *testing.T) {
	const (
		allow = profile.KindAllow
		errno = profile.KindErrno
	)
	tests := []struct {
		name string
		args []uint64
		want profile.Kind
	}{
		{"read", []uint64{3}, allow},
		{"accept4", []uint64{3}, allow},
		{"futex", nil, allow},
		{"exit_group", nil, allow},
		{"tgkill", []uint64{testPID, 4712, 23}, allow},
		{"tgkill", []uint64{1, 1, 9}, errno},
		{"mprotect", []uint64{0, 4096, 3}, allow},
		{"mprotect", []uint64{0, 4096, 5}, errno},
		{"prctl", []uint64{0x53564d41}, allow},
		{"prctl", []uint64{4, 1}, errno}, // PR_SET_DUMPABLE
		{"openat", nil, errno},
		{"connect", nil, errno},
		{"execve", nil, errno},
		{"clone3", nil, errno},
		{"io_uring_setup", nil, errno},
		{"seccomp", nil, errno},
	}
	for _, a := range arch.All() {
		if a.GOARCH() == "" {
			continue
		}
		for _, tt := range tests {
			if got := verdict(t, a, a, tt.name, tt.args...); got.Kind() != tt.want {
				t.Errorf("%v: %s%v: %v, want %v", a, tt.name, tt.args, got, tt.want)
			}
		}
		for _, other := range a.Companions() {
			if got := verdict(t, a, other, "read"); got != profile.KillProcess() {
				t.Errorf("%v: read of %v: %v, want KillProcess", a, other, got)
			}
		}
	}
}

// TestPolicyFlags is about parameters that lie elsewhere on some ABIs.
func TestPolicyFlags(t *testing.T) {
	const thread, process = 0x50f00, 0x11
	tests := []struct {
		on   arch.Arch
		name string
		args []uint64
		want profile.Kind
	}{
		{arch.X86_64, "clone", []uint64{thread}, profile.KindAllow},
		{arch.X86_64, "clone", []uint64{process}, profile.KindErrno},
		{arch.S390X, "clone", []uint64{0, thread}, profile.KindAllow},
		{arch.S390X, "clone", []uint64{thread, process}, profile.KindErrno},
		{arch.X86_64, "mmap", []uint64{0, 4096, 3}, profile.KindAllow},
		{arch.X86_64, "mmap", []uint64{0, 4096, 7}, profile.KindErrno},
		{arch.X86, "mmap2", []uint64{0, 4096, 3}, profile.KindAllow},
		{arch.X86, "mmap2", []uint64{0, 4096, 7}, profile.KindErrno},
		{arch.X86, "mmap", []uint64{0x1000}, profile.KindErrno},
		{arch.S390X, "mmap", []uint64{0x1000, 1, 7}, profile.KindAllow},
		{arch.X86_64, "setsockopt", []uint64{3, 6, 1}, profile.KindAllow},
		{arch.X86_64, "setsockopt", []uint64{3, 0, 64}, profile.KindErrno}, // SOL_IP
	}
	for _, tt := range tests {
		if got := verdict(t, tt.on, tt.on, tt.name, tt.args...); got.Kind() != tt.want {
			t.Errorf("%v: %s%#x: %v, want %v", tt.on, tt.name, tt.args, got, tt.want)
		}
	}
	if got, want := verdict(t, arch.MIPS, arch.MIPS, "clone3"), profile.Errno(89); got != want {
		t.Errorf("clone3 of MIPS: %v, want %v, which is ENOSYS there", got, want)
	}
}
