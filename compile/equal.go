package compile

import (
	"fmt"

	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/profile"
)

// Equal reports whether two programs give every call the same verdict. It returns
// nil if they do, and otherwise a call on which they differ. Values that the
// kernel doesn't tell apart, such as the data of an Allow, are equal. Programs of
// different byte orders can't be compared. Errors are a [*LiftError],
// [ErrTooComplex] and [ErrNoProgram].
func Equal(a, b *Program) (*Counterexample, error) {
	p, err := newPair(a, b)
	if err != nil {
		return nil, err
	}
	if in, differ := p.store.Differ(p.a, p.b); differ {
		c := counterexample(p.store, in, p.a, p.b)
		return &c, nil
	}
	return nil, nil
}

// AtLeastAsStrict reports whether a never lets through what b stops: whether,
// on every call, the kernel would follow a if both were installed, or both want
// the same action. It returns nil if so, and otherwise a call on which a is laxer.
// Errors are those of [Equal].
//
// Actions are ordered as [profile.Kind] is. The data of an action, such as its
// error number, is not: any two Errno actions are equally strict.
func AtLeastAsStrict(a, b *Program) (*Counterexample, error) {
	p, err := newPair(a, b)
	if err != nil {
		return nil, err
	}
	const strict, laxer = 0, 1
	for _, c := range diagram.Common(p.a, p.b) {
		lax := p.store.Combine(c.A, c.B, func(a, b uint32) uint32 {
			if profile.ActionOf(a).Kind() > profile.ActionOf(b).Kind() {
				return laxer
			}
			return strict
		})
		in := diagram.Input{Arch: c.Arch, Nr: c.Nr}
		if p.store.Find(lax, laxer, &in.Fields) {
			found := counterexample(p.store, in, p.a, p.b)
			return &found, p.store.Err()
		}
	}
	return nil, p.store.Err()
}

// pair is what two programs decide, in one store.
type pair struct {
	store *diagram.Store
	a, b  diagram.Denotation
}

func newPair(a, b *Program) (*pair, error) {
	if a.missing() || b.missing() {
		return nil, ErrNoProgram
	}
	if a.order != b.order {
		return nil, fmt.Errorf("compile: programs for %v and %v have different byte orders", a.arches[0], b.arches[0])
	}
	p := &pair{store: diagram.NewStore()}
	var err error
	if p.a, err = a.calls(p.store); err != nil {
		return nil, fmt.Errorf("compile: the first program: %w", err)
	}
	if p.b, err = b.calls(p.store); err != nil {
		return nil, fmt.Errorf("compile: the second program: %w", err)
	}
	return p, nil
}
