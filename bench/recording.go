package bench

import (
	"bufio"
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// recorded holds what programs did, as testdata/README.md describes.
//
//go:embed testdata/*.calls testdata/*.strace
var recorded embed.FS

// Recording is the calls of a program.
type Recording struct {
	Name    string
	Calls   []RecordedCall
	Weights compile.Weights
	total   uint64
}

// RecordedCall is a call with those of its arguments that some spec compares.
type RecordedCall struct {
	Name  string
	Data  compile.Data
	Count uint64
}

// Recordings returns those of testdata.
func Recordings() ([]*Recording, error) {
	var rs []*Recording
	for _, name := range []string{"ls", "git", "build", "python", "http"} {
		r := &Recording{Name: name}
		text, err := recorded.ReadFile("testdata/" + name + ".calls")
		if err != nil {
			return nil, err
		}
		if err := r.read(text); err != nil {
			return nil, fmt.Errorf("%s.calls: %w", name, err)
		}
		table, err := recorded.ReadFile("testdata/" + name + ".strace")
		if err != nil {
			return nil, err
		}
		if r.Weights, err = compile.ParseStrace(bytes.NewReader(table), arch.X86_64); err != nil {
			return nil, fmt.Errorf("%s.strace: %w", name, err)
		}
		rs = append(rs, r)
	}
	return rs, nil
}

// read reads lines of a count, a name and arguments.
func (r *Recording) read(text []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 || len(fields) > 8 {
			return fmt.Errorf("line %d: %d fields", n, len(fields))
		}
		count, err := strconv.ParseUint(fields[0], 10, 64)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		nr, ok := syscalls.Lookup(arch.X86_64, fields[1])
		if !ok {
			return fmt.Errorf("line %d: no call %s", n, fields[1])
		}
		c := RecordedCall{fields[1], compile.Data{Nr: int32(nr), Audit: arch.X86_64.Audit()}, count}
		for i, f := range fields[2:] {
			if c.Data.Args[i], err = strconv.ParseUint(f, 0, 64); err != nil {
				return fmt.Errorf("line %d: %w", n, err)
			}
		}
		r.Calls = append(r.Calls, c)
		r.total += count
	}
	return lines.Err()
}

// share is the part of all calls that a weight of n is of, in millionths: each
// recording counts the same, however long the program ran.
func (r *Recording) share(n uint64) uint64 { return n * 1e6 / r.total }

// HintsOf returns what the recordings tell a compiler.
func HintsOf(rs []*Recording) Hints {
	var h Hints
	shares := make(map[string]uint64)
	for _, r := range rs {
		for _, w := range r.Weights {
			w.Calls = max(1, r.share(w.Calls))
			h.Weights = append(h.Weights, w)
			shares[w.Syscall] += w.Calls
		}
	}
	for name, n := range shares {
		if n*10 >= uint64(len(rs))*1e6 {
			h.Hot = append(h.Hot, name)
		}
	}
	slices.SortFunc(h.Hot, func(a, b string) int {
		return cmp.Or(cmp.Compare(shares[b], shares[a]), strings.Compare(a, b))
	})
	return h
}

// MeanRecorded returns the mean steps of the recorded calls, each recording
// counting the same, and that of those which the kernel can't cache, because the
// spec doesn't allow them whatever their arguments are.
func (f *Filter) MeanRecorded(rs []*Recording) (all, uncached float64) {
	always := f.Spec.alwaysAllowed()
	var parts int
	for _, r := range rs {
		var sum, n [2]float64
		for _, c := range r.Calls {
			steps, count := float64(f.Steps(c.Data)), float64(c.Count)
			sum[0], n[0] = sum[0]+steps*count, n[0]+count
			if !always(c.Name) {
				sum[1], n[1] = sum[1]+steps*count, n[1]+count
			}
		}
		all += sum[0] / n[0] / float64(len(rs))
		if n[1] > 0 {
			uncached += sum[1] / n[1]
			parts++
		}
	}
	return all, uncached / float64(max(parts, 1))
}

// uncachedShare returns what share of the recorded calls the kernel can't cache,
// each recording counting the same.
func (s *Spec) uncachedShare(rs []*Recording) (share float64) {
	always := s.alwaysAllowed()
	for _, r := range rs {
		var n [2]float64
		for _, c := range r.Calls {
			n[0] += float64(c.Count)
			if !always(c.Name) {
				n[1] += float64(c.Count)
			}
		}
		share += n[1] / n[0] / float64(len(rs))
	}
	return share
}

// WeightedTools are the ways to compile for what was recorded, besides those that
// know nothing of it.
func WeightedTools() []Tool {
	hot := func(s *Spec, h Hints) (Job, error) {
		if len(h.Hot) == 0 {
			return Job{}, fmt.Errorf("%w a hot call", errLacks)
		}
		return gvisorJob(s, h)
	}
	return []Tool{
		{"portcullis, weights", Ours{Weighted: true}.Job},
		{"portcullis, weights, cache", Ours{Weighted: true, Kernel: caching}.Job},
		{"gvisor, hot calls", hot},
	}
}

// Recorded returns the mean paths over the recorded calls.
func (c *Counted) Recorded(rs []*Recording) *Table {
	t := &Table{
		Title: c.Spec.Name + ", recorded calls",
		Notes: []string{fmt.Sprintf("The kernel can't cache %.2g %% of the calls.", 100*c.Spec.uncachedShare(rs))},
		Head:  []string{"tool", "instructions", "all calls", "not cached"},
	}
	filters := slices.DeleteFunc(slices.Clone(c.Filters), func(f *Filter) bool { return f.exhaustive() })
	for _, f := range filters {
		if f.Err == nil {
			all, uncached := f.MeanRecorded(rs)
			t.recorded(f.Tool, strconv.Itoa(len(f.Raw)), all, uncached)
		}
	}
	for _, tool := range WeightedTools() {
		if w, err := MakeEach(tool, c.Spec, rs); err == nil {
			t.recorded(tool.Name, w.Lengths, w.All, w.Uncached)
		}
	}
	return t
}

func (t *Table) recorded(tool, length string, all, uncached float64) {
	rest := "–"
	if uncached > 0 {
		rest = fmt.Sprintf("%.1f", uncached)
	}
	t.Row(tool, length, all, rest)
}

// Each is what comes of a filter of its own for each recording: the least and the
// most instructions, and the means of [Filter.MeanRecorded].
type Each struct {
	Lengths       string
	All, Uncached float64
}

// MakeEach makes, for each recording, the filter of a tool that was told of it,
// and puts this recording's calls through it.
func MakeEach(tool Tool, s *Spec, rs []*Recording) (Each, error) {
	var e Each
	var lengths []int
	parts := 0.0
	for _, r := range rs {
		own := []*Recording{r}
		f := Make(tool, s, HintsOf(own))
		if f.Err != nil {
			return e, f.Err
		}
		all, uncached := f.MeanRecorded(own)
		e.All += all / float64(len(rs))
		if uncached > 0 {
			e.Uncached += uncached
			parts++
		}
		lengths = append(lengths, len(f.Raw))
	}
	e.Uncached /= max(parts, 1)
	e.Lengths = strconv.Itoa(slices.Min(lengths))
	if most := slices.Max(lengths); most > slices.Min(lengths) {
		e.Lengths += "–" + strconv.Itoa(most)
	}
	return e, nil
}

// alwaysAllowed returns whether a call is allowed whatever its arguments are.
func (s *Spec) alwaysAllowed() func(name string) bool {
	verdicts := make(map[string]profile.Action)
	conditional := make(map[string]bool)
	for _, r := range s.Rules {
		for _, name := range r.Calls {
			verdicts[name] = r.Action
			conditional[name] = conditional[name] || len(r.If) > 0
		}
	}
	return func(name string) bool {
		a, ok := verdicts[name]
		if !ok {
			a = s.Default
		}
		return a == profile.Allow() && !conditional[name]
	}
}
