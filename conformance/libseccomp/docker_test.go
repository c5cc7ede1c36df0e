package libseccomp

import (
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/conformance/docker"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// TestDocker compares Docker's default profile on every ABI, for containers with no
// capabilities, with Docker's default and with all of them.
func TestDocker(t *testing.T) {
	d, err := docker.Document()
	if err != nil {
		t.Fatal(err)
	}
	var c counts
	for _, set := range docker.CapSets(d) {
		for _, native := range arch.All() {
			if !Supports(native) {
				continue
			}
			target := oci.Target{Arch: native, Caps: set.Caps, Kernel: syscalls.Release{Major: 6, Minor: 12}}
			if err := compareDocker(d, target, &c); err != nil {
				t.Errorf("%v, %s: %v", native, set.Name, err)
			}
		}
	}
	t.Log(c.String())
}

// compareDocker compares the entries whose names the library knows. Which of them
// apply to the machine is decided by package oci for the profile, and after moby's
// source for the library.
func compareDocker(d *oci.Document, target oci.Target, c *counts) error {
	options := oci.ResolveOptions{Target: target, Runtime: oci.Crun}
	p, _, err := d.Resolve(options)
	if err != nil {
		return err
	}
	known := WithoutUnknown(d, p.Arches)
	if p, _, err = known.Resolve(options); err != nil {
		return err
	}
	applied := &oci.Document{Dialect: oci.DialectOCI, DefaultAction: d.DefaultAction, DefaultErrno: d.DefaultErrno,
		Syscalls: docker.Applied(known, target)}
	def, rules := RuntimeRules(applied, target.Arch)
	prog, err := Build(def, p.Arches, rules, 2)
	if err != nil {
		return err
	}
	g := newGenerator(1, uint64(target.Arch))
	for _, e := range applied.Syscalls {
		for _, a := range e.Args {
			g.values = append(g.values, a.Value, a.ValueTwo)
		}
	}
	const points = 6000
	c.documents++
	c.points += points
	return comparePoints(g, applied, p, prog, points, c)
}
