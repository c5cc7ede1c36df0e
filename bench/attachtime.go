package bench

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"
)

// AttachTimes measures how long the kernel takes to install the filters of each
// policy.
func AttachTimes(comparisons []*Comparison, rounds int) (*Table, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	t := &Table{
		Title: "Attach time",
		Notes: []string{"The time in seccomp(2): the kernel checks, converts and compiles the program and runs it for each number to fill its cache." +
			" The tools take turns, each time on a new thread. The ratio is that of a median to ours."},
		Head: []string{"profile", "tool", "instructions", "median µs", "quartiles µs", "ratio"},
	}
	for _, c := range comparisons {
		samples, err := attachTime(c, rounds)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Policy.Name, err)
		}
		for i, s := range samples {
			if s != nil {
				f := c.Filters[i]
				t.Row(c.Policy.Name, f.Tool, len(f.Raw), micro(s.Median()), s.quartiles(micro),
					fmt.Sprintf("%.2f", float64(s.Median())/float64(samples[0].Median())))
			}
		}
	}
	return t, nil
}

// attachTime returns a sample for each filter, or nil for one that can't be installed.
func attachTime(c *Comparison, rounds int) ([]Sample, error) {
	samples := make([]Sample, len(c.Filters))
	for range rounds {
		for i, f := range c.Filters {
			if !f.installable() {
				continue
			}
			var took time.Duration
			var err error
			onThread(func() { took, err = attach(f.Raw) })
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.Tool, err)
			}
			samples[i] = append(samples[i], took)
		}
	}
	for _, s := range samples {
		slices.Sort(s)
	}
	if samples[0] == nil {
		return nil, errors.New("a thread can't survive under our filter")
	}
	return samples, nil
}
