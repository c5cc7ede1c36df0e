package oci

import (
	"slices"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
)

// ruleBlock is the rules of one number, tried in order, and a text that is equal
// for blocks that look and mean the same.
type ruleBlock struct {
	key   string
	rules []linearRule
}

// emit returns the rules of the profile: the stub's, and one block for each
// number. Numbers with equal blocks share rules.
func (r *resolver) emit(stub []profile.Rule) []profile.Rule {
	g := &grouper{r: r, byName: make(map[nameBlock]int, 512), byArches: make(map[archBlock]int)}
	uncond := make([]ruleBlock, len(r.rules))
	for i := range r.rules {
		uncond[i] = *g.block([]linearRule{{nil, i}})
	}
	for i, s := range r.abis {
		for _, n := range s.numbers {
			if n.uncond >= 0 {
				g.add(i, n.name, &uncond[n.uncond])
			} else if n.tree != nil && !n.tree.conflict {
				if b := n.tree.linearise(); len(b) > 0 {
					g.add(i, n.name, g.block(b))
				}
			}
		}
	}
	return append(stub, g.rules()...)
}

// grouper finds numbers of equal meaning: first a name's on several ABIs, then
// several names'.
type grouper struct {
	r        *resolver
	named    []namedBlock
	byName   map[nameBlock]int
	groups   []groupBlock
	byArches map[archBlock]int
}

// abiSet is a set of indexes of resolver.arches.
type abiSet uint32

type nameBlock struct{ name, block string }

type archBlock struct {
	abis  abiSet
	block string
}

// namedBlock is a block of a name and the ABIs on which the name means it.
type namedBlock struct {
	nameBlock
	abis  abiSet
	rules []linearRule
}

type groupBlock struct {
	abis  abiSet
	names []string
	rules []linearRule
}

func (g *grouper) add(abi int, name string, b *ruleBlock) {
	k := nameBlock{name, b.key}
	i, ok := g.byName[k]
	if !ok {
		i = len(g.named)
		g.byName[k] = i
		g.named = append(g.named, namedBlock{nameBlock: k, rules: b.rules})
	}
	g.named[i].abis |= 1 << abi
}

// block returns rules with their key.
func (g *grouper) block(rules []linearRule) *ruleBlock {
	var sb strings.Builder
	for _, l := range rules {
		f := &g.r.rules[l.rule]
		sb.WriteString(strconv.Itoa(int(f.word)))
		sb.WriteByte(' ')
		sb.WriteString(strconv.Quote(f.comment))
		writeKey(&sb, l.cond)
	}
	return &ruleBlock{sb.String(), rules}
}

// writeKey writes the conditions that linearising makes.
func writeKey(sb *strings.Builder, c profile.Cond) {
	switch c := c.(type) {
	case profile.And:
		sb.WriteByte('(')
		for _, c := range c {
			writeKey(sb, c)
		}
		sb.WriteByte(')')
	case profile.Not:
		sb.WriteByte('!')
		writeKey(sb, c.Cond)
	case profile.Test:
		for _, n := range [...]uint64{uint64(c.Field), uint64(c.Width), uint64(c.Op), c.Value, c.Mask} {
			sb.WriteString(strconv.FormatUint(n, 36))
			sb.WriteByte(',')
		}
	}
}

// rules returns the rules of all that was added.
func (g *grouper) rules() []profile.Rule {
	for i := range g.named {
		n := &g.named[i]
		k := archBlock{g.widen(n), n.block}
		j, ok := g.byArches[k]
		if !ok {
			j = len(g.groups)
			g.byArches[k] = j
			g.groups = append(g.groups, groupBlock{abis: k.abis, rules: n.rules})
		}
		g.groups[j].names = append(g.groups[j].names, n.name)
	}
	var rules []profile.Rule
	for i := range g.groups {
		gr := &g.groups[i]
		arches := g.arches(gr.abis)
		for _, l := range gr.rules {
			f := &g.r.rules[l.rule]
			rules = append(rules, profile.Rule{
				Syscalls: gr.names, Arches: arches, If: l.cond,
				Action: f.action, Direct: true, Comment: f.comment,
			})
		}
	}
	return rules
}

// widen returns the ABIs of a name with those that lack it, on which the name
// says nothing: so that names of equal meaning are not told apart by them.
func (g *grouper) widen(n *namedBlock) abiSet {
	set := n.abis
	for i, a := range g.r.arches {
		if set&(1<<i) == 0 && !abiHas(a, n.name) {
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
