package compile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// ErrNotExpressible is returned for a filter that no profile can express: one that
// tells ABIs apart that don't exist.
var ErrNotExpressible = errors.New("compile: no profile decides like this filter")

// Explanation is what a filter decides, as rules.
type Explanation struct {
	// Foreign is the verdict on calls through all other ABIs.
	Foreign profile.Action
	// ABIs are those on which the filter decides anything else.
	ABIs []ABIExplanation
}

// ABIExplanation is what a filter decides on one ABI.
type ABIExplanation struct {
	Arch arch.Arch
	// Rules are tried in order; each is about Arch alone, and about a call's own
	// number (Direct). Conditions say of each argument how many bits count.
	Rules []profile.Rule
	// Default is the verdict on calls that no rule matches.
	Default profile.Action
}

// Explain returns what the program, from any source, decides. Errors are a
// [*LiftError], [ErrTooComplex], [ErrNotExpressible] and [ErrNoProgram].
func (p *Program) Explain() (*Explanation, error) {
	if p.missing() {
		return nil, ErrNoProgram
	}
	s := diagram.NewStore()
	m, err := p.calls(s)
	if err != nil {
		return nil, fmt.Errorf("compile: the program: %w", err)
	}
	return explain(s, m, p.order)
}

func explain(s *diagram.Store, m diagram.Denotation, order binary.ByteOrder) (*Explanation, error) {
	x := &explainer{store: s, conds: reader{store: s}, m: m, order: order}
	foreign, ok := x.foreign()
	if !ok {
		return nil, ErrNotExpressible
	}
	e := &Explanation{Foreign: profile.ActionOf(foreign)}
	for _, a := range arch.All() {
		if a.ByteOrder() != order {
			continue
		}
		if abi, ok := x.abi(a, foreign); ok {
			e.ABIs = append(e.ABIs, abi)
		}
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	if x.conds.full {
		return nil, fmt.Errorf("compile: a condition is %w", ErrTooComplex)
	}
	return e, nil
}

// explainer turns a denotation into rules.
type explainer struct {
	store *diagram.Store
	conds reader
	m     diagram.Denotation
	order binary.ByteOrder
}

// foreign returns the one verdict on all audit architectures that no ABI has, if
// there is one.
func (x *explainer) foreign() (ret uint32, ok bool) {
	known := func(audit uint32) bool {
		return slices.ContainsFunc(arch.All(), func(a arch.Arch) bool { return a.Audit() == audit && a.ByteOrder() == x.order })
	}
	found := false
	for i, a := range x.m {
		alone := i+1 < len(x.m) && x.m[i+1].First == a.First+1 || a.First == ^uint32(0)
		if alone && known(a.First) {
			continue
		}
		r, single := x.store.Terminal(a.Numbers[0].Args)
		if len(a.Numbers) > 1 || !single || found && r != ret {
			return 0, false
		}
		ret, found = r, true
	}
	return ret, found
}

// numbersOf returns the part of a denotation that is about ABI a.
func numbersOf(m diagram.Denotation, a arch.Arch) []diagram.Interval {
	i := len(m) - 1
	for m[i].First > a.Audit() {
		i--
	}
	var is []diagram.Interval
	for _, n := range intervalsOf(m[i].Numbers) {
		for _, own := range ownNumbers(a) {
			if first, last := max(n.First, uint64(own.First)), min(n.Last, uint64(own.Last)); first <= last {
				is = append(is, diagram.Interval{First: first, Last: last, Then: n.Then})
			}
		}
	}
	return is
}

// intervalsOf returns the intervals of numbers with both ends.
func intervalsOf(ns []diagram.Number) []diagram.Interval {
	is := make([]diagram.Interval, len(ns))
	for i, n := range ns {
		last := uint64(math.MaxUint32)
		if i+1 < len(ns) {
			last = uint64(ns[i+1].First) - 1
		}
		is[i] = diagram.Interval{First: uint64(n.First), Last: last, Then: n.Args}
	}
	return is
}

// ownNumbers returns the numbers that an ABI decides: its own, and -1 for X86_64.
func ownNumbers(a arch.Arch) []profile.NumberRange {
	first, last := a.Numbers()
	own := []profile.NumberRange{{First: first, Last: last}}
	if a == arch.X86_64 {
		own = append(own, profile.NumberRange{First: skipped, Last: skipped})
	}
	return own
}

// abi explains one ABI, unless it is foreign to the filter.
func (x *explainer) abi(a arch.Arch, foreign uint32) (ABIExplanation, bool) {
	is := numbersOf(x.m, a)
	covered := func(iv diagram.Interval) bool { return !x.always(iv.Then, foreign) }
	if !slices.ContainsFunc(is, covered) {
		return ABIExplanation{}, false
	}
	def := x.commonest(is, foreign)
	e := ABIExplanation{Arch: a, Default: profile.ActionOf(def).Named(a)}
	for _, set := range callSets(a, is) {
		if !x.always(set.then, def) {
			e.Rules = append(e.Rules, x.rules(a, set, def)...)
		}
	}
	return e, true
}

// always reports whether a diagram gives this result for all arguments.
func (x *explainer) always(r diagram.Ref, want uint32) bool {
	ret, ok := x.store.Terminal(r)
	return ok && ret == want
}

// commonest returns the verdict that most numbers have whatever their arguments.
func (x *explainer) commonest(is []diagram.Interval, foreign uint32) uint32 {
	most, ret := uint64(0), foreign
	count := make(map[uint32]uint64)
	for _, iv := range is {
		if r, ok := x.store.Terminal(iv.Then); ok {
			if count[r] += iv.Last - iv.First + 1; count[r] > most {
				most, ret = count[r], r
			}
		}
	}
	return ret
}

// rules returns the rules that give calls the verdicts of a diagram. What the
// default decides needs none.
func (x *explainer) rules(a arch.Arch, set callSet, def uint32) []profile.Rule {
	var rs []profile.Rule
	for _, b := range x.conds.branches(set.then) {
		if b.cond == nil && b.ret == def {
			continue
		}
		rs = append(rs, profile.Rule{Arches: []arch.Arch{a}, Direct: true, Syscalls: set.names, Numbers: set.numbers,
			If: b.cond, Action: profile.ActionOf(b.ret).Named(a)})
	}
	return rs
}

// callSet is calls that are decided by the same diagram.
type callSet struct {
	names   []string
	numbers []profile.NumberRange // of calls without a name
	then    diagram.Ref
}

// callSets returns the calls of ABI a, those together that are decided by the same
// diagram.
func callSets(a arch.Arch, is []diagram.Interval) []callSet {
	var sets []callSet
	place := make(map[diagram.Ref]int)
	for _, iv := range is {
		i, ok := place[iv.Then]
		if !ok {
			i = len(sets)
			place[iv.Then] = i
			sets = append(sets, callSet{then: iv.Then})
		}
		sets[i].add(a, profile.NumberRange{First: uint32(iv.First), Last: uint32(iv.Last)})
	}
	return sets
}

// maxNames is how many numbers of one range are given by name.
const maxNames = 1024

// add adds a range of numbers, by name where they have one.
func (c *callSet) add(a arch.Arch, n profile.NumberRange) {
	if n.Last-n.First >= maxNames {
		c.numbers = append(c.numbers, n)
		return
	}
	for nr := n.First; ; nr++ {
		name, ok := syscalls.Name(a, nr)
		if own, _ := syscalls.Lookup(a, name); ok && own == nr {
			c.names = append(c.names, name)
		} else if k := len(c.numbers); k > 0 && c.numbers[k-1].Last+1 == nr {
			c.numbers[k-1].Last = nr
		} else {
			c.numbers = append(c.numbers, profile.NumberRange{First: nr, Last: nr})
		}
		if nr == n.Last {
			return
		}
	}
}

// Profile returns the explanation as a profile, which compiles to a program
// that is [Equal] to the one explained.
func (e *Explanation) Profile() profile.Profile {
	// Without ABIs the target's own is covered nevertheless, and is as the others.
	p := profile.Profile{Default: e.Foreign, BadArch: e.Foreign}
	if len(e.ABIs) > 0 {
		p.Default = e.ABIs[0].Default
	}
	for _, abi := range e.ABIs {
		p.Arches = append(p.Arches, abi.Arch)
		p.Rules = append(p.Rules, abi.Rules...)
		if abi.Default == p.Default {
			continue
		}
		p.Rules = append(p.Rules, profile.Rule{Arches: []arch.Arch{abi.Arch}, Numbers: ownNumbers(abi.Arch), Action: abi.Default})
	}
	return p
}

// String returns the rules by ABI, a rule a line.
func (e *Explanation) String() string {
	var b strings.Builder
	for _, abi := range e.ABIs {
		fmt.Fprintf(&b, "%v:\n", abi.Arch)
		for _, r := range abi.Rules {
			fmt.Fprintf(&b, "\t%s%s: %v\n", listCalls(r.Syscalls, r.Numbers), condition(r.If), r.Action)
		}
		fmt.Fprintf(&b, "\telse: %v\n", abi.Default)
	}
	fmt.Fprintf(&b, "other ABIs: %v\n", e.Foreign)
	return b.String()
}

// listCalls lists names and numbers.
func listCalls(names []string, numbers []profile.NumberRange) string {
	out := slices.Clone(names)
	for _, n := range numbers {
		switch {
		case n.First == skipped:
			out = append(out, "-1")
		case n.First == n.Last:
			out = append(out, fmt.Sprint(n.First))
		default:
			out = append(out, fmt.Sprintf("%d-%d", n.First, n.Last))
		}
	}
	return strings.Join(out, ", ")
}

// condition returns a condition as the end of a list of calls.
func condition(c profile.Cond) string {
	if c == nil {
		return ""
	}
	return ": " + c.String()
}
