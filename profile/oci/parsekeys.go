package oci

import (
	"iter"
	"strings"

	"github.com/portcullis-go/portcullis/internal/spell"
)

// keySpec is a key of an object, the dialects that have it, and what a second
// one does to the first.
type keySpec struct {
	name     string
	dialects dialectSet
	again    mergeRule
}

type dialectSet uint8

const (
	inOCI    = dialectSet(1 << DialectOCI)
	inDocker = dialectSet(1 << DialectDocker)
	inPodman = dialectSet(1 << DialectPodman)
	inBoth   = inDocker | inPodman
	inAll    = inOCI | inDocker | inPodman
)

func (s dialectSet) has(d Dialect) bool { return s>>d&1 != 0 }

// mergeRule is what Go's JSON decoder does to a field that is set twice, by the
// type that the runtimes gave the field.
type mergeRule uint8

const (
	keepOnNull  mergeRule = iota // a value: null leaves it as it is
	replace                      // a pointer or list of values: null empties it
	mergeObject                  // a pointer to a struct: members merge
	mergeList                    // a list of structs: elements merge one by one
)

// members are the values of an object by the index of their keySpec.
type members [9]*node

const (
	keyDefaultAction = iota
	keyDefaultErrnoRet
	keyDefaultErrno
	keyArchitectures
	keyArchMap
	keyFlags
	keyListenerPath
	keyListenerMetadata
	keySyscalls
)

var documentKeys = [...]keySpec{
	keyDefaultAction:    {"defaultAction", inAll, keepOnNull},
	keyDefaultErrnoRet:  {"defaultErrnoRet", inAll, replace},
	keyDefaultErrno:     {"defaultErrno", inPodman, keepOnNull},
	keyArchitectures:    {"architectures", inAll, replace},
	keyArchMap:          {"archMap", inBoth, mergeList},
	keyFlags:            {"flags", inAll, replace},
	keyListenerPath:     {"listenerPath", inAll, keepOnNull},
	keyListenerMetadata: {"listenerMetadata", inAll, keepOnNull},
	keySyscalls:         {"syscalls", inAll, mergeList},
}

const (
	keyNames = iota
	keyName
	keyAction
	keyErrnoRet
	keyErrno
	keyArgs
	keyIncludes
	keyExcludes
	keyComment
)

var entryKeys = [...]keySpec{
	keyNames:    {"names", inAll, replace},
	keyName:     {"name", inBoth, keepOnNull},
	keyAction:   {"action", inAll, keepOnNull},
	keyErrnoRet: {"errnoRet", inAll, replace},
	keyErrno:    {"errno", inPodman, keepOnNull},
	keyArgs:     {"args", inAll, mergeList},
	keyIncludes: {"includes", inBoth, mergeObject},
	keyExcludes: {"excludes", inBoth, mergeObject},
	keyComment:  {"comment", inBoth, keepOnNull},
}

const (
	keyIndex = iota
	keyValue
	keyValueTwo
	keyOp
)

var argKeys = [...]keySpec{
	keyIndex:    {"index", inAll, keepOnNull},
	keyValue:    {"value", inAll, keepOnNull},
	keyValueTwo: {"valueTwo", inAll, keepOnNull},
	keyOp:       {"op", inAll, keepOnNull},
}

const (
	keyArchitecture = iota
	keySubArchitectures
)

var archMapKeys = [...]keySpec{
	keyArchitecture:     {"architecture", inAll, keepOnNull},
	keySubArchitectures: {"subArchitectures", inAll, replace},
}

const (
	keyCaps = iota
	keyArches
	keyMinKernel
)

var filterKeys = [...]keySpec{
	keyCaps:      {"caps", inAll, replace},
	keyArches:    {"arches", inAll, replace},
	keyMinKernel: {"minKernel", inDocker, replace},
}

// members returns the values of an object as a runtime reads them: a key is
// looked for exactly and then without regard to case, and the last one counts.
func (p *ociParser) members(n *node, keys []keySpec) members {
	var m members
	for i := range n.kids {
		kid := &n.kids[i]
		k := keyIndexOf(keys, kid.key)
		if k < 0 {
			p.noteKey(kid, readUnknownKey, func() string { return nearestKey(kid.key, keys, p.dialect) },
				"the key %s is unknown and ignored", quote(kid.key))
			continue
		}
		spec := &keys[k]
		if !spec.dialects.has(p.dialect) {
			p.noteKey(kid, readIgnoredKey, nil, "the key %s is ignored, as only %s has it", quote(kid.key), spec.dialects)
			continue
		}
		if kid.key != spec.name {
			p.noteKey(kid, readKeyCase, say(spec.name), "the key %s is read only by decoders that ignore case", quote(kid.key))
		}
		if m[k] != nil {
			p.noteKey(kid, readDuplicateKey, nil, "the key %s stands here again", quote(kid.key))
			kid = p.merge(m[k], kid, spec.again)
		}
		m[k] = kid
	}
	return m
}

func (s dialectSet) String() string {
	switch s {
	case inDocker:
		return "Docker"
	case inPodman:
		return "Podman"
	}
	return "Docker or Podman"
}

func keyIndexOf(keys []keySpec, key string) int {
	for i := range keys {
		if keys[i].name == key {
			return i
		}
	}
	for i := range keys {
		if strings.EqualFold(keys[i].name, key) {
			return i
		}
	}
	return -1
}

func nearestKey(key string, keys []keySpec, d Dialect) string {
	return spell.Nearest(key, iter.Seq[string](func(yield func(string) bool) {
		for i := range keys {
			if keys[i].dialects.has(d) && !yield(keys[i].name) {
				return
			}
		}
	}))
}

// merge returns what a decoder makes of a second value of one key.
func (p *ociParser) merge(old, again *node, rule mergeRule) *node {
	switch {
	case rule == replace, rule == keepOnNull && again.kind != kindNull:
		return again
	case rule == keepOnNull:
		return old
	case rule == mergeObject && p.dialect == DialectPodman && again.kind == kindNull:
		return old // Podman's is no pointer
	case old.kind != again.kind || len(again.kids) == 0 && again.kind == kindArray:
		return again
	}
	if p.merged += cap(old.kids) + len(again.kids); p.merged > maxNodes {
		p.fail(again, readTooManyValues, nil, "there is too much in duplicate keys")
		return again
	}
	if again.kind == kindObject {
		return joinObjects(old, again)
	}
	// The decoder reuses the elements that it has, even those behind the end
	// of a list that meanwhile became shorter.
	kids := make([]node, max(len(again.kids), cap(old.kids)))
	copy(kids, old.kids[:cap(old.kids)])
	for i := range again.kids {
		if k := &again.kids[i]; k.kind == kindObject && kids[i].kind == kindObject {
			p.merged += len(k.kids) + len(kids[i].kids)
			kids[i] = *joinObjects(&kids[i], k)
		} else {
			kids[i] = *k
		}
	}
	list := *again
	list.kids = kids[:len(again.kids)]
	return &list
}

// joinObjects returns the object again with the members of old before its own.
func joinObjects(old, again *node) *node {
	n := *again
	n.kids = make([]node, 0, len(old.kids)+len(again.kids))
	n.kids = append(append(n.kids, old.kids...), again.kids...)
	return &n
}
