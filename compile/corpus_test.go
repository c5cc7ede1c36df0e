package compile_test

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
)

// entry is a profile of the corpus. It compiles on every ABI.
type entry struct {
	name    string
	profile profile.Profile
}

var (
	eperm = profile.Errno(errno.EPERM)
	arg   = profile.Arg
)

// corpus returns hand-written profiles, each of them about something that a
// compiler can get wrong. They list no ABIs.
func corpus() []entry {
	return slices.Concat(byNumber(), byArgument(), byWidth(), byABI(), special())
}

// byNumber are profiles that look at numbers alone.
func byNumber() []entry {
	return []entry{
		{"zero", profile.Profile{}},
		{"allow", profile.New(profile.Allow())},
		{"log", profile.Profile{Default: profile.Log(), BadArch: profile.Errno(errno.ENOSYS)}},
		{"names", profile.New(eperm).
			Allow("read", "write", "exit", "exit_group", "rt_sigreturn", "futex", "mmap", "mmap2", "munmap", "brk")},
		{"denied", profile.New(profile.Allow()).
			Deny(errno.EPERM, "mount", "umount2", "reboot", "swapon", "swapoff", "init_module", "kexec_load").
			Deny(errno.ENOSYS, "clone3")},
	}
}

// byArgument are profiles that compare arguments.
func byArgument() []entry {
	return []entry{
		{"families", profile.New(eperm).
			Allow("socket").If(arg(0).In(1, 2, 10, 16)).
			Allow("connect", "bind").If(arg(2).LessEqual(128))},
		{"ioctl", profile.New(profile.Allow()).
			Deny(errno.EPERM, "ioctl").If(arg(1).In(0x5412, 0x541c, 0x80045440, 0x5401)).
			Deny(errno.ENOSYS, "ioctl").If(profile.And{arg(0).Greater(2), arg(1).Between(0x8900, 0x89ff)})},
		{"clone", profile.New(eperm).
			Allow("clone").If(arg(0).NoBits(0x7e020000)).
			Allow("clone").If(arg(1).NoBits(0x7e020000)).
			Deny(errno.ENOSYS, "clone3", "clone")},
		{"mprotect", profile.New(profile.Allow()).
			Do(profile.KillProcess(), "mprotect", "mmap", "mmap2").If(arg(2).AllBits(6))},
		{"modes", profile.New(profile.Allow()).
			Deny(errno.EPERM, "chmod", "fchmod").If(arg(1).AnyBits(0o6000)).
			Deny(errno.EACCES, "fchmodat").If(arg(2).AnyBits(0o6000)).
			Deny(errno.EINVAL, "mkdir").If(arg(1).Greater(0o1777)).
			Deny(errno.EIO, "mkdirat").If(arg(2).Equal(profile.Signed(-1)))},
		{"signed", profile.New(eperm).
			Allow("openat", "unlinkat").If(arg(0).Equal(profile.Signed(-100))).
			Allow("kill").If(profile.Not{Cond: arg(0).In(profile.Signed(-1), 0, 1)}).
			Allow("prctl").If(profile.Or{arg(0).Less(5), arg(0).GreaterEqual(0x80000000)})},
	}
}

// byWidth are profiles whose comparisons have all widths, are nested, or shadowed.
func byWidth() []entry {
	return []entry{
		{"wide", profile.New(eperm).
			Allow("read").If(arg(2).LessEqual(1 << 20)).
			Allow("write").If(arg(2).Between(1<<32-1, 1<<33+5)).
			Allow("lseek").If(arg(1).Register().Greater(0xffffffff)).
			Allow("pread64").If(arg(2).NotEqual(0x1_0000_0000)).
			Allow("pwrite64").If(arg(1).Register().MaskedEqual(0xffff_0000_0000_00ff, 0x12_0000_0000_0034))},
		{"widths", profile.New(eperm).
			Allow("read").If(arg(2).Low32().Equal(7)).
			Allow("write").If(arg(0).Register().Equal(1)).
			Allow("lseek").If(profile.Test{Field: 1, Width: profile.WidthLong, Op: profile.OpLess, Value: 1<<32 + 9}).
			Allow("getpriority").If(profile.Test{Field: 1, Width: profile.WidthLong, Op: profile.OpMaskedEqual, Value: 1<<40 | 3, Mask: 1<<40 | 7}).
			Allow("setpriority").If(arg(2).Low32().MaskedEqual(0xff<<30, 0xff<<30))},
		{"nested", profile.New(profile.KillThread()).
			Allow("fcntl", "fcntl64").If(profile.Or{
			profile.And{arg(1).Equal(3), arg(0).Less(10)},
			profile.Not{Cond: profile.Or{arg(1).GreaterEqual(16), arg(2).AnyBits(0x42), profile.And{arg(0).Equal(1), arg(2).NotIn(4, 5, 6)}}},
		}).
			Do(profile.Trap(7), "fcntl").If(profile.And{})},
		{"first match", profile.New(eperm).
			Deny(errno.EACCES, "getpid").
			Allow("getpid", "getppid").
			Do(profile.Log(), "getppid", "gettid").If(arg(0).Equal(1)).
			Allow("gettid").If(arg(0).Equal(1)).
			Allow("gettid").If(arg(0).Equal(2)).
			Do(profile.Trace(3), "gettid")},
		{"actions", profile.Profile{Default: profile.Trace(0xffff), BadArch: profile.Trap(1)}.
			Do(profile.KillProcess(), "ptrace").
			Do(profile.KillThread(), "personality").
			Do(profile.Trap(0xabcd), "uname").
			Do(profile.Errno(0), "sync").
			Do(profile.Errno(4095), "syncfs").
			Do(profile.Notify(), "mount").
			Do(profile.Log(), "acct").
			Allow("getpid", "gettid")},
	}
}

// byABI are profiles that mean something else on each ABI.
func byABI() []entry {
	return []entry{
		{"sockets", profile.New(eperm).
			Allow("socket").If(arg(0).Equal(1)).
			Do(profile.Log(), "connect").If(arg(2).Less(64)).
			Do(profile.KillThread(), "sendto", "listen").
			Allow("accept", "accept4", "shmget", "semctl").
			Do(profile.Trap(2), "msgget").If(arg(1).AnyBits(1)).
			Allow("socketcall").If(arg(0).GreaterEqual(12)).
			Do(profile.Trace(1), "ipc").If(arg(1).Equal(3))},
		{"direct", profile.New(profile.Log()).
			Rule(profile.Rule{Syscalls: []string{"socket", "shmat", "connect"}, Action: eperm, Direct: true}).
			Rule(profile.Rule{Syscalls: []string{"bind"}, Action: profile.Allow(), Direct: true, If: arg(0).Equal(3)}).
			Deny(errno.EACCES, "socketcall", "ipc")},
		{"limited", profile.New(eperm).
			Rule(profile.Rule{Syscalls: []string{"read", "write"}, Arches: []arch.Arch{arch.X86, arch.S390X, arch.ARM}, Action: profile.Allow()}).
			Rule(profile.Rule{Syscalls: []string{"read"}, Arches: []arch.Arch{arch.X86_64, arch.MIPS64}, Action: profile.Log(), If: arg(0).Equal(0)}).
			Allow("close")},
		{"ranges", profile.New(eperm).
			Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 10, Last: 20}, {First: 15, Last: 30}}, Action: profile.Allow()}).
			Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 0, Last: 12}, {First: 0xffffffff, Last: 0xffffffff}}, Action: profile.Log()}).
			Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 25, Last: 0x4000000a}}, Action: profile.Trap(1), If: arg(3).Equal(1 << 33)}).
			Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 0x3fffffff, Last: 0x80000000}, {First: 4000, Last: 6100}}, Action: profile.Trace(2)}).
			Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 0, Last: 0xffffffff}}, Action: profile.KillThread(), If: arg(5).Less(100)})},
	}
}

// special are profiles about the instruction pointer, conditions that are constant, and
// long programs.
func special() []entry {
	return []entry{
		{"pointer", profile.New(profile.Allow()).
			Deny(errno.EPERM, "execve", "execveat").If(profile.Not{Cond: profile.And{
			profile.InstructionPointer().GreaterEqual(0x40_0000),
			profile.InstructionPointer().Less(0x7fff_0000_0000)}}).
			Deny(errno.EINVAL, "fork", "vfork", "clone").If(profile.InstructionPointer().MaskedEqual(0xfff, 0x123))},
		{"constant conditions", profile.New(eperm).
			Allow("read").If(profile.And{}).
			Allow("write").If(profile.Or{}).
			Allow("close").If(profile.Not{Cond: profile.Or{}}).
			Allow("dup").If(arg(0).GreaterEqual(0)).
			Allow("dup3").If(arg(0).LessEqual(0xffffffff)).
			Allow("pipe2").If(arg(0).Register().LessEqual(^uint64(0))).
			Allow("getpid").If(arg(0).Less(0)).
			Allow("gettid").If(arg(0).MaskedEqual(0, 5)).
			Allow("sync").If(profile.And{arg(0).Equal(1), arg(0).Equal(2)})},
		{"equality", profile.New(eperm).
			Allow("prctl").If(arg(0).In(1, 2, 3, 4, 7, 8, 9, 15, 16, 21, 22, 23, 36, 38, 39)).
			Allow("arch_prctl", "seccomp").If(arg(0).NotIn(0x1001, 0x1002, 5))},
		{"far", far(300)},
		{"farther", far(900)},
	}
}

// far returns a profile whose program is long: no two neighbouring numbers have
// the same verdict, some have conditions, and some verdicts are shared by many.
func far(n int) profile.Profile {
	p := profile.Profile{Default: eperm, BadArch: profile.KillThread()}
	for i := range uint32(n) {
		r := profile.Rule{Numbers: []profile.NumberRange{{First: i, Last: i}}}
		switch i % 5 {
		case 0:
			r.Action = profile.Errno(errno.Errno(100 + i))
		case 1:
			r.Action = profile.Allow()
		case 2:
			r.Action, r.If = profile.Log(), arg(int(i%6)).Register().Equal(uint64(i)<<32|1)
		case 3:
			r.Action, r.If = profile.Trap(uint16(i)), profile.Or{arg(0).Low32().Greater(uint64(i)), arg(0).AnyBits(6 << 40)}
		case 4:
			r.Action = profile.KillProcess()
		}
		p.Rules = append(p.Rules, r)
	}
	return p
}
