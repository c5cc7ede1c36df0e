package bench

import (
	"errors"
	"slices"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/conformance/libseccomp"
	"github.com/portcullis-go/portcullis/profile"
)

// libseccompJob adds the rules as the container runtimes do, once for each name. The
// level of optimisation is 1 (a list) or 2 (a binary tree).
func libseccompJob(level int) func(*Policy, Hints) (Job, error) {
	return func(p *Policy, _ Hints) (Job, error) {
		if p.Foreign.Kind() != profile.KindKillThread {
			return Job{}, errors.New("the binding has KillThread for other ABIs only")
		}
		var j Job
		var rules []libseccomp.Rule
		for _, r := range p.Rules {
			conds := libseccompConds(r.If)
			for _, name := range r.Calls {
				if slices.ContainsFunc(p.Arches, func(a arch.Arch) bool { return !libseccomp.Agrees(a, name) }) {
					j.addUnknown(p, name)
				}
				rules = append(rules, libseccomp.Rule{Name: name, Action: ret(r.Action), Conds: conds})
			}
		}
		j.Run = func() ([]bpf.RawInstruction, error) { return libseccomp.Build(ret(p.Default), p.Arches, rules, level) }
		return j, nil
	}
}

func libseccompConds(conds []Cond) (out []libseccomp.Cmp) {
	for _, c := range conds {
		cmp := libseccomp.Cmp{Arg: c.Arg, Op: c.Op, DatumA: c.Value}
		if c.Op == profile.OpMaskedEqual {
			cmp.DatumA, cmp.DatumB = c.Mask, c.Value
		}
		out = append(out, cmp)
	}
	return out
}
