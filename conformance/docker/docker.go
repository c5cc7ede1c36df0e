// Package docker tests the library with Docker's default profile, as the moby
// project publishes it.
//
// The tests resolve the profile for eight machines, as runc and as crun do, for
// containers without capabilities, with Docker's default capabilities and with all
// of them: 48 variants. Each is compiled with proof. The program then runs in this
// library's interpreter and in that of golang.org/x/net/bpf, and both must return
// the verdict of compile.Evaluate. Some verdicts that Docker documents are checked
// by name.
//
//	go test .
//
// The file testdata/lengths.txt records how long each program and its paths are:
// instructions, and instructions run. To write it anew:
//
//	go test -run TestLengths -update .
//
// The functions serve the other modules that compare filters of this profile. The
// package is a module of its own so that the library doesn't depend on moby.
package docker

import (
	"encoding/json"
	"slices"

	"github.com/moby/profiles/seccomp"

	"github.com/portcullis-go/portcullis/profile/oci"
)

// Document returns moby's default profile, read from the JSON that moby writes.
func Document() (*oci.Document, error) {
	text, err := json.Marshal(seccomp.DefaultProfile())
	if err != nil {
		return nil, err
	}
	return oci.Parse(text, oci.ParseOptions{})
}

// DefaultCaps returns the capabilities of a container that Docker starts without
// options (daemon/pkg/oci/caps/defaults.go of moby).
func DefaultCaps() []string {
	return []string{"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID",
		"CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE"}
}

// CapSet is a set of capabilities with a name.
type CapSet struct {
	Name string
	Caps []string
}

// CapSets returns three sets: no capability, Docker's default, and all that the
// document mentions.
func CapSets(d *oci.Document) []CapSet {
	var all []string
	for _, e := range d.Syscalls {
		all = append(append(all, e.Includes.Caps...), e.Excludes.Caps...)
	}
	slices.Sort(all)
	return []CapSet{{"none", nil}, {"default", DefaultCaps()}, {"all", slices.Compact(all)}}
}

// Applied returns the entries that moby keeps for a machine. It reads includes and
// excludes as setupSeccomp in moby's seccomp_linux.go does, and on purpose shares
// no code with package oci: tests compare the two readings.
func Applied(d *oci.Document, t oci.Target) []oci.Entry {
	return slices.DeleteFunc(slices.Clone(d.Syscalls), func(e oci.Entry) bool {
		return anyHolds(e.Excludes, t) || !allHold(e.Includes, t)
	})
}

func anyHolds(f oci.Filter, t oci.Target) bool {
	return slices.Contains(f.Arches, t.Arch) ||
		slices.ContainsFunc(f.Caps, func(c string) bool { return slices.Contains(t.Caps, c) }) ||
		f.MinKernelSet && t.Kernel.Compare(f.MinKernel) >= 0
}

func allHold(f oci.Filter, t oci.Target) bool {
	return (f.Arches == nil || slices.Contains(f.Arches, t.Arch)) &&
		!slices.ContainsFunc(f.Caps, func(c string) bool { return !slices.Contains(t.Caps, c) }) &&
		(!f.MinKernelSet || t.Kernel.Compare(f.MinKernel) >= 0)
}
