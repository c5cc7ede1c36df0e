package bench

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
)

func TestMain(m *testing.M) {
	if runtime.GOARCH != "amd64" {
		fmt.Println("skipped: the policies are for x86_64, and go-seccomp-bpf makes filters for the host only")
		return
	}
	os.Exit(m.Run())
}

var compareOnce = sync.OnceValues(func() (cs []*Comparison, err error) {
	policies, err := Policies()
	if err != nil {
		return nil, err
	}
	for _, p := range policies {
		c, err := Compare(p)
		if err != nil {
			return nil, err
		}
		cs = append(cs, c)
	}
	return cs, nil
})

// comparisons returns the comparisons of all policies, which are made once.
func comparisons(t testing.TB) []*Comparison {
	t.Helper()
	cs, err := compareOnce()
	if err != nil {
		t.Fatal(err)
	}
	return cs
}

// find returns the filter that a tool makes of a policy.
func find(t *testing.T, policy, tool string) *Filter {
	t.Helper()
	for _, c := range comparisons(t) {
		for _, f := range c.Filters {
			if c.Policy.Name == policy && f.Tool == tool {
				return f
			}
		}
	}
	t.Fatalf("%s makes no filter of %s", tool, policy)
	return nil
}

// recordings returns the recordings of testdata.
func recordings(t *testing.T) []*Recording {
	t.Helper()
	rs, err := Recordings()
	if err != nil {
		t.Fatal(err)
	}
	return rs
}
