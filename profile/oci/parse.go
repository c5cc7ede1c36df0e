package oci

import (
	"io"
	"slices"
	"strings"
)

// Parse reads a seccomp document: a profile of Docker or Podman, or the
// linux.seccomp object of the OCI runtime specification.
//
// What a runtime rejects is an error; what it silently skips or misreads is a
// finding of the document, or an error too if o.Strict. Errors are [Findings]:
// all slips of the document at once, each with its line, column and JSON
// pointer. See [Finding] for what is looked for.
//
// With [DialectAuto] the dialect is found by the keys of the document and of
// its entries: errno or defaultErrno make it Podman's; else archMap, includes,
// excludes, name or comment make it Docker's; else it is OCI.
//
// Nothing that depends on the machine is decided here, nor what the rules do to
// each other: that is [Document.Profile].
func Parse(data []byte, o ParseOptions) (*Document, error) {
	if len(data) > MaxDocument {
		return nil, tooLarge()
	}
	return parseOCI(string(data), o)
}

// Read is [Parse] for a reader. It reads no more than [MaxDocument] bytes
// and one.
func Read(r io.Reader, o ParseOptions) (*Document, error) {
	// Chunks, because a buffer that grows would come to several times the
	// document's size.
	const chunk = 64 << 10
	var chunks [][]byte
	size := 0
	for size <= MaxDocument {
		buf := make([]byte, min(chunk, MaxDocument+1-size))
		n, err := io.ReadFull(r, buf)
		chunks = append(chunks, buf[:n])
		size += n
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if size > MaxDocument {
		return nil, tooLarge()
	}
	var b strings.Builder
	b.Grow(size)
	for _, c := range chunks {
		b.Write(c)
	}
	return parseOCI(b.String(), o)
}

func tooLarge() Findings {
	var l findingList
	l.add(origin{}, readTooLarge, nil, "the document has more than %d bytes", MaxDocument)
	return l.list
}

// Findings returns what was noticed while reading the document, by place. The
// slice is the caller's.
func (d *Document) Findings() Findings { return slices.Clone(d.findings) }

// ociParser reads the tree of a document.
type ociParser struct {
	out     collector
	dialect Dialect
	merged  int // nodes copied by merge
}

func parseOCI(src string, o ParseOptions) (*Document, error) {
	p := &ociParser{dialect: o.Dialect}
	root, _ := readJSON(src, &p.out)
	if p.dialect == DialectAuto {
		p.dialect = detectDialect(root)
	}
	d := p.document(root)
	if o.Strict && len(p.out.notes.list) > 0 {
		return nil, findings(p.out.errs, p.out.notes)
	}
	if len(p.out.errs.list) > 0 {
		return nil, findings(p.out.errs)
	}
	d.findings = findings(p.out.notes)
	return d, nil
}

// detectDialect returns the dialect that has the keys of the document.
func detectDialect(root *node) Dialect {
	found := DialectOCI
	look := func(n *node) {
		for i := range n.kids {
			switch key := n.kids[i].key; {
			case strings.EqualFold(key, "errno"), strings.EqualFold(key, "defaultErrno"):
				found = DialectPodman
			case found == DialectOCI && isDockerKey(key):
				found = DialectDocker
			}
		}
	}
	look(root)
	for i := range root.kids {
		if list := &root.kids[i]; strings.EqualFold(list.key, "syscalls") {
			for j := range list.kids {
				look(&list.kids[j])
			}
		}
	}
	return found
}

func isDockerKey(key string) bool {
	for _, k := range [...]string{"archMap", "includes", "excludes", "name", "comment"} {
		if strings.EqualFold(key, k) {
			return true
		}
	}
	return false
}

func (p *ociParser) document(root *node) *Document {
	d := &Document{Dialect: p.dialect, origin: origin{node: root}}
	if root.kind == kindNull && len(p.out.errs.list) == 0 {
		p.note(root, readNotAProfile, "the document is null, which asks for no filter")
	}
	if !p.is(root, kindObject) {
		return d
	}
	m := p.members(root, documentKeys[:])
	if len(root.kids) > 0 && m == (members{}) {
		p.note(root, readNotAProfile, "none of the keys is one of a seccomp profile, so that it asks for no filter; in a config.json the profile is linux.seccomp")
	}
	d.DefaultAction = p.action(m[keyDefaultAction])
	entries := p.list(m[keySyscalls])
	if !d.DefaultAction.Set && len(entries) > 0 && isAbsent(m[keyDefaultAction]) && !root.partial {
		p.fail(cmpNode(m[keyDefaultAction], root), readMissingAction, nil, "a profile with syscalls needs a defaultAction")
	}
	d.DefaultErrno = p.errno(m[keyDefaultErrnoRet], m[keyDefaultErrno], d.DefaultAction)
	d.Architectures = p.architectures(m[keyArchitectures])
	d.ArchMap = p.archMap(m[keyArchMap])
	if len(p.list(m[keyArchitectures])) > 0 && len(p.list(m[keyArchMap])) > 0 {
		p.fail(m[keyArchMap], readArchitecturesTwice, nil, "a profile has either architectures or archMap")
	}
	d.Flags, d.FlagsSet = p.flags(m[keyFlags])
	d.ListenerPath, _ = p.str(m[keyListenerPath])
	d.ListenerMetadata, _ = p.str(m[keyListenerMetadata])
	if d.ListenerMetadata != "" && d.ListenerPath == "" {
		p.note(m[keyListenerMetadata], readListenerMetadata, "listenerMetadata goes to nobody without a listenerPath")
	}
	for i := range entries {
		if p.isElement(&entries[i], kindObject) {
			d.Syscalls = append(d.Syscalls, p.entry(&entries[i]))
		}
	}
	return d
}
