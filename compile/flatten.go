package compile

import (
	"fmt"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/profile"
)

// Flatten returns one program with the verdict of several that are installed
// together, given in the order of their installation: of each call's verdicts
// the strictest counts, and of equal actions the data of the filter installed
// last (kernel/seccomp.c, seccomp_run_filters). The result is proved to be that
// for all inputs. Errors are a [*LiftError], [ErrTooComplex],
// [*TooLongError] and [ErrNoProgram].
func Flatten(stack ...*Program) (*Program, error) {
	if len(stack) == 0 || slices.ContainsFunc(stack, (*Program).missing) {
		return nil, ErrNoProgram
	}
	for _, p := range stack[1:] {
		if p.order != stack[0].order {
			return nil, fmt.Errorf("compile: programs of different byte orders can't be installed together")
		}
	}
	s := diagram.NewStore()
	newest, err := stack[len(stack)-1].lift(s, ranked)
	if err != nil {
		return nil, err
	}
	for _, p := range slices.Backward(stack[:len(stack)-1]) {
		older, err := p.lift(s, ranked)
		if err != nil {
			return nil, err
		}
		newest = s.Merge(newest, older, first)
	}
	newest = s.Merge(newest, newest, func(ret, _ uint32) uint32 { return heeded(ret) })
	if err := s.Err(); err != nil {
		return nil, &wrapped{"compile: the stack: ", err}
	}
	flat, err := lower(s, newest, coveredBy(stack))
	if err != nil {
		return nil, err
	}
	found, err := flat.lift(s, heeded)
	if err != nil {
		return nil, err
	}
	if err := mismatch(s, newest, found); err != nil {
		return nil, &InternalError{Stage: "flatten", Err: err}
	}
	return flat, nil
}

// coveredBy returns the ABIs of several programs.
func coveredBy(stack []*Program) []arch.Arch {
	var as []arch.Arch
	for _, p := range stack {
		for _, a := range p.arches {
			if !slices.Contains(as, a) {
				as = append(as, a)
			}
		}
	}
	return as
}

// ranked is heeded, but leaves values that are no action where they stand in the
// kernel's order: there any filter's lower value comes before them, although
// alone they kill the process.
func ranked(ret uint32) uint32 {
	action := ret & actionMask
	if h := heeded(ret); h&actionMask == action {
		return h
	}
	return action
}

const actionMask = 0xffff0000 // SECCOMP_RET_ACTION_FULL

// first returns the value that the kernel heeds of those of a newer and of an
// older filter (ACTION_ONLY in kernel/seccomp.c).
func first(newer, older uint32) uint32 {
	if int32(older&actionMask) < int32(newer&actionMask) {
		return older
	}
	return newer
}

// Restrict returns a profile that gives each call the stricter of the verdicts
// of p and q on a target, and p's of equally strict ones. It is written for the
// target, with rules for each ABI, and the ABIs are those of both. Errors are
// those of [Program.Explain] and [Compile].
func Restrict(p, q profile.Profile, t Target) (profile.Profile, error) {
	for _, x := range []profile.Profile{p, q} {
		if err := x.Validate(); err != nil {
			return profile.Profile{}, err
		}
	}
	_, order, err := covered(&p, t)
	if err != nil {
		return profile.Profile{}, err
	}
	s := diagram.NewStore()
	pm, err := meaning(s, &p, t)
	if err != nil {
		return profile.Profile{}, err
	}
	qm, err := meaning(s, &q, t)
	if err != nil {
		return profile.Profile{}, err
	}
	both := s.Merge(pm, qm, stricter)
	x, err := explain(s, both, order)
	if err != nil {
		return profile.Profile{}, err
	}
	out := x.Profile()
	found, err := meaning(s, &out, t)
	if err != nil {
		return profile.Profile{}, err
	}
	if err := mismatch(s, both, found); err != nil {
		return profile.Profile{}, &InternalError{Stage: "restrict", Err: err}
	}
	return out, nil
}
