package oci

import (
	"iter"
	"strings"

	"github.com/portcullis-go/portcullis/internal/jsontree"
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
type members [9]*jsontree.Node

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
func (p *parser) members(n *jsontree.Node, keys []keySpec) members {
	var m members
	for i := range n.Kids {
		kid := &n.Kids[i]
		k := keyIndexOf(keys, kid.Key)
		if k < 0 {
			p.noteKey(kid, idUnknownKey, func() string { return nearestKey(kid.Key, keys, p.dialect) },
				"the key %s is unknown and ignored", jsontree.Quote(kid.Key))
			continue
		}
		spec := &keys[k]
		if !spec.dialects.has(p.dialect) {
			p.noteKey(kid, idIgnoredKey, nil, "the key %s is ignored, as only %s has it", jsontree.Quote(kid.Key), spec.dialects)
			continue
		}
		if kid.Key != spec.name {
			p.noteKey(kid, idKeyCase, suggestion(spec.name), "the key %s is read only by decoders that ignore case", jsontree.Quote(kid.Key))
		}
		if m[k] != nil {
			p.noteKey(kid, idDuplicateKey, nil, "the key %s stands here again", jsontree.Quote(kid.Key))
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
func (p *parser) merge(old, again *jsontree.Node, rule mergeRule) *jsontree.Node {
	switch {
	case rule == replace, rule == keepOnNull && again.Kind != jsontree.Null:
		return again
	case rule == keepOnNull:
		return old
	case rule == mergeObject && p.dialect == DialectPodman && again.Kind == jsontree.Null:
		return old // Podman's is no pointer
	case old.Kind != again.Kind || len(again.Kids) == 0 && again.Kind == jsontree.Array:
		return again
	}
	if p.merged += cap(old.Kids) + len(again.Kids); p.merged > jsontree.MaxNodes {
		p.fail(again, jsontree.TooManyValues, "there is too much in duplicate keys")
		return again
	}
	if again.Kind == jsontree.Object {
		return joinObjects(old, again)
	}
	// The decoder reuses the elements that it has, even those behind the end
	// of a list that meanwhile became shorter.
	kids := make([]jsontree.Node, max(len(again.Kids), cap(old.Kids)))
	copy(kids, old.Kids[:cap(old.Kids)])
	for i := range again.Kids {
		if k := &again.Kids[i]; k.Kind == jsontree.Object && kids[i].Kind == jsontree.Object {
			p.merged += len(k.Kids) + len(kids[i].Kids)
			kids[i] = *joinObjects(&kids[i], k)
		} else {
			kids[i] = *k
		}
	}
	list := *again
	list.Kids = kids[:len(again.Kids)]
	return &list
}

// joinObjects returns the object again with the members of old before its own.
func joinObjects(old, again *jsontree.Node) *jsontree.Node {
	n := *again
	n.Kids = make([]jsontree.Node, 0, len(old.Kids)+len(again.Kids))
	n.Kids = append(append(n.Kids, old.Kids...), again.Kids...)
	return &n
}
