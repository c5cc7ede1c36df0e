package bench

import (
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

// Outcome is one of the things that can happen to a call under a filter, with a call
// to which it does.
type Outcome struct {
	Name     string
	Call     string
	Args     [2]uint64
	Want     profile.Action
	Baseline []bpf.RawInstruction // the smallest program with this outcome
}

// Outcomes returns the outcomes that are measured under Docker's profile. The calls
// themselves do almost nothing.
func Outcomes() []Outcome {
	lookup, _ := syscalls.Lookup(arch.X86_64, "lookup_dcookie")
	allow := cbpf.Ret(ret(profile.Allow()))
	return []Outcome{
		{"cached", "getppid", [2]uint64{}, profile.Allow(), []bpf.RawInstruction{allow}},
		// A program that loads an argument isn't cached.
		{"checked", "personality", [2]uint64{0xffffffff}, profile.Allow(), []bpf.RawInstruction{cbpf.Load(cbpf.OffArgs), allow}},
		// A thread doesn't survive if every call is denied.
		{"denied", "lookup_dcookie", [2]uint64{}, profile.Errno(1),
			[]bpf.RawInstruction{cbpf.Load(cbpf.OffNr), cbpf.Jump(cbpf.JeqK, lookup, 0, 1), cbpf.Ret(ret(profile.Errno(errno.EPERM))), allow}},
	}
}

// worker is a thread under a filter that makes calls on request.
type worker struct {
	ask  chan Outcome
	took chan time.Duration
}

// batch is how many calls are made at a time: enough for the resolution of the clock,
// and few enough that the scheduler seldom interrupts them.
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

// calls makes a batch of the outcome's call and returns how long that took.
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

// CallTimes measures how much longer a call takes under each filter of a policy than
// under the smallest filter with the same outcome.
func CallTimes(c *Comparison, rounds int) (*Table, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	t := &Table{
		Title: "Cost of a call under " + c.Policy.Name,
		Notes: []string{fmt.Sprintf("Batches of %d calls, in turns. The first row is the call under the smallest filter with that outcome. The others are the time added to it, measured in the same round.", batch)},
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
		own, added := o.rounds(base, workers, rounds)
		t.Row(o.Name, o.Call, "smallest filter", len(o.Baseline), perCall(own.Median()), own.quartiles(perCall))
		for i, f := range filters {
			steps, err := o.steps(f)
			if err != nil {
				return nil, err
			}
			t.Row(o.Name, o.Call, f.Tool, steps, signedPerCall(added[i].Median()), added[i].quartiles(perCall))
		}
	}
	return t, nil
}

// rounds returns how long the call takes under the baseline, and how much longer under
// each worker's filter in the same round.
func (o Outcome) rounds(base *worker, workers []*worker, rounds int) (own Sample, added []Sample) {
	added = make([]Sample, len(workers))
	for range rounds {
		b := base.run(o)
		own = append(own, b)
		for i, w := range workers {
			added[i] = append(added[i], w.run(o)-b)
		}
	}
	slices.Sort(own)
	for _, s := range added {
		slices.Sort(s)
	}
	return own, added
}

// steps returns how many instructions the call runs under a filter, or a dash if the
// kernel answers it from its cache. A filter with another verdict is an error.
func (o Outcome) steps(f *Filter) (string, error) {
	d, err := compile.Call(arch.X86_64, o.Call, o.Args[:]...)
	if err != nil {
		return "", err
	}
	if v := f.Verdict(d); v != o.Want {
		return "", fmt.Errorf("%s: %v is %v, want %v", f.Tool, d, v, o.Want)
	}
	if f.prog.Cacheable(arch.X86_64, uint32(d.Nr)) {
		return "–", nil
	}
	return fmt.Sprint(f.Steps(d)), nil
}

// perCall writes the time of one call of a batch, in nanoseconds.
func perCall(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/batch) }

// signedPerCall is perCall with a sign.
func signedPerCall(d time.Duration) string { return fmt.Sprintf("%+.1f", float64(d)/batch) }
