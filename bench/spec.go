package bench

import (
	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
)

// Spec says what a filter shall decide, in terms that every tool has. Its rules
// never conflict, so that their order, which tools treat differently, has no
// meaning.
type Spec struct {
	Name, About string
	Arches      []arch.Arch // the first is the machine's own
	Default     profile.Action
	Foreign     profile.Action // on ABIs that aren't covered
	Rules       []Rule

	// Document is what our own reader of container documents makes of the
	// profile, where there is one. The rules are then read by other code, for
	// the peers.
	Document *profile.Profile
}

// Rule gives one verdict on the named calls where all conditions hold. Several
// rules on one call are alternatives.
type Rule struct {
	Calls  []string
	Action profile.Action
	If     []Cond
}

// Cond compares all 64 bits of an argument with a constant. Of OpMaskedEqual,
// Mask is the mask.
type Cond struct {
	Arg         int
	Op          profile.Op
	Value, Mask uint64
}

// Profile returns the spec for our compiler. By the kernel's widths it compares
// as many bits as the kernel reads, and otherwise all 64, as the peers do.
func (s *Spec) Profile(kernelWidths bool) profile.Profile {
	if s.Document != nil {
		return s.Document.On(s.Arches...)
	}
	p := profile.New(s.Default).On(s.Arches...)
	p.BadArch = s.Foreign
	for _, r := range s.Rules {
		p = p.Do(r.Action, r.Calls...)
		for _, c := range r.If {
			p = p.If(c.cond(kernelWidths))
		}
	}
	return p
}

func (c Cond) cond(kernelWidths bool) profile.Cond {
	w := profile.WidthRegister
	if kernelWidths {
		w = profile.WidthKernel
	}
	return profile.Test{Field: profile.Field(c.Arg), Width: w, Op: c.Op, Value: c.Value, Mask: c.Mask}
}

// holds reports whether the conditions hold for these arguments.
func (r *Rule) holds(args *[6]uint64) bool {
	for _, c := range r.If {
		if !c.holds(args[c.Arg]) {
			return false
		}
	}
	return true
}

func (c Cond) holds(v uint64) bool {
	switch c.Op {
	case profile.OpEqual:
		return v == c.Value
	case profile.OpNotEqual:
		return v != c.Value
	case profile.OpLess:
		return v < c.Value
	case profile.OpLessEqual:
		return v <= c.Value
	case profile.OpGreater:
		return v > c.Value
	case profile.OpGreaterEqual:
		return v >= c.Value
	}
	return v&c.Mask == c.Value&c.Mask
}
