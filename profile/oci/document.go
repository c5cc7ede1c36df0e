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
	Dialect          Dialect        // never DialectAuto in a document that was read
	DefaultAction    Action         // of calls that no entry matches
	DefaultErrno     Errno          // of defaultErrnoRet or defaultErrno
	Architectures    []arch.Arch    // the ABIs that the filter covers
	ArchMap          []ArchMapping  // the same by the machine's own ABI
	Flags            []profile.Flag // how the filter is installed
	FlagsSet         bool           // the document has the key flags, and its list is not null
	ListenerPath     string         // the socket of a supervisor
	ListenerMetadata string         // what the supervisor is sent
	Syscalls         []Entry        // in the order of the document

	findings Findings
	position position // where defaultAction and others stand
}

// Action is an action of a document, which has no data. The zero value is a missing
// one; Set tells it from SCMP_ACT_KILL_PROCESS.
type Action struct {
	Kind profile.Kind // what the action does
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
