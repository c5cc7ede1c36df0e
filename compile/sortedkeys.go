package compile

import "github.com/portcullis-go/portcullis/internal/diagram"

// keys are numbers to be sorted. What else belongs to an element is the lower half
// of its key, so that one radix sort serves all kinds of elements: each type that is
// sorted by package slices adds a sort of its own to every program.
type keys []uint64

func (k *keys) add(key uint64) { *k = append(*k, key) }

// addPair adds a number with another that follows it around.
func (k *keys) addPair(key uint32, with int) { k.add(uint64(key)<<32 | uint64(uint32(with))) }

// sortUnique sorts the keys and leaves each in once.
func (k *keys) sortUnique() {
	s := *k
	diagram.Sort(s, 0)
	n := 0
	for i, v := range s {
		if i == 0 || v != s[n-1] {
			s[n] = v
			n++
		}
	}
	*k = s[:n]
}
