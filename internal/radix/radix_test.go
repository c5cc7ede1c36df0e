package radix_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/portcullis-go/portcullis/internal/radix"
)

// Short lists are sorted by insertion and long ones byte by byte.
func TestSort(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		s := make([]uint64, n)
		for i := range s {
			s[i] = rnd.Uint64() >> rnd.IntN(64)
		}
		want := slices.Sorted(slices.Values(s))
		radix.Sort(s, 0)
		if !slices.Equal(s, want) {
			t.Fatalf("%d numbers: %v, want %v", n, s, want)
		}
	}
}

// With the lower halves in order, sorting by the upper halves is enough.
func TestSortFrom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 3))
	for n := range 200 {
		s := make([]uint64, n)
		for i := range s {
			s[i] = radix.Key(rnd.Uint32N(20), i)
		}
		radix.Sort(s, 32)
		if !slices.IsSorted(s) {
			t.Fatalf("%d keys: %v", n, s)
		}
	}
}

func TestSortUnique(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 4))
	for n := range 100 {
		s := make([]uint64, n)
		for i := range s {
			s[i] = rnd.Uint64N(40)
		}
		want := slices.Compact(slices.Sorted(slices.Values(s)))
		if got := radix.SortUnique(s); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	}
}
