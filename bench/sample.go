package bench

import (
	"fmt"
	"time"
)

// Sample is a number of durations, sorted.
type Sample []time.Duration

// At returns the quantile q, from 0 to 1; 0 for an empty sample.
func (s Sample) At(q float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	return s[int(q*float64(len(s)-1)+0.5)]
}

// Median returns the middle duration.
func (s Sample) Median() time.Duration { return s.At(0.5) }

// quartiles writes the first and third quartile.
func (s Sample) quartiles(unit func(time.Duration) string) string {
	return unit(s.At(.25)) + " – " + unit(s.At(.75))
}

// micro writes a duration in microseconds.
func micro(d time.Duration) string {
	us := float64(d) / float64(time.Microsecond)
	if us < 10 {
		return fmt.Sprintf("%.2f", us)
	}
	return fmt.Sprintf("%.0f", us)
}
