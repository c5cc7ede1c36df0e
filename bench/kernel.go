package bench

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/internal/cbpf"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// AttachTimes measures how long the kernel takes to install each filter of each
// spec, in turns.
func AttachTimes(counted []*Counted, rounds int) (*Table, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	t := &Table{
		Title: "Attach time",
		Notes: []string{"seccomp(2) itself: the kernel checks, converts and compiles the program and runs it for each number to fill its cache." +
			" Each on a fresh thread, in turns; the ratio is that of the medians to ours."},
		Head: []string{"profile", "tool", "instructions", "median µs", "quartiles µs", "ratio"},
	}
	for _, c := range counted {
		samples, err := attachAll(c, rounds)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Spec.Name, err)
		}
		for i, s := range samples {
			if s != nil {
				f := c.Filters[i]
				t.Row(c.Spec.Name, f.Tool, len(f.Raw), micro(s.Median()), micro(s.At(.25))+" – "+micro(s.At(.75)),
					fmt.Sprintf("%.2f", float64(s.Median())/float64(samples[0].Median())))
			}
		}
	}
	return t, nil
}

// attachAll returns a sample for each filter, or nil for one under which threads
// can't live.
func attachAll(c *Counted, rounds int) ([]Sample, error) {
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
		return nil, errors.New("a thread can't live under our filter")
	}
	return samples, nil
}

// Outcome is a way in which a call comes out of a filter.
type Outcome struct {
	Name     string
	Call     string
	Args     [2]uint64
	Want     profile.Action
	Baseline []bpf.RawInstruction // the smallest program with this outcome
}

// Outcomes are those that are measured under Docker's profile: calls that do next
// to nothing.
func Outcomes() []Outcome {
	lookup, _ := syscalls.Lookup(arch.X86_64, "lookup_dcookie")
	allow := cbpf.Ret(ret(profile.Allow()))
	return []Outcome{
		{"cached", "getppid", [2]uint64{}, profile.Allow(), []bpf.RawInstruction{allow}},
		// Whoever looks at an argument isn't cached.
		{"checked", "personality", [2]uint64{0xffffffff}, profile.Allow(), []bpf.RawInstruction{cbpf.Load(cbpf.OffArgs), allow}},
		// A thread can't live if all is denied.
		{"denied", "lookup_dcookie", [2]uint64{}, profile.Errno(1),
			[]bpf.RawInstruction{cbpf.Load(cbpf.OffNr), cbpf.Jump(cbpf.JeqK, lookup, 0, 1), cbpf.Ret(ret(profile.Errno(errno.EPERM))), allow}},
	}
}

// worker is a thread under a filter that makes calls when it is asked to.
type worker struct {
	ask  chan Outcome
	took chan time.Duration
}

// batch is how many calls are made at a time: long enough for the clock, short
// enough to be done before the scheduler comes by.
const batch = 5000

func newWorker(raw []bpf.RawInstruction) (*worker, error) {
	w := &worker{make(chan Outcome), make(chan time.Duration)}
	ready := make(chan error)
	go onThread(func() {
		var err error
		if raw != nil {
			_, err = attach(raw)
		}
		ready <- err
		for o := range w.ask {
			w.took <- o.calls()
		}
	})
	return w, <-ready
}

// calls makes a batch of the outcome's call.
func (o Outcome) calls() time.Duration {
	n, _ := syscalls.Lookup(arch.X86_64, o.Call)
	nr, a, b := uintptr(n), uintptr(o.Args[0]), uintptr(o.Args[1])
	start := time.Now()
	for range batch {
		syscall.RawSyscall(nr, a, b, 0)
	}
	return time.Since(start)
}

func (w *worker) run(o Outcome) time.Duration {
	w.ask <- o
	return <-w.took
}

// CallTimes measures what a call costs under the filters of a spec, over the
// smallest filter with the same outcome.
func CallTimes(c *Counted, rounds int) (*Table, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	t := &Table{
		Title: "Cost of a call under " + c.Spec.Name,
		Notes: []string{fmt.Sprintf("Batches of %d calls in turns. The first row is the call under the smallest filter with that outcome; the others are what is added, round by round.", batch)},
		Head:  []string{"outcome", "call", "tool", "steps", "median ns", "quartiles ns"},
	}
	var workers []*worker
	var filters []*Filter
	for _, f := range c.Filters {
		if !f.installable() {
			continue
		}
		w, err := newWorker(f.Raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Tool, err)
		}
		defer close(w.ask)
		workers, filters = append(workers, w), append(filters, f)
	}
	for _, o := range Outcomes() {
		base, err := newWorker(o.Baseline)
		if err != nil {
			return nil, err
		}
		defer close(base.ask)
		own, over := callRounds(o, base, workers, rounds)
		t.Row(o.Name, o.Call, "smallest filter", len(o.Baseline), perCall(own.Median()), perCall(own.At(.25))+" – "+perCall(own.At(.75)))
		for i, f := range filters {
			d, err := compile.Call(arch.X86_64, o.Call, o.Args[:]...)
			if err != nil {
				return nil, err
			}
			if f.Verdict(d) != o.Want {
				return nil, fmt.Errorf("%s: %v is %v", f.Tool, d, f.Verdict(d))
			}
			steps := fmt.Sprint(f.Steps(d))
			if f.prog.Cacheable(arch.X86_64, uint32(d.Nr)) {
				steps = "–"
			}
			s := over[i]
			t.Row(o.Name, o.Call, f.Tool, steps, signed(s.Median()), perCall(s.At(.25))+" – "+perCall(s.At(.75)))
		}
	}
	return t, nil
}

// callRounds returns what the call takes under the baseline, and what each of the
// workers adds to it in the same round.
func callRounds(o Outcome, base *worker, workers []*worker, rounds int) (own Sample, over []Sample) {
	over = make([]Sample, len(workers))
	for range rounds {
		b := base.run(o)
		own = append(own, b)
		for i, w := range workers {
			over[i] = append(over[i], w.run(o)-b)
		}
	}
	slices.Sort(own)
	for _, s := range over {
		slices.Sort(s)
	}
	return own, over
}

// perCall is the time of one call of a batch, in nanoseconds.
func perCall(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/batch) }

// signed is perCall with a sign.
func signed(d time.Duration) string { return fmt.Sprintf("%+.1f", float64(d)/batch) }
