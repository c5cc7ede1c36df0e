package oci

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/portcullis-go/portcullis/arch"
)

// The documents as they are written. All dialects share them. Their methods write
// what json.Marshal would: package encoding/json would be in every program that
// imports this one, documents or not.
type (
	jsonDocument struct {
		defaultAction    string
		defaultErrnoRet  *uint16
		defaultErrno     string
		architectures    []string
		archMap          []jsonMapping
		flags            []string
		hasFlags         bool
		listenerPath     string
		listenerMetadata string
		syscalls         []jsonEntry
	}
	jsonMapping struct {
		arch    string
		subArch []string
	}
	jsonEntry struct {
		names    []string
		action   string
		errnoRet *uint16
		errno    string
		args     []jsonArg
		comment  string
		includes *jsonFilter
		excludes *jsonFilter
	}
	jsonArg struct {
		index    int
		value    uint64
		valueTwo uint64
		op       string
	}
	jsonFilter struct {
		caps      []string
		arches    []string
		minKernel *string
	}
)

func (d *jsonDocument) write(w *jsonWriter) {
	w.open('{')
	w.optional("defaultAction", d.defaultAction)
	w.optionalNumber("defaultErrnoRet", d.defaultErrnoRet)
	w.optional("defaultErrno", d.defaultErrno)
	w.optionalList("architectures", d.architectures)
	if len(d.archMap) > 0 {
		w.key("archMap")
		w.open('[')
		for _, m := range d.archMap {
			w.comma()
			w.open('{')
			w.key("architecture")
			w.string(m.arch)
			w.optionalList("subArchitectures", m.subArch)
			w.close('}')
		}
		w.close(']')
	}
	if d.hasFlags {
		w.key("flags")
		w.list(d.flags)
	}
	w.optional("listenerPath", d.listenerPath)
	w.optional("listenerMetadata", d.listenerMetadata)
	if len(d.syscalls) > 0 {
		w.key("syscalls")
		w.open('[')
		for i := range d.syscalls {
			w.comma()
			d.syscalls[i].write(w)
		}
		w.close(']')
	}
	w.close('}')
}

func (e *jsonEntry) write(w *jsonWriter) {
	w.open('{')
	w.optionalList("names", e.names)
	w.optional("action", e.action)
	w.optionalNumber("errnoRet", e.errnoRet)
	w.optional("errno", e.errno)
	if len(e.args) > 0 {
		w.key("args")
		w.open('[')
		for _, a := range e.args {
			w.comma()
			a.write(w)
		}
		w.close(']')
	}
	w.optional("comment", e.comment)
	e.includes.write(w, "includes")
	e.excludes.write(w, "excludes")
	w.close('}')
}

func (a jsonArg) write(w *jsonWriter) {
	w.open('{')
	w.key("index")
	w.b = strconv.AppendInt(w.b, int64(a.index), 10)
	w.key("value")
	w.b = strconv.AppendUint(w.b, a.value, 10)
	if a.valueTwo != 0 {
		w.key("valueTwo")
		w.b = strconv.AppendUint(w.b, a.valueTwo, 10)
	}
	w.key("op")
	w.string(a.op)
	w.close('}')
}

// write writes nothing for a nil filter.
func (f *jsonFilter) write(w *jsonWriter, key string) {
	if f == nil {
		return
	}
	w.key(key)
	w.open('{')
	w.optionalList("caps", f.caps)
	w.optionalList("arches", f.arches)
	if f.minKernel != nil {
		w.key("minKernel")
		w.string(*f.minKernel)
	}
	w.close('}')
}

// MarshalJSON writes the document in its dialect, indented by nothing. A
// document of [DialectAuto], which was made by hand, is written in the first of
// OCI, Docker's and Podman's that has what it needs. It fails where the dialect
// has no key for something, and for values that are none of the constants.
//
// [Parse] reads the same document back, in that dialect.
func (d *Document) MarshalJSON() ([]byte, error) {
	m := ociMarshaler{dialect: d.Dialect}
	if m.dialect == DialectAuto {
		m.dialect = d.dialectNeeded()
	}
	out := jsonDocument{
		defaultAction:    m.action(d.DefaultAction),
		architectures:    m.arches(d.Architectures, arch.Arch.OCI, "architectures"),
		listenerPath:     d.ListenerPath,
		listenerMetadata: d.ListenerMetadata,
	}
	out.defaultErrnoRet, out.defaultErrno = m.errno(d.DefaultErrno)
	if len(d.ArchMap) > 0 {
		m.need(inBoth, "archMap")
	}
	for _, am := range d.ArchMap {
		m.arches([]arch.Arch{am.Arch}, arch.Arch.OCI, "archMap")
		out.archMap = append(out.archMap, jsonMapping{m.arch(am.Arch, arch.Arch.OCI), m.arches(am.SubArch, arch.Arch.OCI, "subArchitectures")})
	}
	if d.FlagsSet || len(d.Flags) > 0 {
		out.hasFlags = true
		for _, f := range d.Flags {
			if !isFlag(f) {
				m.fail("unknown flag %s", quote(string(f)))
			}
			out.flags = append(out.flags, "SECCOMP_FILTER_FLAG_"+string(f))
		}
	}
	for i := range d.Syscalls {
		m.place = "/syscalls/" + strconv.Itoa(i) + ": "
		out.syscalls = append(out.syscalls, m.entry(&d.Syscalls[i]))
	}
	if len(m.errs) > 0 {
		return nil, errors.Join(m.errs...)
	}
	var w jsonWriter
	out.write(&w)
	return w.b, nil
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

func (e Errno) isNamed() bool { return e.Set && e.Errno > math.MaxUint16 }

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
		names:    e.Names,
		action:   m.action(e.Action),
		comment:  e.Comment,
		includes: m.filter(&e.Includes, "includes"),
		excludes: m.filter(&e.Excludes, "excludes"),
	}
	if e.Comment != "" {
		m.need(inBoth, "comment")
	}
	out.errnoRet, out.errno = m.errno(e.Errno)
	for _, a := range e.Args {
		if OpName(a.Op) == "" {
			m.fail("unknown operator %d", a.Op)
		}
		out.args = append(out.args, jsonArg{a.Index, a.Value, a.ValueTwo, OpName(a.Op)})
	}
	return out
}

func (m *ociMarshaler) filter(f *Filter, key string) *jsonFilter {
	if f.isZero() {
		return nil
	}
	m.need(inBoth, key)
	out := &jsonFilter{caps: f.Caps, arches: m.arches(f.Arches, filterName(m.dialect), key)}
	if f.MinKernelSet {
		m.need(inDocker, "minKernel")
		s := ""
		if f.MinKernel.Major != 0 || f.MinKernel.Minor != 0 {
			s = fmt.Sprintf("%d.%d", f.MinKernel.Major, f.MinKernel.Minor)
		}
		out.minKernel = &s
	}
	return out
}

func (m *ociMarshaler) action(a Action) string {
	if !a.Set {
		return ""
	}
	if KindName(a.Kind) == "" {
		m.fail("unknown action %d", a.Kind)
	}
	return KindName(a.Kind)
}

// errno writes an error number: Podman's dialect as errno, others as errnoRet.
func (m *ociMarshaler) errno(e Errno) (ret *uint16, name string) {
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
