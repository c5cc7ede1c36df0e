package bench

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

// Timing is how long a job takes.
type Timing struct {
	Tool   string
	Times  Sample
	Allocs uint64 // of Go; what C allocates isn't seen
	Err    error
}

// Sample is a number of durations, sorted.
type Sample []time.Duration

// At returns the duration below which the part q of the sample is.
func (s Sample) At(q float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	return s[int(q*float64(len(s)-1)+0.5)]
}

// Median returns the middle one.
func (s Sample) Median() time.Duration { return s.At(0.5) }

// TimedTools are the ways to compile that are timed. Those that prove are ours.
func TimedTools() []Tool {
	return append([]Tool{
		{"portcullis, without proof", Ours{SkipProof: true}.Job},
		{"portcullis, with proof", Ours{}.Job},
	}, Tools()[1:]...)
}

// patience is how long a job may take before it isn't run again.
const patience = time.Second

// fewest is how many runs a median is of at least, for jobs that don't try the
// patience.
const fewest = 5

// turn is how long a tool runs before it is another's turn.
const turn = 5 * time.Millisecond

// Time runs the jobs of the tools in turns, so that the machine's moods hit all
// alike, until each had its share of the time. Before a turn the garbage of the
// tool before is collected.
func Time(tools []Tool, s *Spec, share time.Duration) []Timing {
	timings := make([]Timing, len(tools))
	jobs := make([]Job, len(tools))
	for i, tool := range tools {
		t := &timings[i]
		t.Tool = tool.Name
		if jobs[i], t.Err = tool.Prepare(s, Hints{}); t.Err == nil {
			t.warm(jobs[i])
		}
	}
	spent := make([]time.Duration, len(tools))
	for range share/turn + 1 {
		for i := range timings {
			t := &timings[i]
			if t.Err != nil || spent[i] > share && (len(t.Times) >= fewest || t.Times[0] > patience) {
				continue
			}
			runtime.GC()
			for end := spent[i] + turn; spent[i] < end; {
				d, _ := once(jobs[i])
				spent[i] += d
				t.Times = append(t.Times, d)
			}
		}
	}
	for i := range timings {
		slices.Sort(timings[i].Times)
	}
	return timings
}

// warm runs a job for its allocations and for what it does once only. A job that
// tries the patience has had its run then.
func (t *Timing) warm(j Job) {
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		d, err := once(j)
		runtime.ReadMemStats(&after)
		if t.Err = err; err != nil {
			return
		}
		if n := after.Mallocs - before.Mallocs; t.Allocs == 0 || n < t.Allocs {
			t.Allocs = n
		}
		if d > patience {
			t.Times = append(t.Times, d)
			return
		}
	}
}

func once(j Job) (time.Duration, error) {
	start := time.Now()
	_, err := j.Run()
	return time.Since(start), err
}

// CompileTimes returns the times from names to instructions.
func CompileTimes(specs []*Spec, share time.Duration) (*Table, map[string][]Timing) {
	t := &Table{
		Title: "Compile time",
		Notes: []string{"From the profile in the tool's own terms to instructions, in one process and in turns; the quartiles are beside the median." +
			" gVisor's profile has numbers where others have names. libseccomp's program comes out through a file in memory." +
			" Allocations are those of Go."},
		Head: []string{"profile", "tool", "median µs", "quartiles µs", "runs", "allocations"},
	}
	all := make(map[string][]Timing)
	for _, s := range specs {
		all[s.Name] = Time(TimedTools(), s, share)
		for _, m := range all[s.Name] {
			if m.Err == nil {
				t.Row(s.Name, m.Tool, micro(m.Times.Median()), micro(m.Times.At(.25))+" – "+micro(m.Times.At(.75)), len(m.Times), m.Allocs)
			}
		}
	}
	return t, all
}

// micro is a duration in microseconds.
func micro(d time.Duration) string {
	us := float64(d) / float64(time.Microsecond)
	if us < 10 {
		return fmt.Sprintf("%.2f", us)
	}
	return fmt.Sprintf("%.0f", us)
}

// Growth returns how compile time grows with the number of rules. A tool that
// takes too long for some isn't asked for more.
func Growth(share time.Duration) *Table {
	t := &Table{
		Title: "Compile time by number of rules",
		Notes: []string{"Rules on a hundred calls, each of them for one value of a 64-bit argument; the median in µs." +
			" A program longer than the kernel takes counts, too, where the tool makes it."},
		Head: []string{"tool"},
	}
	all := make(map[string][]Sample)
	tools := TimedTools()
	rows := make([][]any, len(tools))
	for i, tool := range tools {
		rows[i] = []any{tool.Name}
	}
	for _, n := range growthSizes {
		t.Head = append(t.Head, fmt.Sprint(n, " rules"))
		s := growing(n)
		for i, tool := range tools {
			cell := "not run"
			if last := all[tool.Name]; len(last) == 0 || last[len(last)-1].Median() < patience {
				m := Time(tools[i:i+1], s, share)[0]
				cell = micro(m.Times.Median())
				if m.Err != nil {
					cell = "refused"
				}
				all[tool.Name] = append(last, m.Times)
			}
			rows[i] = append(rows[i], cell)
		}
	}
	for _, r := range rows {
		t.Row(r...)
	}
	return t
}

// growthSizes are the numbers of rules of Growth.
var growthSizes = [...]int{10, 100, 1000, 4000}
