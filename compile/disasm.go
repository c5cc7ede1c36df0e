package compile

import (
	"fmt"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// String returns the program as text, an instruction a line, in the notation of
// the kernel's bpf_asm with absolute targets. Where it is known what is compared,
// the line says so: the field, the ABI, the system call, the verdict.
func (p *Program) String() string {
	var b strings.Builder
	facts := p.facts()
	for pc := range p.raw {
		text := cbpf.Format(p.raw, pc)
		if c := p.comment(pc, facts[pc]); c != "" {
			fmt.Fprintf(&b, "%4d: %-30s ; %s\n", pc, text, c)
		} else {
			fmt.Fprintf(&b, "%4d: %s\n", pc, text)
		}
	}
	return b.String()
}

// fact is what is known when an instruction is reached, whatever the way.
type fact struct {
	reached bool
	word    int    // of seccomp_data that A holds; unknown if negative
	audit   uint32 // audit architecture of the call; 0 if unknown
}

const unknownWord = -1

// join returns what is known on both of two ways.
func (f fact) join(g fact) fact {
	switch {
	case !f.reached:
		return g
	case !g.reached:
		return f
	}
	if f.word != g.word {
		f.word = unknownWord
	}
	if f.audit != g.audit {
		f.audit = 0
	}
	return f
}

// facts follows all jumps of the program. They lead forward only, so each
// instruction's ways are complete when it is its turn.
func (p *Program) facts() []fact {
	fs := make([]fact, len(p.raw))
	fs[0] = fact{reached: true, word: unknownWord}
	for pc, ins := range p.raw {
		f := fs[pc]
		if !f.reached {
			continue
		}
		switch {
		case ins.Op == cbpf.LdWAbs:
			f.word = int(ins.K) / 4
		case ins.Op == cbpf.AndK && f.word > wordArch:
			// An argument under a mask is still that argument to the reader.
		case cbpf.SetsA(ins.Op):
			f.word = unknownWord
		}
		next, n := cbpf.Next(p.raw, pc)
		for i, to := range next[:n] {
			g := f
			if i == 0 && ins.Op == cbpf.JeqK && f.word == wordArch {
				g.audit = ins.K
			}
			fs[to] = fs[to].join(g)
		}
	}
	return fs
}

// comment says what an instruction looks at.
func (p *Program) comment(pc int, f fact) string {
	ins := p.raw[pc]
	switch {
	case ins.Op == cbpf.RetK:
		a, ok := arch.ByAudit(f.audit, 0)
		if !ok {
			a = p.arches[0]
		}
		return profile.ActionOf(ins.K).Named(a).String()
	case ins.Op == cbpf.LdWAbs:
		return p.wordName(int(ins.K) / 4)
	case ins.Op != cbpf.JeqK && ins.Op != cbpf.JgeK && ins.Op != cbpf.JgtK:
		return ""
	case f.word == wordArch:
		return auditName(ins.K)
	case f.word == wordNr && f.audit != 0:
		if a, ok := arch.ByAudit(f.audit, ins.K); ok {
			name, _ := syscalls.Name(a, ins.K)
			return name
		}
	}
	return ""
}

// auditName names the ABIs that share an audit architecture.
func auditName(audit uint32) string {
	var names []string
	for _, a := range arch.All() {
		if a.Audit() == audit {
			names = append(names, a.String())
		}
	}
	return strings.Join(names, ", ")
}

// wordName names a word of seccomp_data.
func (p *Program) wordName(w int) string {
	half := func(i int) string {
		if hi, _ := halves(p.order); i == hi {
			return " (high)"
		}
		return " (low)"
	}
	switch {
	case w == wordNr:
		return "nr"
	case w == wordArch:
		return "arch"
	case w < wordArgs:
		return "ip" + half(w-wordIP)
	}
	return fmt.Sprintf("arg%d%s", (w-wordArgs)/2, half((w-wordArgs)%2))
}
