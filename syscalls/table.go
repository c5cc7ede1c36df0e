package syscalls

import (
	"math/bits"

	"github.com/portcullis-go/portcullis/arch"
)

// In the generated tables a name is its id, the index in the sorted list of all
// names, and an ABI is its column; ABIs that differ only in byte order share one.
// The tables lead from column and id to number. The inverse is a search: a table for
// it would be as large again in every program, and mostly people need it. Numbers are
// without the ABI's base, so that they fit into 16 bits.

// none is an entry without a call.
const none = 0xffff

// ARM's own calls, such as set_tls, begin at 0xf0000 (__ARM_NR_BASE). In the tables
// they begin above all other numbers.
const (
	armFrom = 0xf0000
	armTo   = 640
)

// find returns the id and the number of a name on an ABI, and whether the ABI has
// such a call.
func find(a arch.Arch, name string) (id, n uint16, ok bool) {
	col, ok := column(a)
	if !ok {
		return 0, none, false
	}
	if id, ok = nameID(name); !ok {
		return 0, none, false
	}
	n = number(col, id)
	return id, n, n != none
}

func column(a arch.Arch) (int, bool) {
	if int(a) >= len(columnOf) {
		return 0, false
	}
	return int(columnOf[a]) - 1, columnOf[a] != 0
}

// maxNumber is above all numbers of the tables. The generator has the same one.
const maxNumber = 656

// columnTable is a column as its differences from another one, its base: ABIs of a
// family have nearly the same numbers, and all have the same new ones. In full the
// columns would take more than twice the bytes.
type columnTable struct {
	base   int8      // the other column, or -1: no call has a number there
	own    [8]uint64 // a bit for each id whose number differs
	before [8]uint16 // where the numbers of a word of own start in numbers
}

// number returns the number of a name in a column, or none.
func number(col int, id uint16) uint16 {
	word, bit := id/64, uint64(1)<<(id%64)
	for col >= 0 {
		c := &columns[col]
		if own := c.own[word%8]; own&bit != 0 {
			return numbers[int(c.before[word%8])+bits.OnesCount64(own&(bit-1))]
		}
		col = int(c.base)
	}
	return none
}

// numbered returns the id of the name that has number n in a column.
func numbered(col int, n uint16) (id uint16, ok bool) {
	for from := col; from >= 0; from = int(columns[from].base) {
		for word, own := range &columns[from].own {
			at := int(columns[from].before[word])
			for i, m := range numbers[at : at+bits.OnesCount64(own)] {
				if m != n {
					continue
				}
				for range i {
					own &= own - 1
				}
				id := uint16(word*64 + bits.TrailingZeros64(own))
				return id, number(col, id) == n // false if col has another number for the name
			}
		}
	}
	return 0, false
}

// numbersOf returns the ids of a column's names by number, plus one. It walks the
// column and its bases, which is faster than a call of number for each name.
func numbersOf(col int) (ids [maxNumber]uint16) {
	var known [8]uint64 // a bit for each name whose number is known
	for ; col >= 0; col = int(columns[col].base) {
		c := &columns[col]
		for word, own := range &c.own {
			for at := c.before[word]; own != 0; at++ {
				bit := own & -own
				own &^= bit
				if n := numbers[at]; known[word]&bit == 0 && n != none {
					ids[n] = uint16(word*64+bits.TrailingZeros64(bit)) + 1
				}
				known[word] |= bit
			}
		}
	}
	return ids
}

// pack turns a number of the kernel into one of the tables.
func pack(a arch.Arch, nr uint32) (uint32, bool) {
	n := nr - a.Base()
	if a == arch.ARM && nr >= armFrom {
		return nr - armFrom + armTo, true
	}
	return n, n < armTo // a number below the base has become a large one
}

// unpack is pack's inverse.
func unpack(a arch.Arch, n uint16) uint32 {
	if a == arch.ARM && n >= armTo {
		return uint32(n) - armTo + armFrom
	}
	return uint32(n) + a.Base()
}

func nameAt(id uint16) string {
	start := uint16(0)
	if id > 0 {
		start = nameEnds[id-1]
	}
	return names[start:nameEnds[id]]
}

// nameID returns the id of a name.
func nameID(name string) (uint16, bool) {
	if len(name) > maxName {
		return 0, false
	}
	for at := hash(name) % uint32(len(nameSlots)); ; at = (at + 1) % uint32(len(nameSlots)) {
		id := nameSlots[at]
		if id == none {
			return 0, false
		}
		if nameAt(id) == name {
			return id, true
		}
	}
}

// hash places a name in nameSlots. The generator has the same function.
func hash(s string) uint32 {
	h := uint32(len(s))
	for len(s) >= 4 { // four letters at a time take a quarter of the time
		h = (h ^ (uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24)) * 0x9e3779b1
		h ^= h >> 15
		s = s[4:]
	}
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 0x01000193
	}
	return h ^ h>>15
}
