// Package radix sorts 64-bit numbers in linear time. To sort other things, put the index
// of each into the lower half of its number; see [Key]. So one function serves the
// compiler and the proof, and programs link no second sort.
package radix

// Key returns a number that sorts by v, and then by the index of an element.
func Key(v uint32, index int) uint64 { return uint64(v)<<32 | uint64(uint32(index)) }

// SortUnique sorts numbers in place and returns them without repetitions.
func SortUnique(s []uint64) []uint64 {
	Sort(s, 0)
	n := 0
	for i, v := range s {
		if i == 0 || v != s[n-1] {
			s[n] = v
			n++
		}
	}
	return s[:n]
}

// Sort sorts numbers in place. Numbers that differ only in the bits below from must be in
// order already; from is a multiple of 8, and 0 asks for nothing.
func Sort(s []uint64, from int) {
	if len(s) <= 32 {
		insert(s)
		return
	}
	differ := uint64(0)
	for _, v := range s {
		differ |= v ^ s[0]
	}
	old, to := s, make([]uint64, len(s))
	for shift := from; shift < 64; shift += 8 {
		if differ>>shift&0xff != 0 { // else the byte is the same in all of them
			byByte(old, to, shift)
			old, to = to, old
		}
	}
	if &old[0] != &s[0] {
		copy(s, old)
	}
}

// insert sorts a few numbers.
func insert(s []uint64) {
	for i, v := range s {
		for ; i > 0 && s[i-1] > v; i-- {
			s[i] = s[i-1]
		}
		s[i] = v
	}
}

// byByte copies numbers in the order of one of their bytes. Where that is equal they
// keep their order.
func byByte(from, to []uint64, shift int) {
	var at [256]int
	for _, v := range from {
		at[uint8(v>>shift)]++
	}
	sum := 0
	for i, n := range at {
		at[i] = sum
		sum += n
	}
	for _, v := range from {
		b := uint8(v >> shift)
		to[at[b]] = v
		at[b]++
	}
}
