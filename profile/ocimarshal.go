package profile

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/portcullis-go/portcullis/arch"
)

// The documents as they are written. All dialects share them.
type (
	jsonDocument struct {
		DefaultAction    string        `json:"defaultAction,omitempty"`
		DefaultErrnoRet  *uint16       `json:"defaultErrnoRet,omitempty"`
		DefaultErrno     string        `json:"defaultErrno,omitempty"`
		Architectures    []string      `json:"architectures,omitempty"`
		ArchMap          []jsonMapping `json:"archMap,omitempty"`
		Flags            *[]string     `json:"flags,omitempty"`
		ListenerPath     string        `json:"listenerPath,omitempty"`
		ListenerMetadata string        `json:"listenerMetadata,omitempty"`
		Syscalls         []jsonEntry   `json:"syscalls,omitempty"`
	}
	jsonMapping struct {
		Arch    string   `json:"architecture"`
		SubArch []string `json:"subArchitectures,omitempty"`
	}
	jsonEntry struct {
		Names    []string    `json:"names,omitempty"`
		Action   string      `json:"action,omitempty"`
		ErrnoRet *uint16     `json:"errnoRet,omitempty"`
		Errno    string      `json:"errno,omitempty"`
		Args     []jsonArg   `json:"args,omitempty"`
		Comment  string      `json:"comment,omitempty"`
		Includes *jsonFilter `json:"includes,omitempty"`
		Excludes *jsonFilter `json:"excludes,omitempty"`
	}
	jsonArg struct {
		Index    int    `json:"index"`
		Value    uint64 `json:"value"`
		ValueTwo uint64 `json:"valueTwo,omitempty"`
		Op       string `json:"op"`
	}
	jsonFilter struct {
		Caps      []string `json:"caps,omitempty"`
		Arches    []string `json:"arches,omitempty"`
		MinKernel *string  `json:"minKernel,omitempty"`
	}
)

// MarshalJSON writes the document in its dialect, indented by nothing. A
// document of [DialectAuto], which was made by hand, is written in the first of
// OCI, Docker's and Podman's that has what it needs. It fails where the dialect
// has no key for something, and for values that are none of the constants.
//
// [ParseOCI] reads the same document back, in that dialect.
func (d *Document) MarshalJSON() ([]byte, error) {
	m := ociMarshaler{dialect: d.Dialect}
	if m.dialect == DialectAuto {
		m.dialect = d.dialectNeeded()
	}
	out := jsonDocument{
		DefaultAction:    m.action(d.DefaultAction),
		Architectures:    m.arches(d.Architectures, arch.Arch.OCI, "architectures"),
		ListenerPath:     d.ListenerPath,
		ListenerMetadata: d.ListenerMetadata,
	}
	out.DefaultErrnoRet, out.DefaultErrno = m.errno(d.DefaultErrno)
	if len(d.ArchMap) > 0 {
		m.need(inBoth, "archMap")
	}
	for _, am := range d.ArchMap {
		m.arches([]arch.Arch{am.Arch}, arch.Arch.OCI, "archMap")
		out.ArchMap = append(out.ArchMap, jsonMapping{m.arch(am.Arch, arch.Arch.OCI), m.arches(am.SubArch, arch.Arch.OCI, "subArchitectures")})
	}
	if d.FlagsSet || len(d.Flags) > 0 {
		flags := make([]string, len(d.Flags))
		for i, f := range d.Flags {
			if !f.known() {
				m.fail("unknown flag %s", quote(string(f)))
			}
			flags[i] = "SECCOMP_FILTER_FLAG_" + string(f)
		}
		out.Flags = &flags
	}
	for i := range d.Syscalls {
		m.place = "/syscalls/" + strconv.Itoa(i) + ": "
		out.Syscalls = append(out.Syscalls, m.entry(&d.Syscalls[i]))
	}
	if len(m.errs) > 0 {
		return nil, errors.Join(m.errs...)
	}
	return json.Marshal(out)
}

// dialectNeeded returns the smallest dialect that has what d uses.
func (d *Document) dialectNeeded() Dialect {
	need := DialectOCI
	if len(d.ArchMap) > 0 {
		need = DialectDocker
	}
	named := d.DefaultErrno.isNamed()
	for i := range d.Syscalls {
		e := &d.Syscalls[i]
		named = named || e.Errno.isNamed()
		if e.Comment != "" || !e.Includes.isZero() || !e.Excludes.isZero() {
			need = DialectDocker
		}
	}
	if named {
		return DialectPodman
	}
	return need
}

func (e OCIErrno) isNamed() bool { return e.Set && e.Errno > math.MaxUint16 }

func (f *Filter) isZero() bool { return len(f.Caps) == 0 && len(f.Arches) == 0 && !f.MinKernelSet }

// ociMarshaler writes a document in a dialect and gathers what it can't write.
type ociMarshaler struct {
	dialect Dialect
	place   string
	errs    []error
}

func (m *ociMarshaler) fail(format string, args ...any) {
	m.errs = append(m.errs, fmt.Errorf("profile: "+m.place+format, args...))
}

// need fails if the dialect isn't one of those that have a key.
func (m *ociMarshaler) need(s dialectSet, key string) {
	if !s.has(m.dialect) {
		m.fail("only %s has %s", s, key)
	}
}

func (m *ociMarshaler) entry(e *Entry) jsonEntry {
	out := jsonEntry{
		Names:    e.Names,
		Action:   m.action(e.Action),
		Comment:  e.Comment,
		Includes: m.filter(&e.Includes, "includes"),
		Excludes: m.filter(&e.Excludes, "excludes"),
	}
	if e.Comment != "" {
		m.need(inBoth, "comment")
	}
	out.ErrnoRet, out.Errno = m.errno(e.Errno)
	for _, a := range e.Args {
		if a.Op >= opCount {
			m.fail("unknown operator %d", a.Op)
		}
		out.Args = append(out.Args, jsonArg{a.Index, a.Value, a.ValueTwo, a.Op.OCI()})
	}
	return out
}

func (m *ociMarshaler) filter(f *Filter, key string) *jsonFilter {
	if f.isZero() {
		return nil
	}
	m.need(inBoth, key)
	out := &jsonFilter{Caps: f.Caps, Arches: m.arches(f.Arches, filterName(m.dialect), key)}
	if f.MinKernelSet {
		m.need(inDocker, "minKernel")
		s := ""
		if f.MinKernel.Major != 0 || f.MinKernel.Minor != 0 {
			s = fmt.Sprintf("%d.%d", f.MinKernel.Major, f.MinKernel.Minor)
		}
		out.MinKernel = &s
	}
	return out
}

func (m *ociMarshaler) action(a OCIAction) string {
	if !a.Set {
		return ""
	}
	if a.Kind >= kindCount {
		m.fail("unknown action %d", a.Kind)
	}
	return a.Kind.OCI()
}

// errno writes an error number: Podman's dialect as errno, others as errnoRet.
func (m *ociMarshaler) errno(e OCIErrno) (ret *uint16, name string) {
	switch {
	case !e.Set:
		return nil, ""
	case m.dialect == DialectPodman:
		return nil, e.Errno.String()
	case e.isNamed():
		m.fail("only Podman has names of error numbers: %v", e.Errno)
		return nil, ""
	}
	n := uint16(e.Errno)
	return &n, ""
}

func (m *ociMarshaler) arches(arches []arch.Arch, name func(arch.Arch) string, key string) []string {
	var names []string
	for _, a := range arches {
		if a == 0 && key == "architectures" || a != 0 && !a.Valid() {
			m.fail("%s: %d is no ABI", key, uint8(a))
		}
		names = append(names, m.arch(a, name))
	}
	return names
}

// arch names an ABI. An unknown one that never matches is written so that it is
// read as one again.
func (m *ociMarshaler) arch(a arch.Arch, name func(arch.Arch) string) string {
	if s := name(a); s != "" {
		return s
	}
	return a.String()
}
