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
	if p.missing() {
		return "no program\n"
	}
	var b strings.Builder
	for pc, k := range p.known() {
		b.WriteString(p.line(pc, k))
	}
	return b.String()
}

// line returns an instruction as a line of text.
func (p *Program) line(pc int, k known) string {
	text := cbpf.Format(p.raw, pc)
	if c := p.comment(pc, k); c != "" {
		return fmt.Sprintf("%4d: %-30s ; %s\n", pc, text, c)
	}
	return fmt.Sprintf("%4d: %s\n", pc, text)
}

// known is what is known when an instruction is reached, on whatever path.
type known struct {
	reached bool
	word    int    // of seccomp_data that A holds; unknown if negative
	audit   uint32 // audit architecture of the call; 0 if unknown
}

const unknownWord = -1

// join returns what is known on both of two paths.
func (k known) join(l known) known {
	switch {
	case !k.reached:
		return l
	case !l.reached:
		return k
	}
	if k.word != l.word {
		k.word = unknownWord
	}
	if k.audit != l.audit {
		k.audit = 0
	}
	return k
}

// known returns what is known at each instruction.
func (p *Program) known() []known {
	start := known{reached: true, word: unknownWord}
	at := cbpf.Forward(p.raw, start, known{}, known.join, func(pc int, k known, send func(int, known)) {
		if !k.reached {
			return
		}
		ins := p.raw[pc]
		switch {
		case ins.Op == cbpf.LdWAbs:
			k.word = int(ins.K) / 4
		case ins.Op == cbpf.AndK && k.word > wordArch:
			// An argument under a mask is still that argument to the reader.
		case cbpf.SetsA(ins.Op):
			k.word = unknownWord
		}
		next, n := cbpf.Next(p.raw, pc)
		for i, to := range next[:n] {
			l := k
			if i == 0 && ins.Op == cbpf.JeqK && k.word == wordArch {
				l.audit = ins.K
			}
			send(to, l)
		}
	})
	return at[:len(p.raw)]
}

// comment says what an instruction looks at.
func (p *Program) comment(pc int, k known) string {
	ins := p.raw[pc]
	switch {
	case ins.Op == cbpf.RetK:
		a, ok := arch.ByAudit(k.audit, 0)
		if !ok {
			a = p.arches[0]
		}
		return profile.ActionOf(ins.K).Named(a).String()
	case ins.Op == cbpf.LdWAbs:
		return p.wordName(int(ins.K) / 4)
	case ins.Op != cbpf.JeqK && ins.Op != cbpf.JgeK && ins.Op != cbpf.JgtK:
		return ""
	case k.word == wordArch:
		return auditName(ins.K)
	case k.word == wordNr && k.audit != 0:
		if a, ok := arch.ByAudit(k.audit, ins.K); ok {
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
