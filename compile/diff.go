package compile

import (
	"encoding/binary"
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
	return fmt.Sprintf("%s: %s%s: %v → %v", where, listCalls(c.Syscalls, c.Numbers), condition(c.If), c.A.Named(c.Arch), c.B.Named(c.Arch))
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
	d := &differ{store: p.store, conds: reader{store: p.store}, order: a.order, verdicts: [][2]uint32{noChange: {}}}
	d.m = d.changes(p.a, p.b)
	for i := range d.m {
		d.audits(i)
	}
	if d.conds.full {
		return nil, fmt.Errorf("compile: a condition is %w", ErrTooComplex)
	}
	return d.out, p.store.Err()
}

// differ collects changes. Its diagrams result in an index of verdicts.
type differ struct {
	store    *diagram.Store
	conds    reader
	order    binary.ByteOrder
	verdicts [][2]uint32 // of the first and of the second program
	m        diagram.Denotation
	out      Changes
}

// noChange is the index where the verdicts are equal.
const noChange = 0

// changes returns the denotation whose results are the changes from m to n.
func (d *differ) changes(m, n diagram.Denotation) diagram.Denotation {
	index := make(map[[2]uint32]uint32)
	return d.store.Merge(m, n, func(a, b uint32) uint32 {
		if a == b {
			return noChange
		}
		i, ok := index[[2]uint32{a, b}]
		if !ok {
			i = uint32(len(d.verdicts))
			index[[2]uint32{a, b}] = i
			d.verdicts = append(d.verdicts, [2]uint32{a, b})
		}
		return i
	})
}

// audits adds the changes on one range of audit architectures.
func (d *differ) audits(i int) {
	at := d.m[i]
	if ret, ok := d.store.Terminal(at.Numbers[0].Args); ok && ret == noChange && len(at.Numbers) == 1 {
		return
	}
	last := ^uint32(0)
	if i+1 < len(d.m) {
		last = d.m[i+1].First - 1
	}
	known := false
	for _, a := range arch.All() {
		if a.Audit() == at.First && at.First == last && a.ByteOrder() == d.order {
			known = true
			d.add(Change{Arch: a}, numbersOf(d.m, a))
		}
	}
	if !known {
		d.add(Change{Audits: profile.NumberRange{First: at.First, Last: last}}, intervalsOf(at.Numbers))
	}
}

// add adds a change like c for each pair of verdicts and each set of calls that
// differ alike.
func (d *differ) add(c Change, is []diagram.Interval) {
	for _, set := range callSets(c.Arch, is) {
		c.Syscalls, c.Numbers = set.names, set.numbers
		for _, change := range d.store.Results(set.then) {
			if change == noChange {
				continue
			}
			here := d.store.Map(set.then, func(ret uint32) uint32 {
				if ret == change {
					return resultYes
				}
				return resultNo
			})
			c.If = nil
			if _, ok := d.store.Terminal(here); !ok {
				c.If = d.conds.cond(here)
			}
			v := d.verdicts[change]
			c.A, c.B = profile.ActionOf(v[0]), profile.ActionOf(v[1])
			d.out = append(d.out, c)
		}
	}
}
