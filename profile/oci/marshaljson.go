package oci

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/jsontree"
	"github.com/portcullis-go/portcullis/profile"
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
// [Parse] reads the same document back, in that dialect.
func (d *Document) MarshalJSON() ([]byte, error) {
	if d == nil {
		return []byte("null"), nil
	}
	e := encoder{dialect: d.Dialect}
	if e.dialect == DialectAuto {
		e.dialect = d.dialectNeeded()
	}
	out := jsonDocument{
		DefaultAction:    e.action(d.DefaultAction),
		Architectures:    e.arches(d.Architectures, arch.Arch.OCI, "architectures"),
		ArchMap:          e.archMap(d.ArchMap),
		ListenerPath:     d.ListenerPath,
		ListenerMetadata: d.ListenerMetadata,
	}
	out.DefaultErrnoRet, out.DefaultErrno = e.errno(d.DefaultErrno)
	if d.FlagsSet || len(d.Flags) > 0 {
		out.Flags = e.flags(d.Flags)
	}
	for i := range d.Syscalls {
		e.pointer = "/syscalls/" + strconv.Itoa(i) + ": "
		out.Syscalls = append(out.Syscalls, e.entry(&d.Syscalls[i]))
	}
	if len(e.errs) > 0 {
		return nil, errors.Join(e.errs...)
	}
	return json.Marshal(&out)
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

// encoder makes what a dialect's document has of a Document, and gathers what
// the dialect has no place for.
type encoder struct {
	dialect Dialect
	pointer string // before the text of errors
	errs    []error
}

func (e *encoder) fail(format string, args ...any) {
	e.errs = append(e.errs, fmt.Errorf("oci: "+e.pointer+format, args...))
}

// need fails if the dialect isn't one of those that have a key.
func (e *encoder) need(s dialectSet, key string) {
	if !s.has(e.dialect) {
		e.fail("only %s has %s", s, key)
	}
}

func (e *encoder) archMap(mappings []ArchMapping) []jsonMapping {
	if len(mappings) > 0 {
		e.need(inBoth, "archMap")
	}
	var out []jsonMapping
	for _, m := range mappings {
		names := e.arches([]arch.Arch{m.Arch}, arch.Arch.OCI, "archMap")
		out = append(out, jsonMapping{names[0], e.arches(m.SubArch, arch.Arch.OCI, "subArchitectures")})
	}
	return out
}

func (e *encoder) flags(flags []profile.Flag) *[]string {
	names := []string{}
	for _, f := range flags {
		if !isFlag(f) {
			e.fail("unknown flag %s", jsontree.Quote(string(f)))
		}
		names = append(names, flagPrefix+string(f))
	}
	return &names
}

func (e *encoder) entry(from *Entry) jsonEntry {
	out := jsonEntry{
		Names:    from.Names,
		Action:   e.action(from.Action),
		Comment:  from.Comment,
		Includes: e.filter(&from.Includes, "includes"),
		Excludes: e.filter(&from.Excludes, "excludes"),
	}
	if from.Comment != "" {
		e.need(inBoth, "comment")
	}
	out.ErrnoRet, out.Errno = e.errno(from.Errno)
	for _, a := range from.Args {
		if opName(a.Op) == "" {
			e.fail("unknown operator %d", a.Op)
		}
		out.Args = append(out.Args, jsonArg{a.Index, a.Value, a.ValueTwo, opName(a.Op)})
	}
	return out
}

func (e *encoder) filter(f *Filter, key string) *jsonFilter {
	if f.isZero() {
		return nil
	}
	e.need(inBoth, key)
	out := &jsonFilter{Caps: f.Caps, Arches: e.arches(f.Arches, filterName(e.dialect), key)}
	if f.MinKernelSet {
		e.need(inDocker, "minKernel")
		s := ""
		if f.MinKernel.Major != 0 || f.MinKernel.Minor != 0 {
			s = fmt.Sprintf("%d.%d", f.MinKernel.Major, f.MinKernel.Minor)
		}
		out.MinKernel = &s
	}
	return out
}

func (e *encoder) action(a Action) string {
	if !a.Set {
		return ""
	}
	if kindName(a.Kind) == "" {
		e.fail("unknown action %d", a.Kind)
	}
	return kindName(a.Kind)
}

// errno writes an error number: Podman's dialect as errno, others as errnoRet.
func (e *encoder) errno(number Errno) (ret *uint16, name string) {
	switch {
	case !number.Set:
		return nil, ""
	case e.dialect == DialectPodman:
		return nil, number.Errno.String()
	case number.isNamed():
		e.fail("only Podman has names of error numbers: %v", number.Errno)
		return nil, ""
	}
	n := uint16(number.Errno)
	return &n, ""
}

// arches names ABIs. An unknown one that never matches is written so that it is
// read as one again.
func (e *encoder) arches(arches []arch.Arch, name func(arch.Arch) string, key string) []string {
	var names []string
	for _, a := range arches {
		if a == 0 && key == "architectures" || a != 0 && !a.Valid() {
			e.fail("%s: %d is no ABI", key, uint8(a))
		}
		names = append(names, cmp.Or(name(a), a.String()))
	}
	return names
}
