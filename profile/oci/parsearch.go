package oci

import (
	"errors"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/jsontree"
)

// architectures reads a list of ABIs without those that it has before. Only the
// names of the OCI specification are right there.
func (p *parser) architectures(elements []jsontree.Node) []arch.Arch {
	var arches []arch.Arch
	for i := range elements {
		e := &elements[i]
		if !p.isElement(e, jsontree.String) {
			continue
		}
		a, _ := arch.Parse(e.Text)
		switch {
		case a == 0 || a.OCI() != e.Text:
			p.badArchitecture(e)
		case slices.Contains(arches, a):
			p.note(e, idDuplicateArchitecture, "%s is listed already", e.Text)
		default:
			arches = append(arches, a)
		}
	}
	return arches
}

func (p *parser) badArchitecture(n *jsontree.Node) {
	if n.Text == "SCMP_ARCH_NATIVE" {
		p.fail(n, idBadArchitecture, "the runtimes don't accept SCMP_ARCH_NATIVE; the native ABI needs no mention")
		return
	}
	p.failNear(n, idBadArchitecture, func() string { return nearestArch(n.Text, arch.Arch.OCI) },
		"there is no architecture %s", jsontree.Quote(n.Text))
}

// nearestArch returns the right name of the ABI that s spells, or nearly spells.
func nearestArch(s string, name func(arch.Arch) string) string {
	a, err := arch.Parse(s)
	if err != nil {
		var miss *arch.ParseError
		if !errors.As(err, &miss) || miss.Nearest == "" {
			return ""
		}
		if a, err = arch.Parse(miss.Nearest); err != nil {
			return ""
		}
	}
	return name(a)
}

// archMap reads the elements of archMap. Of several for one ABI the first
// counts.
func (p *parser) archMap(elements []jsontree.Node) []ArchMapping {
	var mappings []ArchMapping
	for i := range elements {
		e := &elements[i]
		if !p.isElement(e, jsontree.Object) {
			continue
		}
		m := p.archMapping(e)
		if m.Arch != 0 && slices.ContainsFunc(mappings, func(o ArchMapping) bool { return o.Arch == m.Arch }) {
			p.note(e, idDuplicateArchitecture, "%s has an element already, and the first counts", m.Arch.OCI())
		}
		mappings = append(mappings, m)
	}
	return mappings
}

func (p *parser) archMapping(e *jsontree.Node) ArchMapping {
	var out ArchMapping
	m := p.members(e, archMapKeys[:])
	if at := m[keyArchitecture]; !isAbsent(at) {
		if p.is(at, jsontree.String) {
			out.Arch = p.mappedArch(at, false)
		}
	} else if !e.Partial {
		p.note(e, idMissingKey, "the element has no architecture and never matches")
	}
	subs := p.list(m[keySubArchitectures])
	for j := range subs {
		if !p.isElement(&subs[j], jsontree.String) {
			continue
		}
		if a := p.mappedArch(&subs[j], true); a != 0 {
			out.SubArch = append(out.SubArch, a)
		}
	}
	return out
}

// mappedArch reads an ABI of archMap in any spelling. An element for an unknown
// one never matches; an unknown one among the others is what runtimes reject.
func (p *parser) mappedArch(n *jsontree.Node, sub bool) arch.Arch {
	a, err := arch.Parse(n.Text)
	switch {
	case err == nil && a.OCI() != n.Text:
		p.noteNear(n, idArchSpelling, suggestion(a.OCI()), "%s is not what runtimes call the ABI %v here", jsontree.Quote(n.Text), a)
	case err != nil && sub:
		p.badArchitecture(n)
	case err != nil:
		p.noteNear(n, idUnknownArchitecture, func() string { return nearestArch(n.Text, arch.Arch.OCI) },
			"there is no ABI %s; it never matches", jsontree.Quote(n.Text))
	}
	return a
}
