package oci

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// extended reports whether the dialect has archMap, includes and excludes. A
// Document that was made, not read, has them if it uses them.
func (d *Document) extended() bool { return d.Dialect != DialectOCI }

// listArches finds the ABIs of the filter: the native one and the listed ones,
// each once.
func (r *resolver) listArches() {
	d := r.doc
	listed, at := d.Architectures, d.position.at("architectures")
	if d.extended() && len(d.ArchMap) > 0 {
		if len(listed) > 0 {
			r.report.fail(d.position.at("archMap"), idArchitecturesTwice, "architectures and archMap exclude each other")
		}
		listed, at = r.archMap(), d.position.at("archMap")
	}
	r.arches = append(r.arches, r.native)
	for _, a := range listed {
		if slices.Contains(r.arches, a) {
			continue
		}
		switch {
		case !a.Valid():
			r.report.fail(at, idBadArchitecture, "%d is no architecture", a)
			continue
		case a.ByteOrder() != r.native.ByteOrder():
			r.report.fail(at, idForeignEndian, "%v has another byte order than %v: no kernel serves both", a, r.native)
			continue
		case r.opts.Runtime == Runc && unknownToRunc(a):
			r.report.note(at, idArchRefused, "runc doesn't take %s", a.OCI())
		}
		r.arches = append(r.arches, a)
	}
}

// unknownToRunc reports whether a has a name in the runtime specification that
// runc doesn't take.
func unknownToRunc(a arch.Arch) bool {
	switch a {
	case arch.PARISC, arch.PARISC64, arch.M68K, arch.SH, arch.SHEB:
		return true
	}
	return false
}

// archMap returns the ABIs of the first element for the target.
func (r *resolver) archMap() []arch.Arch {
	for _, m := range r.doc.ArchMap {
		if m.Arch != r.native {
			continue
		}
		more := slices.ContainsFunc(m.SubArch, func(a arch.Arch) bool { return a != r.native })
		if more && !mappedBy(r.doc.Dialect, r.native) {
			r.report.note(r.doc.position.at("archMap"), idArchMapUnmatched, "on %v the reader of the %s finds no element of archMap, and so no subArchitectures", r.native, r.doc.Dialect.reader())
		}
		return m.SubArch
	}
	return nil
}

// mappedBy reports whether the reader of dialect d looks for a in archMap: that
// of moby (nativeToSeccomp) or of containers/common.
func mappedBy(d Dialect, a arch.Arch) bool {
	switch a {
	case arch.X86_64, arch.AArch64, arch.MIPS64, arch.MIPS64N32, arch.MIPSEL64, arch.MIPSEL64N32, arch.S390X:
		return true
	case arch.X86, arch.ARM, arch.PPC, arch.PPC64, arch.PPC64LE, arch.RISCV64, arch.S390:
		return d != DialectPodman
	}
	return false
}

// namedBy reports whether the reader of dialect d has a name for a in includes
// and excludes.
func namedBy(d Dialect, a arch.Arch) bool {
	switch a {
	case arch.X32, arch.M68K, arch.MIPS, arch.PARISC, arch.PARISC64, arch.SH, arch.SHEB:
		return d == DialectPodman
	}
	return true
}

// keptEntries returns the indexes of the entries whose includes and excludes
// hold for the target.
func (r *resolver) keptEntries() []int {
	kept := make([]int, 0, len(r.doc.Syscalls))
	for i := range r.doc.Syscalls {
		e := &r.doc.Syscalls[i]
		if !r.doc.extended() || r.included(e, r.doc.entryPosition(i)) {
			kept = append(kept, i)
		}
	}
	return kept
}

// included decides an entry as the dialect's reader does: whatever excludes it
// wins, any capability of excludes and all of includes count, and any ABI of
// either.
func (r *resolver) included(e *Entry, at position) bool {
	in, ex := &e.Includes, &e.Excludes
	if !namedBy(r.doc.Dialect, r.native) &&
		(slices.Contains(in.Arches, r.native) || slices.Contains(ex.Arches, r.native)) {
		r.report.note(at, idArchUnmatched, "the reader of the %s has no name for %v, which would match nothing", r.doc.Dialect.reader(), r.native)
	}
	kernel := r.opts.Target.Kernel
	byKernel := r.doc.Dialect != DialectPodman
	switch {
	case slices.Contains(ex.Arches, r.native),
		slices.ContainsFunc(ex.Caps, r.hasCap),
		byKernel && ex.MinKernelSet && atLeast(kernel, ex.MinKernel),
		len(in.Arches) > 0 && !slices.Contains(in.Arches, r.native),
		slices.ContainsFunc(in.Caps, func(c string) bool { return !r.hasCap(c) }),
		byKernel && in.MinKernelSet && !atLeast(kernel, in.MinKernel):
		return false
	}
	return true
}

func (r *resolver) hasCap(name string) bool { return slices.Contains(r.opts.Target.Caps, name) }

// atLeast reports whether release a is b or newer.
func atLeast(a, b syscalls.Release) bool {
	if a.Major != b.Major {
		return a.Major > b.Major
	}
	return a.Minor >= b.Minor
}

// reader names whose reader of documents the dialect is.
func (d Dialect) reader() string {
	if d == DialectPodman {
		return "containers/common profiles"
	}
	return "moby profiles"
}

// flags returns the flags of the profile, and checks what the listener needs.
// Without a list the runtimes set SPEC_ALLOW. An empty list reaches them only from
// the runtime specification's own documents.
func (r *resolver) flags() []profile.Flag {
	d := r.doc
	if r.notify && d.ListenerPath == "" {
		r.report.note(d.position, idNoListener, "SCMP_ACT_NOTIFY needs a listenerPath in a container runtime")
	}
	if len(d.Flags) == 0 {
		if d.FlagsSet && !d.extended() {
			return nil
		}
		return []profile.Flag{profile.FlagSpecAllow}
	}
	var flags []profile.Flag
	for _, f := range d.Flags {
		r.checkFlag(f)
		if !slices.Contains(flags, f) {
			flags = append(flags, f)
		}
	}
	return flags
}

// checkFlag reports what the runtime makes of a flag.
func (r *resolver) checkFlag(f profile.Flag) {
	at := r.doc.position.at("flags")
	switch {
	case !isFlag(f):
		r.report.fail(at, idBadFlag, "flag %q is not known to the runtimes", f)
	case f == profile.FlagTSync && r.opts.Runtime == Runc:
		r.report.note(at, idTSyncIgnored, "runc takes SECCOMP_FILTER_FLAG_TSYNC and doesn't use it")
	case f == profile.FlagWaitKillableRecv && !r.notify: // the kernel then refuses the filter
		r.refusedByRunc(at, idWaitKillable, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with SCMP_ACT_NOTIFY")
	}
}
