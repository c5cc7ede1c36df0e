package bench

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
)

// TestSpecs: the specs are what their descriptions say, and their rules never
// conflict.
func TestSpecs(t *testing.T) {
	specs, err := Specs()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range specs {
		verdicts := make(map[string]profile.Action)
		conditional := make(map[string]bool)
		for _, r := range s.Rules {
			for _, name := range r.Calls {
				if v, ok := verdicts[name]; ok && (v != r.Action || !conditional[name] || len(r.If) == 0) {
					t.Errorf("%s: rules on %s conflict", s.Name, name)
				}
				verdicts[name] = r.Action
				conditional[name] = len(r.If) > 0
			}
			if args := r.meet(); !r.holds(&args) {
				t.Errorf("%s: %v: %#x don't meet %v", s.Name, r.Calls, args, r.If)
			}
		}
		checked := 0
		for _, c := range conditional {
			if c {
				checked++
			}
		}
		want := map[string][2]int{"denylist": {20, 0}, "denylist2": {20, 0}, "argheavy": {60, 26}, "errno380": {380, 380}}
		if w, ok := want[s.Name]; ok && w != [2]int{len(verdicts), checked} {
			t.Errorf("%s: %d calls, %d of them with conditions; want %d", s.Name, len(verdicts), checked, w)
		}
	}
}

// TestRecordings: the calls and the weights of a program tell the same.
func TestRecordings(t *testing.T) {
	rs, err := Recordings()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rs {
		weights, calls := make(map[string]uint64), make(map[string]uint64)
		for _, w := range r.Weights {
			weights[w.Syscall] += w.Calls
		}
		for _, c := range r.Calls {
			calls[c.Name] += c.Count
		}
		for name, n := range calls {
			// The table lacks calls that never return.
			if w := weights[name]; w > 0 && n > 20 && (n > w+w/10 || w > n+n/10) {
				t.Errorf("%s: %s: %d calls, %d in the table", r.Name, name, n, w)
			}
		}
		if r.total < 500 {
			t.Errorf("%s: %d calls", r.Name, r.total)
		}
	}
	if h := HintsOf(rs); len(h.Hot) == 0 || len(h.Weights) < 100 {
		t.Errorf("%d hot calls, %d weights", len(h.Hot), len(h.Weights))
	}
}

func TestRecordingErrors(t *testing.T) {
	for _, text := range []string{"1\n", "x read\n", "1 nothing\n", "1 read 0x\n", "1 read 1 2 3 4 5 6 7\n"} {
		if err := new(Recording).read([]byte(text)); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestTime runs each tool on a small spec.
func TestTime(t *testing.T) {
	for _, m := range Time(TimedTools(), growing(10), time.Millisecond) {
		if m.Err != nil || len(m.Times) == 0 || m.Allocs == 0 || m.Times.At(.25) > m.Times.At(.75) {
			t.Errorf("%+v", m)
		}
	}
	three := *growing(10)
	three.Arches = []arch.Arch{arch.X86_64, arch.X86}
	if m := Time(Tools()[4:], &three, time.Millisecond); !errors.Is(m[0].Err, errOneABI) {
		t.Errorf("%+v", m)
	}
}

func TestSample(t *testing.T) {
	s := Sample{1, 2, 3, 4, 5}
	if s.Median() != 3 || s.At(0) != 1 || s.At(1) != 5 || Sample(nil).Median() != 0 {
		t.Errorf("%v, %v, %v", s.Median(), s.At(0), s.At(1))
	}
}

func TestTable(t *testing.T) {
	table := Table{Title: "T", Notes: []string{"N."}, Head: []string{"what", "n"}}
	table.Row("µ", 1.25)
	table.Row("longer", -10)
	const want = "## T\n\nN.\n\n| what   |   n |\n| ------ | --: |\n| µ      | 1.2 |\n| longer | -10 |\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%s", got)
	}
}

// TestPlots: the plots are well-formed, with a bar for each value.
func TestPlots(t *testing.T) {
	cs := counted(t)[:Compared]
	plots := CountPlots(cs)
	plots["times"] = TimePlot([]*Spec{cs[0].Spec}, map[string][]Timing{"docker": Time(TimedTools(), growing(10), time.Millisecond)})
	for name, p := range plots {
		bars, values := 0, 0
		dec := xml.NewDecoder(strings.NewReader(p.SVG()))
		for {
			token, err := dec.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Local == "rect" {
				bars++
			}
		}
		for _, s := range p.Series {
			values += len(s.Values) - len(slices.DeleteFunc(slices.Clone(s.Values), func(v float64) bool { return v > 0 }))
		}
		if want := 1 + len(p.Series) + values; bars != want {
			t.Errorf("%s: %d rectangles, want %d", name, bars, want)
		}
	}
}
