package oci

import (
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
)

// profileRules returns the rules of the profile: those that are given, and for
// each call the rules that decide it. Calls with equal rules share them.
func (r *resolver) profileRules(first []profile.Rule) []profile.Rule {
	g := &grouper{r: r, numbers: make(map[blockStep]int), byName: make(map[nameKey]int, 512), byArches: make(map[archKey]int)}
	unconditional := make([][]orderedRule, len(r.rules))
	numbers := make([]int, len(r.rules)) // of these blocks
	for i := range r.rules {
		unconditional[i] = []orderedRule{{nil, i}}
		numbers[i] = g.number(unconditional[i])
	}
	for i, s := range r.abis {
		for _, c := range s.calls {
			if u := c.unconditional; u >= 0 {
				g.add(i, c.name, numbers[u], unconditional[u])
			} else if rules := c.tree.ordered(); len(rules) > 0 {
				g.add(i, c.name, g.number(rules), rules)
			}
		}
	}
	return append(first, g.rules()...)
}

// grouper finds calls with equal rules: first those of one name on several ABIs,
// then those of several names. A block is a list of rules; blocks that look and
// mean the same have the same number.
type grouper struct {
	r        *resolver
	numbers  map[blockStep]int
	named    []namedBlock
	byName   map[nameKey]int
	groups   []callGroup
	byArches map[archKey]int
}

// blockStep is a part of a block, after what precedes it: the start of a rule, or
// one of its tests.
type blockStep struct {
	before  int
	part    blockPart
	word    uint32 // of a rule
	comment string // likewise
	test    profile.Test
}

type blockPart uint8

const (
	partRule blockPart = iota
	partTest
	partNot // of a test
)

// abiSet is a set of indexes of resolver.arches.
type abiSet uint32

type nameKey struct {
	name  string
	block int
}

type archKey struct {
	abis  abiSet
	block int
}

// namedBlock is a block of a name and the ABIs on which the name means it.
type namedBlock struct {
	name  string
	block int
	rules []orderedRule
	abis  abiSet
}

// callGroup is names that mean one block on the same ABIs.
type callGroup struct {
	rules []orderedRule
	abis  abiSet
	names []string
}

// number returns the number of a block: that of its last part.
func (g *grouper) number(rules []orderedRule) int {
	n := 0
	for _, o := range rules {
		f := &g.r.rules[o.rule]
		n = g.after(blockStep{before: n, part: partRule, word: f.word, comment: f.comment})
		n = g.afterCond(n, o.cond)
	}
	return n
}

// after returns the number of the parts up to s, from 1.
func (g *grouper) after(s blockStep) int {
	n, ok := g.numbers[s]
	if !ok {
		n = len(g.numbers) + 1
		g.numbers[s] = n
	}
	return n
}

// afterCond is after for the conditions of orderedRules: nil, a test, the negation
// of one, or an And of these.
func (g *grouper) afterCond(n int, c profile.Cond) int {
	switch c := c.(type) {
	case profile.And:
		for _, part := range c {
			n = g.afterCond(n, part)
		}
	case profile.Not:
		t, _ := c.Cond.(profile.Test)
		n = g.after(blockStep{before: n, part: partNot, test: t})
	case profile.Test:
		n = g.after(blockStep{before: n, part: partTest, test: c})
	}
	return n
}

// add adds the block of a name on an ABI.
func (g *grouper) add(abi int, name string, block int, rules []orderedRule) {
	k := nameKey{name, block}
	i, ok := g.byName[k]
	if !ok {
		i = len(g.named)
		g.byName[k] = i
		g.named = append(g.named, namedBlock{name: name, block: block, rules: rules})
	}
	g.named[i].abis |= 1 << abi
}

// rules returns the rules of all that was added.
func (g *grouper) rules() []profile.Rule {
	for i := range g.named {
		n := &g.named[i]
		k := archKey{g.widen(n), n.block}
		j, ok := g.byArches[k]
		if !ok {
			j = len(g.groups)
			g.byArches[k] = j
			g.groups = append(g.groups, callGroup{rules: n.rules, abis: k.abis})
		}
		g.groups[j].names = append(g.groups[j].names, n.name)
	}
	var rules []profile.Rule
	for i := range g.groups {
		c := &g.groups[i]
		arches := g.arches(c.abis)
		for _, o := range c.rules {
			f := &g.r.rules[o.rule]
			rules = append(rules, profile.Rule{
				Syscalls: c.names, Arches: arches, If: o.cond,
				Action: f.action, Direct: true, Comment: f.comment,
			})
		}
	}
	return rules
}

// widen returns the ABIs of a name with those that lack it, where the name matches
// nothing: otherwise calls with equal rules would not share them.
func (g *grouper) widen(n *namedBlock) abiSet {
	set := n.abis
	for i, a := range g.r.arches {
		if set&(1<<i) == 0 && !callOn(a, n.name).direct {
			set |= 1 << i
		}
	}
	return set
}

func (g *grouper) arches(set abiSet) []arch.Arch {
	var as []arch.Arch
	for i, a := range g.r.arches {
		if set&(1<<i) != 0 {
			as = append(as, a)
		}
	}
	return slices.Clip(as)
}
