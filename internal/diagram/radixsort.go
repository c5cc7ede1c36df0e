package diagram

// Sort sorts numbers whose bits below from are already in order wherever the other
// bits are equal. It is a tenth of the code of package slices' sort, which every
// program that compiles a filter would carry.
func Sort(s []uint64, from int) {
	if len(s) <= 32 {
		for i, v := range s {
			for ; i > 0 && s[i-1] > v; i-- {
				s[i] = s[i-1]
			}
			s[i] = v
		}
		return
	}
	differ := uint64(0)
	for _, v := range s {
		differ |= v ^ s[0]
	}
	old, to := s, make([]uint64, len(s))
	for shift := from; shift < 64; shift += 8 { // bytes in which none differ need no sorting
		if differ>>shift&0xff == 0 {
			continue
		}
		var at [256]int
		for _, v := range old {
			at[uint8(v>>shift)]++
		}
		sum := 0
		for i, n := range at {
			at[i] = sum
			sum += n
		}
		for _, v := range old {
			b := uint8(v >> shift)
			to[at[b]] = v
			at[b]++
		}
		old, to = to, old
	}
	if &old[0] != &s[0] {
		copy(s, old)
	}
}
