package compile

import (
	"fmt"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
)

// Trace is one run of a program. The zero Trace is the run of no program, whose
// verdict is KillProcess.
type Trace struct {
	Data   Data   // the call
	PCs    []int  // instructions in the order in which they ran
	Return uint32 // what the program returned; see Action
	prog   *Program
}

// Trace runs the program and returns the path that it took.
func (p *Program) Trace(d Data) Trace {
	if p.missing() {
		return Trace{Data: d, Return: retKillProcess}
	}
	t := Trace{Data: d, prog: p}
	// A checked program has no error.
	t.Return, _ = cbpf.Step(p.raw, d.words(p.order), func(pc int) { t.PCs = append(t.PCs, pc) })
	return t
}

const retKillProcess = 0x80000000 // SECCOMP_RET_KILL_PROCESS (include/uapi/linux/seccomp.h)

// Action returns the verdict.
func (t Trace) Action() profile.Action {
	if len(t.PCs) == 0 {
		return profile.KillProcess()
	}
	return profile.ActionOf(t.Return)
}

// String returns the call, the instructions that ran and the verdict, a line each.
func (t Trace) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, t.Data)
	if t.prog != nil {
		known := t.prog.known()
		for _, pc := range t.PCs {
			b.WriteString(t.prog.line(pc, known[pc]))
		}
	}
	a, _ := arch.ByAudit(t.Data.Audit, uint32(t.Data.Nr))
	fmt.Fprintf(&b, "=> %v\n", t.Action().Named(a))
	return b.String()
}
