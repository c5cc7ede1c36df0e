package oci

import (
	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// Dialect is the format of a document: which keys it has beyond those of the runtime
// specification.
type Dialect uint8

const (
	// DialectAuto finds the dialect by the keys of the document.
	DialectAuto Dialect = iota
	// DialectOCI is the runtime specification's linux.seccomp, read by runc and crun.
	DialectOCI
	// DialectDocker is moby's profile: OCI and archMap, includes, excludes,
	// minKernel, name and comment.
	DialectDocker
	// DialectPodman is that of containers/common: Docker's without minKernel,
	// with errno and defaultErrno.
	DialectPodman
)

// Document is a seccomp document as it was written: nothing in it has been
// resolved for a machine. Fields have the names of their keys. The zero value, and
// a nil Document, ask for no filter.
type Document struct {
	// Dialect is never DialectAuto in a document that was read.
	Dialect Dialect
	// DefaultAction is the verdict on calls that no entry matches.
	DefaultAction Action
	// DefaultErrno is of the key defaultErrnoRet or defaultErrno.
	DefaultErrno Errno
	// Architectures are the ABIs of the filter besides the machine's own.
	Architectures []arch.Arch
	// ArchMap is the same, by the machine's own ABI. OCI documents have none.
	ArchMap []ArchMapping
	// Flags are the filter's. FlagsSet tells an empty list from a missing one.
	Flags    []profile.Flag
	FlagsSet bool
	// ListenerPath is the socket that receives the listener of a filter with
	// SCMP_ACT_NOTIFY, and ListenerMetadata a text that is sent with it.
	ListenerPath     string
	ListenerMetadata string
	// Syscalls are the entries. Their order matters.
	Syscalls []Entry

	findings Findings
	position position // where defaultAction and others stand
}

// Action is an action of a document: a Kind without data. The zero value is a missing
// one; Set tells it from SCMP_ACT_KILL_PROCESS.
type Action struct {
	Kind profile.Kind
	Set  bool
}

// Errno is an error number of a document: a number (errnoRet) or a name (errno, of
// Podman). The zero value is a missing one.
type Errno struct {
	Errno errno.Errno // the name, or a number below 65536
	Set   bool        // it isn't missing
}

// ArchMapping is an element of archMap. The zero Arch stands for a name that no
// ABI has; it never matches.
type ArchMapping struct {
	Arch    arch.Arch
	SubArch []arch.Arch // those that the filter covers besides Arch
}

// Entry is an element of a document's list of syscalls. Calls with one of the Names
// whose arguments meet Args get the Action, if Includes and Excludes select the
// entry for the machine.
type Entry struct {
	Names    []string // the key names, or the one of name
	Action   Action
	Errno    Errno // of errnoRet or errno
	Args     []Arg
	Includes Filter
	Excludes Filter
	Comment  string // has no meaning

	position position
}

// Arg is a condition of an entry: the argument with this Index, 0 to 5, is compared
// with Value by Op. For OpMaskedEqual, Value is the mask and ValueTwo the datum;
// otherwise ValueTwo is unused.
type Arg struct {
	Index    int
	Op       profile.Op
	Value    uint64
	ValueTwo uint64
}

// Filter is an includes or excludes object. The zero value is no condition.
type Filter struct {
	Caps []string // spelt like "CAP_SYS_ADMIN"
	// Arches has the zero Arch for a name that no ABI has. It never matches,
	// and is a condition nonetheless.
	Arches []arch.Arch
	// MinKernel is a release; it counts where MinKernelSet, because "" in a
	// document is the release 0.0.
	MinKernel    syscalls.Release
	MinKernelSet bool
}
