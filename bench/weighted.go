package bench

import (
	"fmt"
	"slices"
	"strconv"
)

// WeightedTools returns the tools that can be told which calls a program makes.
func WeightedTools() []Tool {
	hot := func(p *Policy, h Hints) (Job, error) {
		if len(h.Hot) == 0 {
			return Job{}, fmt.Errorf("%w a hot call", errLacks)
		}
		return gvisorJob(p, h)
	}
	return []Tool{
		{"portcullis, weights", Portcullis{Weighted: true}.Job},
		{"portcullis, weights, cache", Portcullis{Weighted: true, Kernel: cachingKernel}.Job},
		{"gvisor, hot calls", hot},
	}
}

// RecordedPaths are mean paths over recorded calls.
type RecordedPaths struct {
	All      float64
	Uncached float64 // of the calls that the kernel can't cache; 0 if it can cache all
}

// RecordedPaths returns the filter's mean paths over recorded calls. Each recording
// has the same weight.
func (f *Filter) RecordedPaths(rs []*Recording) (paths RecordedPaths) {
	always := f.Policy.alwaysAllowed()
	var uncached int // recordings with such calls
	for _, r := range rs {
		all, rest := f.recordedSteps(r, func(string) bool { return true }), f.recordedSteps(r, func(call string) bool { return !always(call) })
		paths.All += all.mean() / float64(len(rs))
		if rest.calls > 0 {
			paths.Uncached += rest.mean()
			uncached++
		}
	}
	paths.Uncached /= float64(max(uncached, 1))
	return paths
}

// stepSum is the instructions that a number of calls run.
type stepSum struct{ steps, calls float64 }

func (s stepSum) mean() float64 { return s.steps / s.calls }

// recordedSteps adds up the instructions that some calls of a recording run.
func (f *Filter) recordedSteps(r *Recording, include func(call string) bool) (sum stepSum) {
	for _, c := range r.Calls {
		if include(c.Name) {
			sum.steps += float64(f.Steps(c.Data)) * float64(c.Count)
			sum.calls += float64(c.Count)
		}
	}
	return sum
}

// uncachedShare returns the share of the recorded calls that the kernel can't cache.
// Each recording has the same weight.
func (p *Policy) uncachedShare(rs []*Recording) (share float64) {
	always := p.alwaysAllowed()
	for _, r := range rs {
		var uncached uint64
		for _, c := range r.Calls {
			if !always(c.Name) {
				uncached += c.Count
			}
		}
		share += float64(uncached) / float64(r.total) / float64(len(rs))
	}
	return share
}

// RecordedTable returns the mean paths over recorded calls: of the compared filters,
// and of filters that were made for each recording.
func (c *Comparison) RecordedTable(rs []*Recording) *Table {
	t := &Table{
		Title: c.Policy.Name + ", recorded calls",
		Notes: []string{fmt.Sprintf("The kernel can't cache %.2g %% of the calls.", 100*c.Policy.uncachedShare(rs))},
		Head:  []string{"tool", "instructions", "all calls", "not cached"},
	}
	for _, f := range c.Filters {
		if f.Err == nil && !f.exhaustive() {
			paths := f.RecordedPaths(rs)
			t.Row(f.Tool, len(f.Raw), paths.All, positive(paths.Uncached))
		}
	}
	for _, tool := range WeightedTools() {
		if w, err := MakePerRecording(tool, c.Policy, rs); err == nil {
			t.Row(tool.Name, w.Lengths, w.Paths.All, positive(w.Paths.Uncached))
		}
	}
	return t
}

// PerRecording describes several filters, each made for the recording that it is
// measured with.
type PerRecording struct {
	Lengths string // least and most instructions
	Paths   RecordedPaths
}

// MakePerRecording makes a filter for each recording and measures it with that
// recording's calls.
func MakePerRecording(tool Tool, p *Policy, rs []*Recording) (PerRecording, error) {
	var out PerRecording
	var lengths []int
	uncached := 0.0 // recordings with such calls
	for _, r := range rs {
		own := []*Recording{r}
		f := Make(tool, p, HintsOf(own))
		if f.Err != nil {
			return out, f.Err
		}
		paths := f.RecordedPaths(own)
		out.Paths.All += paths.All / float64(len(rs))
		if paths.Uncached > 0 {
			out.Paths.Uncached += paths.Uncached
			uncached++
		}
		lengths = append(lengths, len(f.Raw))
	}
	out.Paths.Uncached /= max(uncached, 1)
	out.Lengths = strconv.Itoa(slices.Min(lengths))
	if most := slices.Max(lengths); most > slices.Min(lengths) {
		out.Lengths += "–" + strconv.Itoa(most)
	}
	return out, nil
}
