package compile

import (
	"fmt"

	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/profile"
)

// Equal reports whether two programs give every call the same verdict. If they
// don't, the difference is a call on which they differ; it is nil if they do.
// Values that the kernel doesn't tell apart, such as the data of an Allow, are
// equal. Programs of different byte orders can't be compared.
func Equal(a, b *Program) (*Counterexample, error) {
	p, err := newPair(a, b)
	if err != nil {
		return nil, err
	}
	if in, differ := p.Differ(p.a, p.b); differ {
		c := counterexample(p.Store, in, p.a, p.b)
		return &c, nil
	}
	return nil, nil
}

// AtLeastAsStrict reports whether a never lets through what b stops: whether,
// on every call, the kernel would heed a if both were installed or both want the
// same action. The difference is nil if so, and else a call on which a is laxer.
//
// Actions are ordered as [profile.Kind] is. The data of an action, such as its
// error number, is not: any two Errno actions are equally strict.
func AtLeastAsStrict(a, b *Program) (*Counterexample, error) {
	p, err := newPair(a, b)
	if err != nil {
		return nil, err
	}
	const fine, laxer = 0, 1
	for _, c := range diagram.Common(p.a, p.b) {
		lax := p.Combine(c.A, c.B, func(a, b uint32) uint32 {
			if profile.ActionOf(a).Kind() > profile.ActionOf(b).Kind() {
				return laxer
			}
			return fine
		})
		in := diagram.Input{Arch: c.Arch, Nr: c.Nr}
		if p.Find(lax, laxer, &in.Fields) {
			found := counterexample(p.Store, in, p.a, p.b)
			return &found, p.Err()
		}
	}
	return nil, p.Err()
}

// pair is two programs' meanings in one store.
type pair struct {
	*diagram.Store
	a, b diagram.Meaning
}

func newPair(a, b *Program) (*pair, error) {
	if a.missing() || b.missing() {
		return nil, ErrNoProgram
	}
	if a.order != b.order {
		return nil, fmt.Errorf("compile: programs for %v and %v have different byte orders", a.arches[0], b.arches[0])
	}
	p := &pair{Store: diagram.NewStore()}
	var err error
	if p.a, err = a.calls(p.Store); err != nil {
		return nil, fmt.Errorf("first: %w", err)
	}
	if p.b, err = b.calls(p.Store); err != nil {
		return nil, fmt.Errorf("second: %w", err)
	}
	return p, nil
}
