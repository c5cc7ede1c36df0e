// Package oci reads and writes the seccomp documents of container software: the
// JSON profiles of Docker and Podman, and the linux.seccomp object of the OCI
// runtime specification.
//
//	doc, err := oci.Parse(data, oci.ParseOptions{})
//	...
//	p, findings, err := doc.Resolve(oci.ResolveOptions{Target: oci.Target{Arch: arch.X86_64, Caps: caps}})
//
// # What a document means
//
// A document isn't an ordered list of rules. Which of its entries count depends on
// the machine: on its ABI, its kernel and the capabilities of the process. What
// the entries do to each other is decided by the container runtimes and by
// libseccomp, which merge the rules for one call into a tree. [Document.Resolve]
// follows them and returns a [profile.Profile], in which the first rule that
// matches decides, so that only one rule of precedence exists behind it.
//
// Two things are kept apart therefore: [Parse] reads what was written, the same on
// every machine, and Resolve decides what it means on one. [Marshal] goes the
// other way, from a profile to a document, and refuses what a document can't say.
//
// # Runtimes and dialects
//
// Runc and crun, the two [Runtime] values, differ: runc answers calls that are
// newer than the document with ENOSYS, and refuses some documents that crun takes.
// Docker and Podman write documents with keys of their own, the [Dialect].
//
// # Findings
//
// Runtimes skip a name they don't know, ignore a key they don't read, and drop a
// rule that another one shadows, all in silence. Here each of these is a
// [Finding], with its line, its column and an ID; the comment of that type lists
// them all. What a runtime refuses is an error, and all errors come at once.
// Strict options make findings errors.
//
// # What is guaranteed
//
// Verdicts are those of runc 1.5 and crun with libseccomp 2.6. Where libseccomp
// itself doesn't specify what a document means, the verdict is this package's, and
// a finding says so. Documents may come from anyone: reading takes time linear in
// their length, which is bounded by [MaxDocument], resolving has a bound of its
// own, and neither panics.
//
// Not read are the parts of a container's configuration beside its seccomp
// profile: the capabilities, for one, are an input. A Profile that was resolved is
// for the machine of its [Target].
package oci
