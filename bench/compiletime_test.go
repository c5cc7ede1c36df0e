package bench

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/portcullis-go/portcullis/arch"
)

// TestCompileTime measures each tool with a small policy.
func TestCompileTime(t *testing.T) {
	for _, m := range CompileTime(TimedTools(), nRules(10), time.Millisecond) {
		if m.Err != nil || len(m.Times) == 0 || m.Allocs == 0 || m.Times.At(.25) > m.Times.At(.75) {
			t.Errorf("%+v", m)
		}
	}
	two := nRules(10)
	two.Arches = []arch.Arch{arch.X86_64, arch.X86}
	if m := CompileTime(Tools()[4:], two, time.Millisecond); !errors.Is(m[0].Err, errOneABI) {
		t.Errorf("%+v", m)
	}
}

// BenchmarkCompile measures compile time, and reports the counts of each program.
func BenchmarkCompile(b *testing.B) {
	for _, c := range comparisons(b)[:Realistic] {
		for _, tool := range TimedTools() {
			f := Make(tool, c.Policy, Hints{})
			if f.Err != nil {
				continue
			}
			b.Run(c.Policy.Name+"/"+tool.Name, func(b *testing.B) {
				benchmark(b, tool, c.Policy)
				counts := f.Counts()
				b.ReportMetric(float64(counts.Instructions), "insns")
				b.ReportMetric(counts.Mean, "mean-steps")
				b.ReportMetric(float64(counts.Worst), "worst-steps")
			})
		}
	}
}

// BenchmarkCompileByRules compiles more and more rules.
func BenchmarkCompileByRules(b *testing.B) {
	tool := Tool{"portcullis, without proof", Portcullis{SkipProof: true}.Job}
	for _, n := range ruleCounts {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			benchmark(b, tool, nRules(n))
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/rule")
		})
	}
}

func benchmark(b *testing.B, tool Tool, p *Policy) {
	b.Helper()
	j, err := tool.Prepare(p, Hints{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := j.Run(); err != nil {
			b.Fatal(err)
		}
	}
}
