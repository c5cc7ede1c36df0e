// Package profile says what a seccomp filter shall decide: pure data, with no
// host, no kernel and no program in it.
//
// A [Profile] is an ordered list of rules and a default. For every system call
// the rules are tried in order and the first one that matches decides; where
// none does, the default decides. A call through an ABI that the profile does
// not list meets BadArch. Package compile turns a Profile into a program.
//
//	p := profile.New(profile.Errno(errno.EPERM)).
//		Allow("read", "write", "exit_group").
//		Allow("socket").If(profile.Arg(0).In(unix.AF_UNIX, unix.AF_INET)).
//		Deny(errno.ENOSYS, "clone3")
//
// # Zero is strictest
//
// The zero [Action] kills the process, the zero Profile therefore kills it at
// any call, and a Profile whose Arches is empty admits one ABI only: the
// target's own.
//
// # Values
//
// Profiles, rules and conditions are plain values. The helpers return changed
// copies and never change what they were called on, so that a base profile can
// be shared and extended.
//
// # What a comparison compares
//
// An argument arrives in a register of 64 bits, of which the kernel often reads
// fewer: a file descriptor is an int, and the kernel ignores the upper half of
// its register. A filter that compares 64 bits of an int can be side-stepped by
// setting a bit that nobody reads. By default a comparison therefore looks at
// as many bits as the kernel's own definition of that parameter does; see
// [Width].
//
// # Container profiles
//
// [ParseOCI] reads the JSON documents of Docker, Podman and the OCI runtime
// specification. Such a document isn't a list of rules of which the first
// decides: what its entries do to each other is decided by the container
// runtimes and by libseccomp. [Document.Profile] resolves a document for one
// machine into a Profile, so that only one rule of precedence exists behind it.
// For that, and to tell a misspelt name from one that an ABI lacks, this package
// reads the tables of package syscalls; a program that doesn't read documents
// doesn't link them through it.
package profile
