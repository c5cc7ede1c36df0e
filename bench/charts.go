package bench

// CountCharts returns the charts of counts in docs/performance.md, by file name.
func CountCharts(comparisons []*Comparison) map[string]*BarChart {
	return map[string]*BarChart{
		"performance-length.svg": countChart(comparisons, "Length of the program", "instructions, logarithmic", func(c Counts) float64 { return float64(c.Instructions) }),
		"performance-mean.svg":   countChart(comparisons, "Mean path of all known calls", "instructions that run, logarithmic", func(c Counts) float64 { return c.Mean }),
		"performance-worst.svg":  countChart(comparisons, "Longest path of the calls tried", "instructions that run, logarithmic", func(c Counts) float64 { return float64(c.Worst) }),
	}
}

func countChart(comparisons []*Comparison, title, axis string, count func(Counts) float64) *BarChart {
	chart := &BarChart{Title: title, Axis: axis}
	for i, t := range Tools() {
		colour := i
		if i > 0 {
			colour++ // the same as in CompileTimeChart, where this library has two colours
		}
		s := Series{Name: t.Name, Colour: colour}
		for _, c := range comparisons {
			s.Values = append(s.Values, count(c.Counts[i]))
		}
		chart.Series = append(chart.Series, s)
	}
	for _, c := range comparisons {
		chart.Groups = append(chart.Groups, c.Policy.Name)
	}
	return chart
}

// CompileTimeChart returns the chart of compile times. The timings are those of
// CompileTimes.
func CompileTimeChart(policies []*Policy, timings map[string][]Timing) *BarChart {
	chart := &BarChart{Title: "Compile time, names to instructions", Axis: "median in µs, logarithmic"}
	for i, t := range TimedTools() {
		chart.Series = append(chart.Series, Series{Name: t.Name, Colour: i})
	}
	for _, p := range policies {
		chart.Groups = append(chart.Groups, p.Name)
		for i, t := range timings[p.Name] {
			chart.Series[i].Values = append(chart.Series[i].Values, float64(t.Times.Median().Nanoseconds())/1000)
		}
	}
	return chart
}
