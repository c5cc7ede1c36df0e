package bench

import "testing"

// figure names one of the counts of a filter.
type figure func(*Filter) float64

func instructions(f *Filter) float64 { return float64(len(f.Raw)) }
func mean(f *Filter) float64         { return f.mean(f.Spec.Known()) }
func own(f *Filter) float64          { return f.mean(f.Spec.own()) }
func uncached(f *Filter) float64     { return f.mean(f.Spec.uncached()) }
func checked(f *Filter) float64      { return f.mean(f.Spec.Meeting()) }
func worst(f *Filter) float64        { return float64(f.Figures().Worst) }

// TestTargets holds what was reached. A change of the compiler that loses it has
// to say why.
func TestTargets(t *testing.T) {
	for _, tt := range []struct {
		spec, what string
		figure     figure
		most       float64
	}{
		{"docker", "instructions", instructions, 74},
		{"docker", "mean path", mean, 9.2},
		{"docker", "worst path", worst, 18},
		{"docker3", "instructions", instructions, 240},
		{"docker3", "mean path of the machine's own ABI", own, 9.2},
		{"docker3", "mean path", mean, 12},
		{"denylist", "instructions", instructions, 28},
		{"denylist", "mean path", mean, 7.7},
		{"denylist2", "instructions", instructions, 32},
		{"denylist2", "mean path", mean, 7.7},
		{"errno380", "instructions", instructions, 2300},
		{"errno380", "mean path", mean, 17.2},
		{"errno380", "worst path", worst, 20},
	} {
		f := find(t, tt.spec, "portcullis")
		if got := tt.figure(f); got > tt.most {
			t.Errorf("%s: %s is %.2f, want at most %v", tt.spec, tt.what, got, tt.most)
		}
	}
}

// TestRatios holds how much less our programs are than the least of the peers'.
func TestRatios(t *testing.T) {
	for _, tt := range []struct {
		spec, tool, what string
		figure           figure
		most             float64
	}{
		{"docker", "portcullis", "instructions", instructions, 0.42},
		{"docker", "portcullis", "mean path", mean, 0.61},
		{"docker3", "portcullis", "instructions", instructions, 0.24},
		{"docker3", "portcullis", "mean path", mean, 0.78},
		{"docker3", "portcullis", "mean path of the machine's own ABI", own, 0.6},
		{"denylist", "portcullis", "mean path", mean, 0.8},
		{"argheavy", "portcullis", "instructions", instructions, 0.75},
		{"argheavy", "portcullis", "mean path of calls not cached", uncached, 0.7},
		{"argheavy", "portcullis", "mean path of checked calls", checked, 0.9},
		{"argheavy", "portcullis, kernel widths", "instructions", instructions, 0.65},
		{"argheavy", "portcullis, kernel widths", "mean path of calls not cached", uncached, 0.65},
		{"argheavy", "portcullis, kernel widths", "mean path of checked calls", checked, 0.76},
	} {
		least := 0.0
		for _, tool := range Tools()[1:] {
			if f := find(t, tt.spec, tool.Name); f.Err == nil {
				if v := tt.figure(f); least == 0 || v < least {
					least = v
				}
			}
		}
		if got := tt.figure(find(t, tt.spec, tt.tool)); got > tt.most*least {
			t.Errorf("%s, %s: %s is %.2f, %.2f of the least peer's %.2f, want %v", tt.spec, tt.tool, tt.what, got, got/least, least, tt.most)
		}
	}
}

// TestWeighted holds the mean paths of the recorded calls where these were known
// to the compiler: for a kernel that doesn't cache verdicts of all calls, for one
// that does of the others.
func TestWeighted(t *testing.T) {
	rs, err := Recordings()
	if err != nil {
		t.Fatal(err)
	}
	c := find(t, "docker", "portcullis")
	tools := WeightedTools()
	told, err := MakeEach(tools[0], c.Spec, rs)
	if err != nil {
		t.Fatal(err)
	}
	all, uncached := c.MeanRecorded(rs)
	if told.All > 6.5 || told.All > all {
		t.Errorf("weights make the mean path of recorded calls %.2f, without it is %.2f", told.All, all)
	}
	cached, err := MakeEach(tools[1], c.Spec, rs)
	if err != nil {
		t.Fatal(err)
	}
	if cached.Uncached > uncached {
		t.Errorf("weights make the mean path of calls not cached %.2f, without it is %.2f", cached.Uncached, uncached)
	}
	t.Logf("%.2f of %.2f; not cached %.2f of %.2f", told.All, all, cached.Uncached, uncached)
}

// TestConstants: four instructions where a look at the ABI is enough.
func TestConstants(t *testing.T) {
	table, err := Constants()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range table.Rows {
		if want := map[string]string{"x86_64": "7", "x86_64 x32": "4", "aarch64": "4"}[r[1]]; r[2] > want {
			t.Errorf("%v: want %s", r, want)
		}
	}
}

// find returns the filter that a tool makes of a spec.
func find(t *testing.T, spec, tool string) *Filter {
	t.Helper()
	for _, c := range counted(t) {
		for _, f := range c.Filters {
			if c.Spec.Name == spec && f.Tool == tool {
				return f
			}
		}
	}
	t.Fatalf("no filter of %s for %s", tool, spec)
	return nil
}
