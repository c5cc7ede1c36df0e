package compiletest

import (
	"cmp"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
)

// Boundaries returns the calls on which a filter for p is most likely to be wrong:
//
//   - the numbers of p's calls and those next to them, the ends of its ranges of
//     numbers and their outer neighbours, the ends of X32's range, and -1;
//   - for these the arguments that p compares, at each constant, next to it, with
//     bits set and cleared above the low 16 and 32, with its sign extended, and
//     with each bit of a mask changed; the arguments of one call are combined
//     fully where that isn't much, and otherwise so that rules match, with one
//     argument changed at a time, and by a number of random choices;
//   - the sub-calls of socketcall(2) and ipc(2);
//   - all ABIs that p covers, and some numbers of every other one.
//
// They are the same calls in the same order each time. There are many: dozens for
// each name, and hundreds for a name with conditions. The upper
// half of an argument is 0 on ABIs that have 32-bit registers, as it is in the
// kernel. A profile that can't be compiled has what calls can be found.
func Boundaries(p profile.Profile, t compile.Target) iter.Seq[compile.Data] {
	arches := p.Arches
	if len(arches) == 0 {
		arches = []arch.Arch{cmp.Or(t.Arch, arch.Native())}
	}
	return func(yield func(compile.Data) bool) {
		for _, a := range arches {
			if a.Valid() && !ofABI(p, a, yield) {
				return
			}
		}
		foreign(arches, yield)
	}
}

// foreign yields calls through ABIs that aren't listed.
func foreign(arches []arch.Arch, yield func(compile.Data) bool) {
	for _, audit := range foreignAudits(arches) {
		for _, nr := range []int32{0, 1, int32(arch.X32.Base()), -1} {
			if !yield(compile.Data{Nr: nr, Audit: audit}) {
				return
			}
		}
	}
}

// foreignAudits returns audit architectures that no listed ABI has: those of the other
// ABIs, and values next to all of them, which differ in a bit for the word size or the
// byte order.
func foreignAudits(arches []arch.Arch) []uint32 {
	audits := []uint32{0, 1, 0xffffffff}
	for _, a := range arch.All() {
		audits = append(audits, a.Audit(), a.Audit()^0x80000000, a.Audit()^0x40000000, a.Audit()+1, a.Audit()-1)
	}
	slices.Sort(audits)
	return slices.DeleteFunc(slices.Compact(audits), func(audit uint32) bool {
		return slices.ContainsFunc(arches, func(a arch.Arch) bool { return a.Audit() == audit })
	})
}

// scope is the calls of an ABI that one rule is about.
type scope struct {
	numbers []uint32 // sorted
	ranges  []profile.NumberRange
	cond    profile.Cond
}

func (c scope) has(nr uint32) bool {
	if _, ok := slices.BinarySearch(c.numbers, nr); ok {
		return true
	}
	return slices.ContainsFunc(c.ranges, func(r profile.NumberRange) bool { return r.First <= nr && nr <= r.Last })
}

// scopesOf returns what the rules are about on an ABI.
func scopesOf(p profile.Profile, a arch.Arch) []scope {
	var scopes []scope
	for _, r := range p.Rules {
		if len(r.Arches) > 0 && !slices.Contains(r.Arches, a) {
			continue
		}
		c := scope{ranges: r.Numbers, cond: r.If}
		for _, name := range r.Syscalls {
			if d, err := compile.Call(a, name); err == nil {
				c.numbers = append(c.numbers, uint32(d.Nr))
			}
		}
		slices.Sort(c.numbers)
		scopes = append(scopes, c)
	}
	return scopes
}

// ofABI yields the calls of one ABI and reports whether to go on.
func ofABI(p profile.Profile, a arch.Arch, yield func(compile.Data) bool) bool {
	scopes := scopesOf(p, a)
	selectors := multiplexers(a)
	for _, nr := range numbers(a, scopes) {
		conds := condsOn(nr, scopes)
		emit := func(v fields) bool { return yield(v.data(a, nr)) }
		if !combinations(conds, emit) || !subcalls(selectors[nr], conds, emit) {
			return false
		}
	}
	return true
}

// condsOn returns the conditions of the scopes that have a number.
func condsOn(nr uint32, scopes []scope) (conds []profile.Cond) {
	for _, c := range scopes {
		if c.cond != nil && c.has(nr) {
			conds = append(conds, c.cond)
		}
	}
	return conds
}

// subcalls yields the calls that the first argument of a number selects, n of
// them, where these conditions stand on the number itself.
func subcalls(n int, conds []profile.Cond, yield func(fields) bool) bool {
	bases := []fields{{}}
	if len(conds) > 0 {
		bases = witnesses(conds)
	}
	for i := range n * len(bases) {
		sub, f := uint64(i/len(bases)), bases[i%len(bases)]
		// The upper half of ipc's selector is a version, socketcall's is not.
		for _, f[0] = range [...]uint64{sub, sub | 1<<16, sub | 1<<32} {
			if !yield(f) {
				return false
			}
		}
	}
	return true
}

// multiplexers returns the numbers of socketcall and ipc, and how many
// selectors to try of each.
func multiplexers(a arch.Arch) map[uint32]int {
	m := make(map[uint32]int)
	for _, name := range []string{"socketcall", "ipc"} {
		if d, err := compile.Call(a, name); err == nil {
			m[uint32(d.Nr)] = 32 // net/socket.c has 20, ipc/syscall.c goes to 24
		}
	}
	return m
}

type numberSet map[uint32]bool

// around adds the ends of a range and the numbers next to them.
func (s numberSet) around(first, last uint32) {
	for _, nr := range [...]uint32{first - 1, first, last, last + 1} {
		s[nr] = true
	}
}

func (c scope) addTo(set numberSet) {
	for _, nr := range c.numbers {
		set.around(nr, nr)
	}
	for _, r := range c.ranges {
		set.around(r.First, r.Last)
	}
}

// numbers returns the numbers to try on ABI a, ascending.
func numbers(a arch.Arch, scopes []scope) []uint32 {
	set := make(numberSet)
	for _, nr := range [...]uint32{0, arch.X32.Base(), 1 << 31, 1<<32 - 2, a.Base()} { // next to 0 is -1
		set.around(nr, nr)
	}
	for nr := range multiplexers(a) {
		set[nr] = true
	}
	for _, c := range scopes {
		c.addTo(set)
	}
	if a.Audit() == arch.X32.Audit() { // X32's numbers mean little to X86_64 but are near
		for nr := range maps.Clone(set) {
			set[nr^arch.X32.Base()] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// fields are the six arguments and, by profile.IP, the instruction pointer.
type fields [7]uint64

func (f fields) data(a arch.Arch, nr uint32) compile.Data {
	if a.RegisterBits() == 32 {
		for i := range f {
			f[i] = uint64(uint32(f[i]))
		}
	}
	d := compile.Data{Nr: int32(nr), Audit: a.Audit(), InstructionPointer: f[profile.IP]}
	copy(d.Args[:], f[:])
	return d
}

// Limits of the combinations for one number.
const (
	maxProduct = 256 // up to here, all
	maxRandom  = 128
	maxBases   = 10
	maxValues  = 4096 // from here on, few bases
)

// combinations yields arguments for a number with these conditions.
func combinations(conds []profile.Cond, yield func(fields) bool) bool {
	if len(conds) == 0 {
		return yield(fields{}) && yield(allOnes())
	}
	values, product, total := constants(conds), 1, 0
	for _, vs := range values {
		total += len(vs)
		product = min(product*max(len(vs), 1), maxProduct+1)
	}
	if product <= maxProduct {
		return all(values, 0, fields{}, yield)
	}
	bases := witnesses(conds)
	if total > maxValues {
		bases = bases[:min(len(bases), 2)]
	}
	for _, base := range bases {
		if !yield(base) || !oneChanged(base, values, yield) {
			return false
		}
	}
	return random(values, rand.New(rand.NewPCG(1, uint64(total))), yield)
}

// oneChanged yields base with each value of each field.
func oneChanged(base fields, values [7][]uint64, yield func(fields) bool) bool {
	for i, vs := range values {
		f := base
		for _, f[i] = range vs {
			if !yield(f) {
				return false
			}
		}
	}
	return true
}

// random yields random choices of the values.
func random(values [7][]uint64, rnd *rand.Rand, yield func(fields) bool) bool {
	for range maxRandom {
		var f fields
		for i, vs := range values {
			if len(vs) > 0 {
				f[i] = vs[rnd.IntN(len(vs))]
			}
		}
		if !yield(f) {
			return false
		}
	}
	return true
}

// allOnes returns fields with all bits set.
func allOnes() (f fields) {
	for i := range f {
		f[i] = ^uint64(0)
	}
	return f
}

// all yields every combination of the values of fields from i on.
func all(values [7][]uint64, i int, f fields, yield func(fields) bool) bool {
	if i == len(values) {
		return yield(f)
	}
	if len(values[i]) == 0 {
		return all(values, i+1, f, yield)
	}
	for _, v := range values[i] {
		f[i] = v
		if !all(values, i+1, f, yield) {
			return false
		}
	}
	return true
}
