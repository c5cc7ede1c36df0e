package compile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// ErrNotExpressible is returned where a filter decides what no profile can say:
// where its verdict on ABIs that don't exist depends on more than that.
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

// Explain returns what the program decides, wherever it was made. Errors are a
// [*LiftError], [ErrTooComplex], [ErrNotExpressible] and [ErrNoProgram].
func (p *Program) Explain() (*Explanation, error) {
	if p.missing() {
		return nil, ErrNoProgram
	}
	s := diagram.NewStore()
	m, err := p.calls(s)
	if err != nil {
		return nil, err
	}
	return explain(s, m, p.order)
}

func explain(s *diagram.Store, m diagram.Meaning, order fmt.Stringer) (*Explanation, error) {
	x := &explainer{reader: reader{Store: s}, m: m}
	ret, ok := x.foreign(order)
	if !ok {
		return nil, ErrNotExpressible
	}
	x.Foreign = profile.ActionOf(ret)
	for _, a := range arch.All() {
		if a.ByteOrder().String() == order.String() {
			x.abi(a, ret)
		}
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	if x.full {
		return nil, fmt.Errorf("compile: a condition is %w", ErrTooComplex)
	}
	return &x.Explanation, nil
}

type explainer struct {
	reader
	m diagram.Meaning
	Explanation
}

// foreign returns the verdict on audit architectures that no ABI has, if they
// have one.
func (x *explainer) foreign(order fmt.Stringer) (ret uint32, ok bool) {
	known := func(audit uint32) bool {
		return slices.ContainsFunc(arch.All(), func(a arch.Arch) bool {
			return a.Audit() == audit && a.ByteOrder().String() == order.String()
		})
	}
	found := false
	for i, a := range x.m {
		alone := i+1 < len(x.m) && x.m[i+1].First == a.First+1 || a.First == ^uint32(0)
		if alone && known(a.First) {
			continue
		}
		r, single := x.Terminal(a.Numbers[0].Args)
		if len(a.Numbers) > 1 || !single || found && r != ret {
			return 0, false
		}
		ret, found = r, true
	}
	return ret, found
}

// numbersOf returns the part of a meaning that is about ABI a, with where it
// ends.
func numbersOf(m diagram.Meaning, a arch.Arch) []numberSpan {
	i := len(m) - 1
	for m[i].First > a.Audit() {
		i--
	}
	var spans []numberSpan
	for j, n := range m[i].Numbers {
		last := ^uint32(0)
		if j+1 < len(m[i].Numbers) {
			last = m[i].Numbers[j+1].First - 1
		}
		for _, r := range ownNumbers(a) {
			if first, last := max(n.First, r.First), min(last, r.Last); first <= last {
				spans = append(spans, numberSpan{profile.NumberRange{First: first, Last: last}, n.Args})
			}
		}
	}
	return spans
}

type numberSpan struct {
	profile.NumberRange
	args diagram.Ref
}

// ownNumbers returns the numbers that belong to an ABI.
func ownNumbers(a arch.Arch) []profile.NumberRange {
	switch a {
	case arch.X86_64:
		return []profile.NumberRange{{First: 0, Last: x32Bit - 1}, {First: skipped, Last: skipped}}
	case arch.X32:
		return []profile.NumberRange{{First: x32Bit, Last: skipped - 1}}
	}
	return []profile.NumberRange{{First: 0, Last: skipped}}
}

// abi explains one ABI, unless it is foreign to the filter.
func (x *explainer) abi(a arch.Arch, foreign uint32) {
	spans := numbersOf(x.m, a)
	other := func(s numberSpan) bool { ret, ok := x.Terminal(s.args); return !ok || ret != foreign }
	if !slices.ContainsFunc(spans, other) {
		return
	}
	def := x.usual(spans, foreign)
	e := ABIExplanation{Arch: a, Default: profile.ActionOf(def).Named(a)}
	done := make(map[diagram.Ref]bool)
	for _, s := range spans {
		if ret, ok := x.Terminal(s.args); done[s.args] || ok && ret == def {
			continue
		}
		done[s.args] = true
		r := profile.Rule{Arches: []arch.Arch{a}, Direct: true}
		for _, s2 := range spans {
			if s2.args == s.args {
				addNumbers(&r, a, s2.NumberRange)
			}
		}
		e.Rules = append(e.Rules, x.rules(r, s.args, def)...)
	}
	x.ABIs = append(x.ABIs, e)
}

// usual returns the verdict that most numbers have whatever their arguments.
func (x *explainer) usual(spans []numberSpan, foreign uint32) uint32 {
	most, usual := uint64(0), foreign
	count := make(map[uint32]uint64)
	for _, s := range spans {
		if ret, ok := x.Terminal(s.args); ok {
			if count[ret] += uint64(s.Last-s.First) + 1; count[ret] > most {
				most, usual = count[ret], ret
			}
		}
	}
	return usual
}

// maxNames is how many numbers of one range are given by name.
const maxNames = 1024

// addNumbers adds a range of numbers to a rule, by name where they have one.
func addNumbers(r *profile.Rule, a arch.Arch, n profile.NumberRange) {
	if n.Last-n.First >= maxNames {
		r.Numbers = append(r.Numbers, n)
		return
	}
	for nr := n.First; ; nr++ {
		name, ok := syscalls.Name(a, nr)
		if own, _ := syscalls.Lookup(a, name); ok && own == nr {
			r.Syscalls = append(r.Syscalls, name)
		} else if k := len(r.Numbers); k > 0 && r.Numbers[k-1].Last+1 == nr {
			r.Numbers[k-1].Last = nr
		} else {
			r.Numbers = append(r.Numbers, profile.NumberRange{First: nr, Last: nr})
		}
		if nr == n.Last {
			return
		}
	}
}

// rules returns the rules that give r's calls the verdicts of a diagram. What
// the default decides needs none.
func (x *explainer) rules(r profile.Rule, ref diagram.Ref, def uint32) []profile.Rule {
	var rs []profile.Rule
	for _, b := range x.branches(ref) {
		if b.If == nil && b.ret == def {
			continue
		}
		r.If, r.Action = b.If, profile.ActionOf(b.ret).Named(r.Arches[0])
		rs = append(rs, r)
	}
	return rs
}

// Profile returns the explanation as a profile, which compiles to a program
// that is [Equal] to the one explained.
func (x *Explanation) Profile() profile.Profile {
	// Without ABIs the target's own is covered nevertheless, and is as the others.
	p := profile.Profile{Default: x.Foreign, BadArch: x.Foreign}
	if len(x.ABIs) > 0 {
		p.Default = x.ABIs[0].Default
	}
	for _, e := range x.ABIs {
		p.Arches = append(p.Arches, e.Arch)
		p.Rules = append(p.Rules, e.Rules...)
		if e.Default == p.Default {
			continue
		}
		p.Rules = append(p.Rules, profile.Rule{Arches: []arch.Arch{e.Arch}, Numbers: ownNumbers(e.Arch), Action: e.Default})
	}
	return p
}

// String returns the rules by ABI, a rule a line.
func (x *Explanation) String() string {
	var b strings.Builder
	for _, e := range x.ABIs {
		fmt.Fprintf(&b, "%v:\n", e.Arch)
		for _, r := range e.Rules {
			fmt.Fprintf(&b, "\t%s%s: %v\n", calls(r.Syscalls, r.Numbers), condition(r.If), r.Action)
		}
		fmt.Fprintf(&b, "\telse: %v\n", e.Default)
	}
	fmt.Fprintf(&b, "other ABIs: %v\n", x.Foreign)
	return b.String()
}

// calls lists names and numbers.
func calls(names []string, numbers []profile.NumberRange) string {
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
