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
		fmt.Println("skipped: the profiles are those of x86_64, and elastic's library is for the machine it runs on")
		return
	}
	os.Exit(m.Run())
}

var countOnce = sync.OnceValues(func() (cs []*Counted, err error) {
	specs, err := Specs()
	if err != nil {
		return nil, err
	}
	for _, s := range specs {
		c, err := Count(s)
		if err != nil {
			return nil, err
		}
		cs = append(cs, c)
	}
	return cs, nil
})

// counted returns the filters of all specs, which are made once.
func counted(t testing.TB) []*Counted {
	t.Helper()
	cs, err := countOnce()
	if err != nil {
		t.Fatal(err)
	}
	return cs
}

// BenchmarkCompile reports what compiling takes and what comes of it.
func BenchmarkCompile(b *testing.B) {
	for _, c := range counted(b)[:Compared] {
		for _, tool := range TimedTools() {
			j, err := tool.Prepare(c.Spec, Hints{})
			if err != nil {
				continue
			}
			b.Run(c.Spec.Name+"/"+tool.Name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := j.Run(); err != nil {
						b.Fatal(err)
					}
				}
				f := Make(tool, c.Spec, Hints{})
				if f.Err != nil {
					b.Fatal(f.Err)
				}
				fig := f.Figures()
				b.ReportMetric(float64(fig.Instructions), "insns")
				b.ReportMetric(fig.Mean, "mean-steps")
				b.ReportMetric(float64(fig.Worst), "worst-steps")
			})
		}
	}
}

// BenchmarkGrowth compiles more and more rules.
func BenchmarkGrowth(b *testing.B) {
	for _, n := range growthSizes {
		j, err := Ours{SkipProof: true}.Job(growing(n), Hints{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := j.Run(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/rule")
		})
	}
}
