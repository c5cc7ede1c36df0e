package compile_test

import (
	"math/rand/v2"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
)

// dice returns a number from 0 up to but not including n, which is at most 256.
type dice func(n int) int

// seeded returns dice that fall alike for the same seed.
func seeded(seed uint64) dice {
	return rand.New(rand.NewPCG(seed, 0)).IntN
}

// loaded returns dice that fall as data says, and on 0 when it is used up.
func loaded(data []byte) dice {
	return func(n int) int {
		if len(data) == 0 {
			return 0
		}
		v := int(data[0]) % n
		data = data[1:]
		return v
	}
}

func pick[T any](d dice, from ...T) T { return from[d(len(from))] }

// randomProfile returns a profile that lists no ABIs. Some don't compile: names
// and constants are not always what an ABI has.
func randomProfile(d dice) profile.Profile {
	p := profile.Profile{Default: randomAction(d), BadArch: randomAction(d)}
	for range 1 + d(8) {
		p = p.Rule(randomRule(d))
	}
	return p
}

func randomRule(d dice) profile.Rule {
	r := profile.Rule{Action: randomAction(d), Direct: d(4) == 0}
	if d(4) != 0 {
		for range 1 + d(3) {
			r.Syscalls = append(r.Syscalls, randomName(d))
		}
	}
	for len(r.Syscalls) == 0 && len(r.Numbers) == 0 || d(4) == 0 {
		if r.Numbers = append(r.Numbers, randomRange(d)); len(r.Numbers) > 3 {
			break
		}
	}
	if d(5) == 0 {
		r.Arches = slices.DeleteFunc(arch.All(), func(arch.Arch) bool { return d(2) != 0 })
	}
	if d(3) != 0 {
		r.If = randomCond(d, 3)
	}
	return r
}

func randomName(d dice) string {
	return pick(d,
		"socket", "connect", "bind", "sendto", "socketcall", "ipc", "shmget", "semctl", "msgsnd", // multiplexed
		"read", "write", "openat", "ioctl", "fcntl", "fcntl64", "clone", "clone3", "mmap", "mmap2", "mprotect",
		"chmod", "fchmodat", "mkdir", "mknodat", "umask", // umode_t
		"kill", "prctl", "personality", "lseek", "_llseek", "pread64", "fadvise64_64", "execve", "getpid", "rt_sigreturn",
		"arch_prctl", "s390_pci_mmio_read", "cacheflush") // few ABIs
}

func randomAction(d dice) profile.Action {
	return pick(d,
		profile.KillProcess(), profile.KillThread(), profile.Trap(uint16(d(3))),
		eperm, profile.Errno(errno.ENOSYS), profile.Errno(errno.Errno(d(256))), profile.Errno(4095),
		profile.Notify(), profile.Trace(uint16(d(3))), profile.Log(), profile.Allow(), profile.Allow())
}

func randomRange(d dice) profile.NumberRange {
	first := pick[uint32](d, 0, uint32(d(256)), uint32(d(256)), 0x40000000, 0x3ffffff0+uint32(d(32)),
		4000+uint32(d(100)), 5000+uint32(d(100)), 0x80000000-uint32(d(3)), 0xffffffff, 102, 117)
	last := first + pick(d, 0, 0, 1, uint32(d(256)), 1<<30, 0xffffffff-first)
	return profile.NumberRange{First: first, Last: max(first, last)}
}

// randomCond returns a condition that is nested at most so deep.
func randomCond(d dice, depth int) profile.Cond {
	kind := d(8)
	if depth == 0 {
		kind = 7
	}
	switch kind {
	case 0, 1:
		var c profile.And
		for range d(4) {
			c = append(c, randomCond(d, depth-1))
		}
		return c
	case 2, 3:
		var c profile.Or
		for range d(4) {
			c = append(c, randomCond(d, depth-1))
		}
		return c
	case 4:
		return profile.Not{Cond: randomCond(d, depth-1)}
	}
	t := profile.Test{
		Field: profile.Field(d(7)),
		Width: pick(d, profile.WidthKernel, profile.WidthKernel, profile.WidthRegister, profile.WidthLow32, profile.WidthLong),
		Op:    profile.Op(d(7)),
		Value: randomValue(d),
	}
	if t.Op == profile.OpMaskedEqual {
		t.Mask = randomValue(d)
		if d(4) != 0 {
			t.Value &= t.Mask
		}
	}
	if t.Width == profile.WidthKernel && d(16) != 0 { // few parameters take more
		t.Value, t.Mask = t.Value&0xffff, t.Mask&0xffff
	}
	return t
}

func randomValue(d dice) uint64 {
	v := pick(d, 0, 1, uint64(d(256)), uint64(d(256))<<8|uint64(d(256)), 0xffff, 0x8000, 0x7fffffff, 0x80000000, 0xffffffff,
		1<<32, 1<<32+1, 1<<32-2, 0xffffffff_00000000, 1<<63, 1<<63-1, ^uint64(0), ^uint64(99), 0x12345678_9abcdef0)
	return v ^ pick(d, 0, 0, 0, uint64(1)<<d(64))
}
