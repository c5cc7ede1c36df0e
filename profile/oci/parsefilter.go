package oci

import (
	"slices"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/jsontree"
	"github.com/portcullis-go/portcullis/internal/spell"
	"github.com/portcullis-go/portcullis/syscalls"
)

// filter reads includes or excludes.
func (p *parser) filter(n *jsontree.Node) Filter {
	var f Filter
	if !p.is(n, jsontree.Object) {
		return f
	}
	m := p.members(n, filterKeys[:])
	f.Caps = p.caps(p.list(m[keyCaps]))
	elements := p.list(m[keyArches])
	for i := range elements {
		if a := &elements[i]; p.isElement(a, jsontree.String) {
			f.Arches = append(f.Arches, p.filterArch(a))
		}
	}
	f.MinKernel, f.MinKernelSet = p.kernel(m[keyMinKernel])
	return f
}

func (p *parser) caps(elements []jsontree.Node) []string {
	var caps []string
	for i := range elements {
		c := &elements[i]
		if !p.isElement(c, jsontree.String) {
			continue
		}
		if !isCapability(c.Text) {
			p.noteNear(c, idUnknownCapability, func() string { return nearestCapability(c.Text) },
				"there is no capability %s; names are compared exactly", jsontree.Quote(c.Text))
		}
		caps = append(caps, c.Text)
	}
	return caps
}

// filterArch reads an ABI of includes or excludes. Docker and Podman have their own
// names there, and no other name matches.
func (p *parser) filterArch(n *jsontree.Node) arch.Arch {
	a, err := arch.Parse(n.Text)
	if err != nil {
		p.noteNear(n, idUnknownArchitecture, func() string { return nearestArch(n.Text, filterName(p.dialect)) },
			"there is no ABI %s; it never matches", jsontree.Quote(n.Text))
		return 0
	}
	if right := filterName(p.dialect)(a); right == "" {
		p.note(n, idArchSpelling, "Docker has no name for the ABI %v here; it never matches", a)
	} else if right != n.Text {
		p.noteNear(n, idArchSpelling, suggestion(right), "%s is not what the runtime calls the ABI %v here", jsontree.Quote(n.Text), a)
	}
	return a
}

// filterName returns the function that gives an ABI its name in the includes
// and excludes of a dialect, or "".
func filterName(d Dialect) func(arch.Arch) string {
	return func(a arch.Arch) string {
		switch a {
		case arch.X86_64:
			return "amd64"
		case arch.AArch64:
			return "arm64"
		case arch.LoongArch64:
			if d == DialectPodman {
				return "loong64"
			}
		case arch.MIPSEL64N32:
			if d == DialectDocker {
				return "mips3l64n32"
			}
		case arch.M68K, arch.MIPS, arch.PARISC, arch.PARISC64, arch.SH, arch.SHEB:
			if d == DialectDocker {
				return ""
			}
		}
		return a.String()
	}
}

// kernel reads a minKernel. The empty string is the release 0.0.
func (p *parser) kernel(n *jsontree.Node) (r syscalls.Release, set bool) {
	s, ok := p.str(n)
	if !ok {
		return r, false
	}
	if s == "" {
		p.note(n, idEmptyKernel, "minKernel \"\" is the release 0.0, which every kernel reaches")
		return r, true
	}
	major, minor, _ := strings.Cut(s, ".")
	k, errK := strconv.ParseUint(major, 10, 8)
	m, errM := strconv.ParseUint(minor, 10, 8)
	if errK != nil || errM != nil || k == 0 && m == 0 {
		p.fail(n, idBadKernel, "minKernel %s is not of the form 4.8", jsontree.Quote(s))
		return r, false
	}
	return syscalls.Release{Major: int(k), Minor: int(m)}, true
}

// capabilities are the names of include/uapi/linux/capability.h, in its order.
var capabilities = [...]string{
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER",
	"CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST",
	"CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
	"CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE",
	"CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
	"CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD",
	"CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP",
	"CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
}

func isCapability(s string) bool { return slices.Contains(capabilities[:], s) }

func nearestCapability(s string) string {
	if len(s) > 64 {
		return ""
	}
	s = "CAP_" + strings.TrimPrefix(strings.ToUpper(s), "CAP_")
	return spell.Nearest(s, slices.Values(capabilities[:]))
}
