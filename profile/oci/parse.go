package oci

import (
	"slices"
	"strings"

	"github.com/portcullis-go/portcullis/internal/jsontree"
)

// MaxDocument is the size, in bytes, above which [Parse] refuses a document.
// Docker's default profile has 17 thousand. To read a document from a reader of
// unknown size, limit it to one byte more: io.LimitReader(r, MaxDocument+1).
const MaxDocument = 8 << 20

// ParseOptions control how a document is read. The zero value suits any document.
type ParseOptions struct {
	// Dialect is the document's, if it is known.
	Dialect Dialect
	// Strict makes every finding an error.
	Strict bool
}

// Parse reads a seccomp document: a profile of Docker or Podman, or the
// linux.seccomp object of the OCI runtime specification.
//
// What a runtime rejects is an error; what it silently skips or misreads is a
// finding of the document, or an error too if o.Strict. Errors are [Findings]:
// all that is wrong with the document at once, each with its line, column and
// JSON pointer. See [Finding] for what is looked for.
//
// With [DialectAuto] the dialect is found by the keys of the document and of
// its entries: errno or defaultErrno make it Podman's; else archMap, includes,
// excludes, name or comment make it Docker's; else it is OCI.
//
// Nothing that depends on the machine is decided here, nor what the rules do to
// each other: that is [Document.Resolve].
func Parse(data []byte, o ParseOptions) (*Document, error) {
	p := &parser{dialect: o.Dialect}
	if len(data) > MaxDocument {
		p.report.fail(position{}, idTooLarge, "the document has more than %d bytes", MaxDocument)
		return nil, merge(p.report.errors)
	}
	root, errors, notes := jsontree.Read(string(data), maxReported)
	p.report.errors.addMistakes(errors)
	p.report.notes.addMistakes(notes)
	if p.dialect == DialectAuto {
		p.dialect = detectDialect(root)
	}
	d := p.document(root)
	if o.Strict && len(p.report.notes.list) > 0 {
		return nil, merge(p.report.errors, p.report.notes)
	}
	if p.report.failed() {
		return nil, merge(p.report.errors)
	}
	d.findings = merge(p.report.notes)
	return d, nil
}

// Findings returns the notes of reading, in the order of the document. A document
// that was not made by [Parse] has none. The slice is the caller's.
func (d *Document) Findings() Findings {
	if d == nil {
		return nil
	}
	return slices.Clone(d.findings)
}

// parser makes a document of a tree.
type parser struct {
	report  report
	dialect Dialect
	merged  int // nodes copied by merge
}

// detectDialect returns the dialect that has the keys of the document and of its
// entries.
func detectDialect(root *jsontree.Node) Dialect {
	found := dialectOfKeys(root)
	for i := range root.Kids {
		list := &root.Kids[i]
		if !strings.EqualFold(list.Key, "syscalls") {
			continue
		}
		for j := range list.Kids {
			found = max(found, dialectOfKeys(&list.Kids[j]))
		}
	}
	return found
}

// dialectOfKeys returns the first dialect that has the keys of an object. The
// dialects are in order: each adds keys to those before it.
func dialectOfKeys(n *jsontree.Node) Dialect {
	has := func(keys ...string) bool {
		return slices.ContainsFunc(n.Kids, func(kid jsontree.Node) bool {
			return slices.ContainsFunc(keys, func(key string) bool { return strings.EqualFold(kid.Key, key) })
		})
	}
	switch {
	case has("errno", "defaultErrno"):
		return DialectPodman
	case has("archMap", "includes", "excludes", "name", "comment"):
		return DialectDocker
	}
	return DialectOCI
}

func (p *parser) document(root *jsontree.Node) *Document {
	d := &Document{Dialect: p.dialect, position: position{node: root}}
	if root.Kind == jsontree.Null && !p.report.failed() {
		p.note(root, idNotAProfile, "the document is null, which asks for no filter")
	}
	if !p.is(root, jsontree.Object) {
		return d
	}
	m := p.members(root, documentKeys[:])
	if len(root.Kids) > 0 && m == (members{}) {
		p.note(root, idNotAProfile, "none of the keys is one of a seccomp profile, so that it asks for no filter; in a config.json the profile is linux.seccomp")
	}
	d.DefaultAction = p.action(m[keyDefaultAction])
	entries := p.list(m[keySyscalls])
	if !d.DefaultAction.Set && len(entries) > 0 && isAbsent(m[keyDefaultAction]) && !root.Partial {
		p.fail(firstNode(m[keyDefaultAction], root), idMissingAction, "a profile with syscalls needs a defaultAction")
	}
	d.DefaultErrno = p.errno(m[keyDefaultErrnoRet], m[keyDefaultErrno], d.DefaultAction)
	arches, mappings := p.list(m[keyArchitectures]), p.list(m[keyArchMap])
	d.Architectures = p.architectures(arches)
	d.ArchMap = p.archMap(mappings)
	if len(arches) > 0 && len(mappings) > 0 {
		p.fail(m[keyArchMap], idArchitecturesTwice, "a profile has either architectures or archMap")
	}
	d.Flags, d.FlagsSet = p.flags(m[keyFlags])
	d.ListenerPath, _ = p.str(m[keyListenerPath])
	d.ListenerMetadata, _ = p.str(m[keyListenerMetadata])
	if d.ListenerMetadata != "" && d.ListenerPath == "" {
		p.note(m[keyListenerMetadata], idListenerMetadata, "listenerMetadata goes to nobody without a listenerPath")
	}
	d.Syscalls = p.entries(entries)
	return d
}

func (p *parser) entries(elements []jsontree.Node) []Entry {
	var entries []Entry
	for i := range elements {
		if p.isElement(&elements[i], jsontree.Object) {
			entries = append(entries, p.entry(&elements[i]))
		}
	}
	return entries
}
