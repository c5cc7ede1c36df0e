package bench

import (
	"strings"
	"testing"
)

// TestRecordings checks that the two files of a recording agree.
func TestRecordings(t *testing.T) {
	rs := recordings(t)
	for _, r := range rs {
		r.checkCounts(t)
		if r.total < 500 {
			t.Errorf("%s: only %d calls", r.Name, r.total)
		}
	}
	if h := HintsOf(rs); len(h.Hot) == 0 || len(h.Weights) < 100 {
		t.Errorf("%d hot calls, %d weights", len(h.Hot), len(h.Weights))
	}
}

// checkCounts compares the counts of frequent calls. strace's table lacks calls that
// never return, so they differ a little.
func (r *Recording) checkCounts(t *testing.T) {
	t.Helper()
	weights, calls := make(map[string]uint64), make(map[string]uint64)
	for _, w := range r.Weights {
		weights[w.Syscall] += w.Calls
	}
	for _, c := range r.Calls {
		calls[c.Name] += c.Count
	}
	for name, n := range calls {
		if w := weights[name]; w > 0 && n > 20 && (n > w+w/10 || w > n+n/10) {
			t.Errorf("%s: %s: %d calls, %d in strace's table", r.Name, name, n, w)
		}
	}
}

// TestRecordingErrors checks that an error names the line.
func TestRecordingErrors(t *testing.T) {
	for _, text := range []string{"1\n", "x read\n", "1 nothing\n", "1 read 0x\n", "1 read 1 2 3 4 5 6 7\n"} {
		if err := new(Recording).parse([]byte(text)); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
