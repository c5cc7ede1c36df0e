// Package portcullis confines a process with a seccomp filter: [Confine] compiles
// a profile for the running machine, proves that the filter decides exactly what
// the profile says, and installs it on every thread.
//
//	p := profile.New(profile.Allow()).
//		Deny(errno.EPERM, "execve", "execveat", "ptrace", "mount", "bpf")
//	if err := portcullis.Confine(p); err != nil {
//		log.Fatal(err) // nothing has changed
//	}
//
// Seccomp is the part of the Linux kernel that decides which system calls a
// process may make. A filter can't be removed; later ones only take more away.
//
// The rest of this comment is a tour of the packages behind Confine. A program
// that needs more control uses them directly.
//
// # Packages
//
// Data flows one way, and each arrow is a plain value:
//
//	profile ──Profile──► compile ──[]bpf.RawInstruction──► install
//
// Each package has one job.
//
//   - Package profile says what a filter decides: an ordered list of rules and a
//     default. It knows no kernel and no machine. Package profile/oci reads the
//     JSON documents of Docker, Podman and the OCI runtime specification.
//   - Package compile turns a profile into a program for a target, which is an
//     argument. It proves each program equal to its profile. It also runs,
//     traces, prints, compares and explains programs from any source, on any
//     operating system. Package compile/compiletest tests policies.
//   - Package install gives raw instructions to the kernel. It knows neither
//     profiles nor tables, so a program that embeds a compiled filter links
//     neither.
//   - Package arch names the ABIs, package arch/errno the error numbers, and
//     package syscalls has the system calls of each ABI with the parameters that
//     the kernel declares.
//
// # Lists of allowed calls
//
// The profile above allows everything that it doesn't name. A stricter profile
// names what is allowed and denies the rest:
//
//	profile.New(profile.Errno(errno.EPERM)).Allow("read", "write", "exit_group")
//
// These three calls are not enough for a Go program: the runtime starts threads,
// waits on futexes and maps memory. The example selfconfine has a list that a
// busy HTTP server runs on, with a reason for each entry.
//
// # Examples
//
// The examples run with the go command and nothing else:
//
//	go run ./examples/selfconfine    a server that confines itself
//	go run ./examples/simulate       what a profile decides for given calls
//	go run ./examples/disasm         the program of a profile, as text
//	go run ./examples/oci            a command under a container profile
//
// The first and the last need Linux; on other systems they fail and say so.
// Everything else, tests of a policy included, works on any system.
//
// # Rules that all packages keep
//
// Zero values are the strictest. Values don't change: what looks like a change
// returns a copy. The machine is an argument; only Confine, arch.Native and package
// install look at the running one. What can't be done as asked is an error that
// says where and why, and nothing is silently weaker. Importing a package does no
// work.
package portcullis
