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
// Reading and resolving are separate steps. [Parse] reads what was written, which
// is the same on every machine; Resolve decides what it means on one. [Marshal]
// goes the other way, from a profile to a document, and refuses what a document
// can't express.
//
// # Runtimes and dialects
//
// [Runc] and [Crun] differ: runc answers calls that are newer than the document
// with ENOSYS, and refuses some documents that crun accepts. Docker and Podman have
// keys that the runtime specification lacks; a [Dialect] says which.
//
// # Findings
//
// Runtimes silently skip a name that they don't know, ignore a key that they don't
// read, and drop a rule that another one shadows. Here each of these is a [Finding]
// with its line, its column and an ID; the comment of that type lists them all.
// [Document.Findings] are those of reading, and Resolve returns those of resolving.
// What a runtime refuses is an error, and all errors are returned at once. Strict
// options make every finding an error. Which value a finding is about is decided with
// findingplace.go; lines and columns are counted in internal/jsontree.
//
// # What is guaranteed
//
// Verdicts are those of runc 1.5 and crun with libseccomp 2.6. Where libseccomp
// doesn't specify what a document means, the verdict is this package's own, and a
// finding says so. Documents may be hostile: their size is bounded by
// [MaxDocument], reading takes linear time, and the work of resolving has a bound.
//
// # What is not guaranteed
//
// A resolved profile is for one [Target]. The rest of a container's configuration
// is not read: the capabilities, for example, are an input.
package oci
