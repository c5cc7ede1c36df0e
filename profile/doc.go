// Package profile holds what a seccomp filter must decide: pure data, without a
// machine, a kernel or a program.
//
// A [Profile] is an ordered list of rules and a default. For every system call
// the rules are tried in order, and the first one that matches decides; if none
// matches, the default decides. A call through an ABI that the profile does not
// list gets BadArch. Package compile turns a Profile into a program.
//
//	p := profile.New(profile.Errno(errno.EPERM)).
//		Allow("read", "write", "exit_group").
//		Allow("socket").If(profile.Arg(0).In(unix.AF_UNIX, unix.AF_INET)).
//		Deny(errno.ENOSYS, "clone3")
//
// # Zero is strictest
//
// The zero [Action] kills the process. The zero Profile therefore kills it at any
// call, and a Profile whose Arches is empty covers one ABI only: the target's own.
//
// # Values
//
// Profiles, rules and conditions are plain values. Methods return changed copies
// and never change their receiver, so a base profile can be shared and extended.
//
// # What a comparison compares
//
// An argument arrives in a 64-bit register, but the kernel often reads less of it:
// a file descriptor is an int, and the kernel ignores the upper half of its
// register. A filter that compares all 64 bits of an int can be bypassed by setting
// a bit that nobody reads. By default a comparison therefore looks at as many bits
// as the kernel's own definition of that parameter; see [Width].
//
// # What is checked where
//
// [Profile.Validate] finds what is wrong with a profile on every machine: an
// argument 6, an action that a rule can't have, an ABI listed twice. Whether a name
// is a system call of an ABI depends on tables that this package doesn't know;
// compile checks that.
//
// # Container profiles
//
// The JSON documents of Docker, Podman and the OCI runtime specification are read
// and written by package profile/oci.
package profile
