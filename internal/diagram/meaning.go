package diagram

import "slices"

// Meaning is a filter's result for every input: by audit architecture, then by
// number, then by arguments. Both lists start at 0, ascend, and have no equal
// neighbours, so equal meanings of a Store are equal as data.
type Meaning []Arch

// Arch is the meaning for the audit architectures from First up to the next.
type Arch struct {
	First   uint32
	Numbers []Number
}

// Number is the meaning for the numbers from First up to the next.
type Number struct {
	First uint32
	Args  Ref
}

// Equal reports whether two meanings of one store give every input the same
// result.
func (m Meaning) Equal(n Meaning) bool {
	return slices.EqualFunc(m, n, func(a, b Arch) bool {
		return a.First == b.First && slices.Equal(a.Numbers, b.Numbers)
	})
}

// Append returns m with the meaning of the audit architectures from first on.
//
//go:noinline
func (m Meaning) Append(first uint32, numbers []Number) Meaning {
	if n := len(m); n > 0 && slices.Equal(m[n-1].Numbers, numbers) {
		return m
	}
	return append(m, Arch{first, numbers})
}

// AppendNumber returns ns with the meaning of the numbers from first on.
//
//go:noinline
func AppendNumber(ns []Number, first uint32, args Ref) []Number {
	if n := len(ns); n > 0 && ns[n-1].Args == args {
		return ns
	}
	return append(ns, Number{first, args})
}
