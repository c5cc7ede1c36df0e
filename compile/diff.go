package compile

import (
	"fmt"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/internal/diagram"
	"github.com/portcullis-go/portcullis/profile"
)

// Change is a difference between two filters: calls on which the one's verdict
// is A and the other's B.
type Change struct {
	// Arch is the ABI of the calls. It is zero for a change on a range of audit
	// architectures that both filters treat alike throughout, which Audits gives:
	// no ABIs, or ABIs that neither covers.
	Arch   arch.Arch
	Audits profile.NumberRange
	// Syscalls and Numbers are the calls: those that have a name, and the
	// others by number.
	Syscalls []string
	Numbers  []profile.NumberRange
	If       profile.Cond // nil for any arguments
	A, B     profile.Action
}

// String returns the change in one line, such as
// "x86_64: socket: arg0 == 38: Errno(EPERM) → Allow".
func (c Change) String() string {
	where := c.Arch.String()
	if c.Arch == 0 {
		where = fmt.Sprintf("audit architectures %#x-%#x", c.Audits.First, c.Audits.Last)
	}
	return fmt.Sprintf("%s: %s%s: %v → %v", where, calls(c.Syscalls, c.Numbers), condition(c.If), c.A.Named(c.Arch), c.B.Named(c.Arch))
}

// Changes are the differences between two filters.
type Changes []Change

// String returns the changes, a line each.
func (cs Changes) String() string {
	var b strings.Builder
	for _, c := range cs {
		fmt.Fprintln(&b, c)
	}
	return b.String()
}

// Diff returns every change of verdict from a to b, by ABI and system call, and
// none if the programs are [Equal]. Errors are those of [Equal] and
// [ErrTooComplex].
func Diff(a, b *Program) (Changes, error) {
	p, err := newPair(a, b)
	if err != nil {
		return nil, err
	}
	d := &differ{reader: reader{Store: p.Store}, pairs: [][2]uint32{{}}}
	m := d.changes(p.a, p.b)
	for _, arch := range m {
		d.arch(m, arch, a)
	}
	if d.full {
		return nil, fmt.Errorf("compile: a condition is %w", ErrTooComplex)
	}
	return d.out, p.Err()
}

// differ collects changes. Its diagrams result in an index of pairs, where 0 is
// "no change".
type differ struct {
	reader
	pairs [][2]uint32
	out   Changes
}

// changes returns the meaning of which the results are the changes from m to n.
func (d *differ) changes(m, n diagram.Meaning) diagram.Meaning {
	index := make(map[[2]uint32]uint32)
	pair := func(a, b uint32) uint32 {
		if a == b {
			return 0
		}
		i, ok := index[[2]uint32{a, b}]
		if !ok {
			i = uint32(len(d.pairs))
			index[[2]uint32{a, b}] = i
			d.pairs = append(d.pairs, [2]uint32{a, b})
		}
		return i
	}
	return d.Merge(m, n, pair)
}

// arch adds the changes on a range of audit architectures.
func (d *differ) arch(m diagram.Meaning, at diagram.Arch, prog *Program) {
	if ret, ok := d.Terminal(at.Numbers[0].Args); ok && ret == 0 && len(at.Numbers) == 1 {
		return
	}
	last := ^uint32(0)
	for _, next := range m {
		if next.First > at.First {
			last = next.First - 1
			break
		}
	}
	known := false
	for _, a := range arch.All() {
		if a.Audit() == at.First && at.First == last && a.ByteOrder() == prog.order {
			known = true
			d.add(Change{Arch: a}, a, numbersOf(m, a))
		}
	}
	if known {
		return
	}
	var spans []numberSpan
	for i, n := range at.Numbers {
		end := ^uint32(0)
		if i+1 < len(at.Numbers) {
			end = at.Numbers[i+1].First - 1
		}
		spans = append(spans, numberSpan{profile.NumberRange{First: n.First, Last: end}, n.Args})
	}
	d.add(Change{Audits: profile.NumberRange{First: at.First, Last: last}}, 0, spans)
}

// add adds a change for each pair of verdicts and each set of calls that differ
// alike.
func (d *differ) add(c Change, a arch.Arch, spans []numberSpan) {
	done := map[diagram.Ref]bool{d.Result(0): true}
	for _, s := range spans {
		if done[s.args] {
			continue
		}
		done[s.args] = true
		var r profile.Rule
		for _, s2 := range spans {
			if s2.args == s.args {
				addNumbers(&r, a, s2.NumberRange)
			}
		}
		c.Syscalls, c.Numbers = r.Syscalls, r.Numbers
		for _, change := range d.Results(s.args) {
			if change == 0 {
				continue
			}
			v := d.pairs[change]
			here := d.Map(s.args, func(ret uint32) uint32 {
				if ret == change {
					return resultYes
				}
				return resultNo
			})
			c.If = nil
			if _, ok := d.Terminal(here); !ok {
				c.If = d.cond(here)
			}
			c.A, c.B = profile.ActionOf(v[0]), profile.ActionOf(v[1])
			d.out = append(d.out, c)
		}
	}
}
