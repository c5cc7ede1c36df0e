package spell

import (
	"slices"
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	words := []string{"clock_adjtime", "clock_adjtime64", "clone", "clone3", "close", "read", "readv", "x"}
	for _, tt := range []struct{ name, want string }{
		{"ckock_adjtime", "clock_adjtime"},
		{"clock_adjtime", "clock_adjtime"},
		{"clnoe", "clone"},
		{"raed", "read"},
		{"reaad", "read"},
		{"red", "read"},
		{"y", "x"},
		{"", ""},
		{"quite_different", ""},
		{strings.Repeat("read", 1000), ""},
	} {
		if got := Nearest(tt.name, slices.Values(words)); got != tt.want {
			t.Errorf("Nearest(%.20q) = %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := Nearest("read", slices.Values([]string{strings.Repeat("r", 1<<20)})); got != "" {
		t.Errorf("long candidate: got %q", got)
	}
}

// TestDistance compares the banded computation with the full one.
func TestDistance(t *testing.T) {
	words := []string{"", "a", "ab", "ba", "abc", "acb", "cab", "abcd", "badc", "dcba", "aabbccdd", "abcdabcd", "adbcadbc"}
	for _, a := range words {
		for _, b := range words {
			want := slow(a, b)
			for limit := range 10 {
				if got := distance(a, b, limit); got != min(want, limit+1) {
					t.Errorf("distance(%q, %q, %d) = %d, want %d", a, b, limit, got, min(want, limit+1))
				}
			}
		}
	}
}

func slow(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	cost := 1
	if a[len(a)-1] == b[len(b)-1] {
		cost = 0
	}
	d := min(slow(a[:len(a)-1], b)+1, slow(a, b[:len(b)-1])+1, slow(a[:len(a)-1], b[:len(b)-1])+cost)
	if i, j := len(a), len(b); i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
		d = min(d, slow(a[:i-2], b[:j-2])+1)
	}
	return d
}
