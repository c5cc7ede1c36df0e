package compile

import (
	"fmt"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
)

// Trace is one run of a program.
type Trace struct {
	Data   Data   // the call
	PCs    []int  // instructions in the order in which they ran
	Return uint32 // what the program returned; see Action
	prog   *Program
}

// Trace runs the program and returns the way that it took.
func (p *Program) Trace(d Data) Trace {
	t := Trace{Data: d, prog: p}
	// A program that was checked has no error.
	t.Return, _ = cbpf.Step(p.raw, d.words(p.order), func(pc int) { t.PCs = append(t.PCs, pc) })
	return t
}

// Action returns the verdict.
func (t Trace) Action() profile.Action { return profile.ActionOf(t.Return) }

// String returns the call, the instructions that ran and the verdict, a line each.
func (t Trace) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, t.Data)
	var facts []fact
	if t.prog != nil {
		facts = t.prog.facts()
	}
	for _, pc := range t.PCs {
		if t.prog == nil {
			break
		}
		text := cbpf.Format(t.prog.raw, pc)
		if c := t.prog.comment(pc, facts[pc]); c != "" {
			text = fmt.Sprintf("%-30s ; %s", text, c)
		}
		fmt.Fprintf(&b, "%4d: %s\n", pc, text)
	}
	a, _ := arch.ByAudit(t.Data.Arch, uint32(t.Data.Nr))
	fmt.Fprintf(&b, "=> %v\n", t.Action().Named(a))
	return b.String()
}
