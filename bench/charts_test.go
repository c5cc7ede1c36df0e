package bench

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"
)

// TestCharts checks that each chart is well-formed XML with a bar for each value.
func TestCharts(t *testing.T) {
	cs := comparisons(t)[:Realistic]
	charts := CountCharts(cs)
	timings := map[string][]Timing{"docker": CompileTime(TimedTools(), nRules(10), time.Millisecond)}
	charts["times"] = CompileTimeChart([]*Policy{cs[0].Policy}, timings)
	for name, c := range charts {
		want := 1 + len(c.Series) // the background, and a key for each series
		for _, s := range c.Series {
			for _, v := range s.Values {
				if v > 0 {
					want++
				}
			}
		}
		if got := countElements(t, c.SVG(), "rect"); got != want {
			t.Errorf("%s: %d rectangles, want %d", name, got, want)
		}
	}
}

// countElements returns how many elements of a name an XML document has.
func countElements(t *testing.T, document, element string) (n int) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(document))
	for {
		token, err := dec.Token()
		if err == io.EOF {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == element {
			n++
		}
	}
}
