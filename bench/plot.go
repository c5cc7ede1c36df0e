package bench

import (
	"fmt"
	"math"
	"strings"
)

// Plot is groups of bars on a logarithmic scale.
type Plot struct {
	Title, Axis string
	Groups      []string
	Series      []Series
}

// Series is a bar for each group; a value of 0 is none.
type Series struct {
	Name   string
	Values []float64
	Colour int // of style
}

// Where things are, in the SVG's own units.
const (
	plotWidth, plotHeight = 960, 440
	plotLeft, plotRight   = 88, 20
	plotTop, plotBottom   = 92, 44
)

// style has colours of its own for dark pages; the background goes with the text,
// so that both are readable on any page.
const style = `<style>
.bg{fill:#ffffff}.fg{fill:#1f2328}.dim{fill:#59636e}.grid{stroke:#d1d9e0}
.s0{fill:#0969da}.s1{fill:#54aeff}.s2{fill:#bf8700}.s3{fill:#e16f24}.s4{fill:#a475f9}.s5{fill:#2da44e}
@media (prefers-color-scheme:dark){
.bg{fill:#0d1117}.fg{fill:#f0f6fc}.dim{fill:#9198a1}.grid{stroke:#3d444d}
.s0{fill:#388bfd}.s1{fill:#a5d6ff}.s2{fill:#d29922}.s3{fill:#f0883e}.s4{fill:#a371f7}.s5{fill:#3fb950}}
text{font-family:system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
</style>
`

// SVG returns the plot as a document.
func (p *Plot) SVG() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n", plotWidth, plotHeight, escape(p.Title))
	b.WriteString(style)
	fmt.Fprintf(&b, `<rect class="bg" width="%d" height="%d"/>`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(&b, `<text class="fg" x="%d" y="28" font-size="17" font-weight="600">%s</text>`+"\n", plotLeft, escape(p.Title))
	p.legend(&b)
	lo, hi := p.decades()
	y := func(v float64) float64 {
		part := (math.Log10(v) - lo) / (hi - lo)
		return plotHeight - plotBottom - part*(plotHeight-plotTop-plotBottom)
	}
	p.grid(&b, lo, hi, y)
	p.bars(&b, y)
	b.WriteString("</svg>\n")
	return b.String()
}

func (p *Plot) legend(b *strings.Builder) {
	x := float64(plotLeft)
	for _, s := range p.Series {
		fmt.Fprintf(b, `<rect class="s%d" x="%.0f" y="45" width="12" height="12"/><text class="fg" x="%.0f" y="55" font-size="12">%s</text>`+"\n",
			s.Colour, x, x+17, escape(s.Name))
		x += 34 + 6.6*float64(len(s.Name))
	}
}

// decades returns the ends of the scale: powers of ten, as logarithms.
func (p *Plot) decades() (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, s := range p.Series {
		for _, v := range s.Values {
			if v > 0 {
				lo, hi = min(lo, math.Log10(v)), max(hi, math.Log10(v))
			}
		}
	}
	// A bar has to have some height, and a number above it.
	return math.Floor(lo - 0.05), math.Ceil(hi + 0.05)
}

func (p *Plot) grid(b *strings.Builder, lo, hi float64, y func(float64) float64) {
	for e := lo; e <= hi; e++ {
		v := math.Pow(10, e)
		fmt.Fprintf(b, `<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%[3]f"/><text class="dim" x="%d" y="%.1f" font-size="12" text-anchor="end">%s</text>`+"\n",
			plotLeft, plotWidth-plotRight, y(v), plotLeft-8, y(v)+4, group(v))
	}
	mid := (plotTop + plotHeight - plotBottom) / 2
	fmt.Fprintf(b, `<text class="dim" x="16" y="%d" font-size="12" text-anchor="middle" transform="rotate(-90 16 %[1]d)">%s</text>`+"\n", mid, escape(p.Axis))
}

func (p *Plot) bars(b *strings.Builder, y func(float64) float64) {
	each := float64(plotWidth-plotLeft-plotRight) / float64(len(p.Groups))
	wide := min(each*0.86/float64(len(p.Series)), 34)
	for g, name := range p.Groups {
		left := plotLeft + each*float64(g) + (each-wide*float64(len(p.Series)))/2
		fmt.Fprintf(b, `<text class="fg" x="%.1f" y="%d" font-size="13" text-anchor="middle">%s</text>`+"\n", plotLeft+each*(float64(g)+0.5), plotHeight-plotBottom+22, escape(name))
		for i, s := range p.Series {
			v, x := s.Values[g], left+wide*float64(i)
			if v <= 0 {
				fmt.Fprintf(b, `<text class="dim" x="%.1f" y="%d" font-size="10" text-anchor="middle">–</text>`+"\n", x+wide/2, plotHeight-plotBottom-4)
				continue
			}
			fmt.Fprintf(b, `<rect class="s%d" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/><text class="fg" x="%.1f" y="%.1f" font-size="9.5" text-anchor="middle">%s</text>`+"\n",
				s.Colour, x+1, y(v), wide-2, plotHeight-plotBottom-y(v), x+wide/2, y(v)-4, short(v, wide))
		}
	}
}

// short writes a number so that it fits above a bar.
func short(v, wide float64) string {
	switch {
	case v >= 99_500:
		return fmt.Sprintf("%.0fk", v/1000)
	case v >= 9_950, v >= 995 && wide < 22:
		return fmt.Sprintf("%.1fk", v/1000)
	case v >= 99.5 || v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.1f", v)
}

// group writes a power of ten.
func group(v float64) string {
	s := fmt.Sprintf("%.0f", v)
	if v < 1 {
		return fmt.Sprint(v)
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u2009" + s[i:]
	}
	return s
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}

// CountPlots returns the plots of counts, by the names of their files.
func CountPlots(counted []*Counted) map[string]*Plot {
	of := func(title, axis string, figure func(Figures) float64) *Plot {
		p := &Plot{Title: title, Axis: axis}
		for i, t := range Tools() {
			s := Series{Name: t.Name, Colour: i}
			if i > 0 {
				s.Colour++ // as in TimePlot, which has us twice
			}
			p.Series = append(p.Series, s)
		}
		for _, c := range counted {
			p.Groups = append(p.Groups, c.Spec.Name)
			for i := range p.Series {
				p.Series[i].Values = append(p.Series[i].Values, figure(c.Figures[i]))
			}
		}
		return p
	}
	return map[string]*Plot{
		"performance-length.svg": of("Length of the program", "instructions, logarithmic", func(f Figures) float64 { return float64(f.Instructions) }),
		"performance-mean.svg":   of("Mean path of all known calls", "instructions that run, logarithmic", func(f Figures) float64 { return f.Mean }),
		"performance-worst.svg":  of("Longest path of the calls tried", "instructions that run, logarithmic", func(f Figures) float64 { return float64(f.Worst) }),
	}
}

// TimePlot returns the plot of compile times.
func TimePlot(specs []*Spec, times map[string][]Timing) *Plot {
	p := &Plot{Title: "Compile time, names to instructions", Axis: "median in µs, logarithmic"}
	for i, t := range TimedTools() {
		p.Series = append(p.Series, Series{Name: t.Name, Colour: i})
	}
	for _, s := range specs {
		p.Groups = append(p.Groups, s.Name)
		for i, t := range times[s.Name] {
			p.Series[i].Values = append(p.Series[i].Values, float64(t.Times.Median().Nanoseconds())/1000)
		}
	}
	return p
}
