package bench

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

// Timing is how long a tool takes to compile a policy.
type Timing struct {
	Tool   string
	Times  Sample
	Allocs uint64 // allocations by Go, which doesn't see those of C
	Err    error
}

// TimedTools returns the tools whose compile time is measured: this library's
// compiler with and without proof, and the others, which prove nothing.
func TimedTools() []Tool {
	return append([]Tool{
		{"portcullis, without proof", Portcullis{SkipProof: true}.Job},
		{"portcullis, with proof", Portcullis{}.Job},
	}, Tools()[1:]...)
}

const (
	// slowRun is the duration of a run after which a job isn't run again.
	slowRun = time.Second
	// minRuns is the least number of runs of a job that isn't slow.
	minRuns = 5
	// turn is how long one tool runs before the next.
	turn = 5 * time.Millisecond
)

// CompileTime measures how long the tools take to compile a policy. They take turns,
// so that changes of the machine's speed affect all alike, until each has had its
// share of the time. Garbage is collected before each turn.
func CompileTime(tools []Tool, p *Policy, share time.Duration) []Timing {
	timings := make([]Timing, len(tools))
	jobs := make([]Job, len(tools))
	for i, tool := range tools {
		t := &timings[i]
		t.Tool = tool.Name
		if jobs[i], t.Err = tool.Prepare(p, Hints{}); t.Err == nil {
			t.warmUp(jobs[i])
		}
	}
	spent := make([]time.Duration, len(tools))
	for range share/turn + 1 {
		for i := range timings {
			t := &timings[i]
			if t.Err == nil && (spent[i] <= share || t.needsRuns()) {
				spent[i] += t.takeTurn(jobs[i])
			}
		}
	}
	for i := range timings {
		slices.Sort(timings[i].Times)
	}
	return timings
}

// needsRuns reports whether there are too few runs for a median.
func (t *Timing) needsRuns() bool { return len(t.Times) < minRuns && t.Times[0] <= slowRun }

// takeTurn runs a job for one turn and returns how long that took.
func (t *Timing) takeTurn(j Job) (spent time.Duration) {
	runtime.GC()
	for spent < turn {
		d, _ := runOnce(j)
		spent += d
		t.Times = append(t.Times, d)
	}
	return spent
}

// warmUp runs a job without measuring it, so that work done only once isn't counted,
// and counts its allocations. A slow job has no other run, so this one counts.
func (t *Timing) warmUp(j Job) {
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		d, err := runOnce(j)
		runtime.ReadMemStats(&after)
		if t.Err = err; err != nil {
			return
		}
		if n := after.Mallocs - before.Mallocs; t.Allocs == 0 || n < t.Allocs {
			t.Allocs = n
		}
		if d > slowRun {
			t.Times = append(t.Times, d)
			return
		}
	}
}

func runOnce(j Job) (time.Duration, error) {
	start := time.Now()
	_, err := j.Run()
	return time.Since(start), err
}

// CompileTimes measures the compile time of each policy. It returns a table and the
// timings by the policy's name.
func CompileTimes(policies []*Policy, share time.Duration) (*Table, map[string][]Timing) {
	t := &Table{
		Title: "Compile time",
		Notes: []string{"From the profile in the tool's own terms to instructions. The tools run in one process and take turns; the quartiles are beside the median." +
			" gVisor's profile has numbers where others have names. libseccomp writes its program to a file in memory, from which it is read." +
			" Allocations are those of Go."},
		Head: []string{"profile", "tool", "median µs", "quartiles µs", "runs", "allocations"},
	}
	all := make(map[string][]Timing)
	for _, p := range policies {
		all[p.Name] = CompileTime(TimedTools(), p, share)
		for _, m := range all[p.Name] {
			if m.Err == nil {
				t.Row(p.Name, m.Tool, micro(m.Times.Median()), m.Times.quartiles(micro), len(m.Times), m.Allocs)
			}
		}
	}
	return t, all
}

// ruleCounts are the numbers of rules of CompileTimesByRules.
var ruleCounts = [...]int{10, 100, 1000, 4000}

// CompileTimesByRules measures how compile time grows with the number of rules. A
// tool that is slow for one number isn't measured for a larger one.
func CompileTimesByRules(share time.Duration) *Table {
	t := &Table{
		Title: "Compile time by number of rules",
		Notes: []string{"Rules for a hundred calls, each for one value of a 64-bit argument; the median in µs." +
			" Programs that are too long for the kernel count as well, if the tool makes them."},
		Head: []string{"tool"},
	}
	var policies []*Policy
	for _, n := range ruleCounts {
		t.Head = append(t.Head, fmt.Sprint(n, " rules"))
		policies = append(policies, nRules(n))
	}
	for _, tool := range TimedTools() {
		t.Row(growthRow(tool, policies, share)...)
	}
	return t
}

// growthRow returns a tool's name and its compile times, one for each policy.
func growthRow(tool Tool, policies []*Policy, share time.Duration) []any {
	row := []any{tool.Name}
	slow := false
	for _, p := range policies {
		if slow {
			row = append(row, "not run")
			continue
		}
		m := CompileTime([]Tool{tool}, p, share)[0]
		slow = m.Times.Median() >= slowRun
		if m.Err != nil {
			row = append(row, "refused")
		} else {
			row = append(row, micro(m.Times.Median()))
		}
	}
	return row
}
