package syscalls_test

import (
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

// multiplexing are the ABIs that have socketcall and ipc.
var multiplexing = []arch.Arch{arch.X86, arch.M68K, arch.MIPS, arch.MIPSEL, arch.PPC, arch.PPC64, arch.PPC64LE,
	arch.S390, arch.S390X, arch.SH, arch.SHEB}

func TestMultiplexed(t *testing.T) {
	for _, want := range []struct {
		via  string
		base uint32
		subs map[string]uint32
	}{
		{"socketcall", 102, map[string]uint32{"socket": 1, "accept": 5, "send": 9, "accept4": 18, "recvmmsg": 19, "sendmmsg": 20}},
		{"ipc", 117, map[string]uint32{"semop": 1, "semget": 2, "semctl": 3, "semtimedop": 4, "msgsnd": 11, "msgctl": 14, "shmat": 21, "shmctl": 24}},
	} {
		for _, a := range multiplexing {
			for name, sub := range want.subs {
				if via, call, ok := syscalls.Multiplexed(a, name); via != want.via || call != sub || !ok {
					t.Errorf("Multiplexed(%v, %q) = %s %d, %v; want %s %d", a, name, via, call, ok, want.via, sub)
				}
			}
			if nr, ok := syscalls.Lookup(a, want.via); !ok || nr != want.base+a.Base() {
				t.Errorf("%v: %s is %d, %v", a, want.via, nr, ok)
			}
		}
	}
}

func TestNotMultiplexed(t *testing.T) {
	for _, a := range arch.All() {
		names := []string{"", "read", "socketcall", "ipc", "recvmmsg_time64", "semtimedop_time64"}
		if !slices.Contains(multiplexing, a) {
			names = append(names, "socket", "semget")
		}
		for _, name := range names {
			if via, call, ok := syscalls.Multiplexed(a, name); ok {
				t.Errorf("Multiplexed(%v, %q) = %s %d", a, name, via, call)
			}
		}
	}
}

// TestDirect checks which multiplexed calls have a number of their own.
func TestDirect(t *testing.T) {
	abis := []arch.Arch{arch.X86, arch.M68K, arch.MIPS, arch.PPC, arch.PPC64, arch.S390, arch.S390X, arch.SH}
	for name, want := range map[string][8]uint32{ // 0: none
		"socket":     {359, 356, 4183, 326, 326, 359, 359, 340},
		"accept":     {0, 0, 4168, 330, 330, 0, 0, 344},
		"recv":       {0, 0, 4175, 336, 336, 0, 0, 350},
		"sendmsg":    {370, 367, 4179, 341, 341, 370, 370, 355},
		"recvmmsg":   {337, 371, 4335, 343, 343, 357, 357, 357},
		"semop":      {},
		"semget":     {393, 393, 4393, 393, 393, 393, 393, 393},
		"semtimedop": {0, 0, 0, 0, 392, 0, 392, 0},
		"shmctl":     {396, 396, 4396, 396, 396, 396, 396, 396},
	} {
		for i, a := range abis {
			if nr, ok := syscalls.Lookup(a, name); nr != want[i] || ok != (want[i] != 0) {
				t.Errorf("Lookup(%v, %q) = %d, %v; want %d", a, name, nr, ok, want[i])
			}
		}
	}
}
