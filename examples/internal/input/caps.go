package input

import (
	"fmt"
	"slices"
	"strings"
)

// Caps is a set of capabilities, spelt like "CAP_SYS_ADMIN". It is a flag.Value.
type Caps []string

// dockerCaps are what Docker gives a container that asks for nothing.
const dockerCaps = "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE " +
	"NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT"

// otherCaps are the rest of include/uapi/linux/capability.h.
const otherCaps = "AUDIT_CONTROL AUDIT_READ BLOCK_SUSPEND BPF CHECKPOINT_RESTORE DAC_READ_SEARCH IPC_LOCK " +
	"IPC_OWNER LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE NET_ADMIN NET_BROADCAST PERFMON SYSLOG SYS_ADMIN " +
	"SYS_BOOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM"

// DefaultCaps returns what Docker gives a container that asks for nothing.
func DefaultCaps() Caps { return capNames(dockerCaps) }

func capNames(list string) Caps {
	names := strings.Fields(list)
	for i, name := range names {
		names[i] = "CAP_" + name
	}
	return names
}

// Set reads a list such as "default,SYS_PTRACE". The words default, all and none
// stand for sets; a name may go without its CAP_.
func (c *Caps) Set(s string) error {
	all := capNames(dockerCaps + " " + otherCaps)
	set := Caps{}
	for word := range strings.SplitSeq(s, ",") {
		switch word = strings.ToUpper(strings.TrimSpace(word)); word {
		case "NONE", "":
		case "ALL":
			set = append(set, all...)
		case "DEFAULT":
			set = append(set, DefaultCaps()...)
		default:
			name := "CAP_" + strings.TrimPrefix(word, "CAP_")
			if !slices.Contains(all, name) {
				return fmt.Errorf("no capability is called %s", name)
			}
			set = append(set, name)
		}
	}
	slices.Sort(set)
	*c = slices.Compact(set)
	return nil
}

// String returns what Set reads.
func (c *Caps) String() string {
	switch {
	case c == nil || len(*c) == 0:
		return "none"
	case slices.Equal(slices.Sorted(slices.Values(*c)), DefaultCaps()):
		return "default"
	}
	return strings.Join(*c, ",")
}
