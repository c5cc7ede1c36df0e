package compile

import "github.com/portcullis-go/portcullis/internal/diagram"

// list is numbers to be sorted. All sorting of this package is of such numbers,
// with what else belongs to an element in their lower half: each kind of element
// of its own would add its own sort to every program. For the same reason the
// methods aren't inlined.
type list []uint64

//go:noinline
func (l *list) add(v uint64) { *l = append(*l, v) }

// pair adds a number with another that follows it around.
func (l *list) pair(v uint32, with int) { l.add(uint64(v)<<32 | uint64(uint32(with))) }

// set sorts the numbers and leaves each in once.
//
//go:noinline
func (l *list) set() {
	s := *l
	diagram.Sort(s, 0)
	n := 0
	for i, v := range s {
		if i == 0 || v != s[n-1] {
			s[n] = v
			n++
		}
	}
	*l = s[:n]
}
