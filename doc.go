// Package portcullis is a tour; it exports nothing. The library is the packages
// beside it, which turn a seccomp profile into a filter program and install it,
// without cgo.
//
// # One direction
//
// Data flows one way, and each arrow is a plain value:
//
//		profile ──Profile──► compile ──[]bpf.RawInstruction──► install
//		              arch and syscalls feed both of the first two
//
//	  - Package profile says what a filter shall decide. A profile is an ordered
//	    list of rules and a default; it is built in Go, or read from the JSON
//	    documents of Docker, Podman and the OCI runtime specification. It knows no
//	    kernel and no machine.
//	  - Package compile makes a program of it, for a target that is an argument.
//	    It proves each program equal to its profile, and runs, traces, prints,
//	    compares and explains programs, its own and others', on any operating
//	    system.
//	  - Package install puts raw instructions into force. It knows neither
//	    profiles nor tables, so that a program which carries a ready filter links
//	    neither.
//	  - Package arch names the ABIs and their error numbers; package syscalls has
//	    the system calls of each, with the parameters as the kernel declares them.
//
// # Three lines
//
//	p := profile.New(profile.Errno(errno.EPERM)).Allow("read", "write", "exit_group")
//	prog, err := compile.Compile(p, compile.Options{})
//	err = install.Load(prog.Raw(), install.Options{})
//
// A Go program needs more than these three calls to stay alive: the runtime
// starts threads, waits on futexes and maps memory. The example selfconfine has
// a list that a busy HTTP server lives on, and says what each part is for.
//
// # Where to look next
//
// The examples run with the go command and nothing else:
//
//	go run ./examples/selfconfine    a server that confines itself
//	go run ./examples/simulate       what would this profile do with these calls?
//	go run ./examples/disasm         the program of a profile, as text
//	go run ./examples/oci            a command under a container profile
//
// The first and the last need Linux; on other systems they say so and fail.
// Everything else, tests of a policy included, works on any system.
//
// # What all packages keep to
//
// Zero values are the strictest. Values don't change: what looks like a change
// returns a copy. The machine is an argument and is never looked up behind the
// caller's back, except in arch.Native and in package install. What can't be
// done as asked is an error that says where and why; nothing is silently weaker.
// Importing a package does no work.
package portcullis
