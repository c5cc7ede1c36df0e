package bench

import (
	"fmt"
	"math"
	"strings"
)

// BarChart is groups of bars on a logarithmic scale, drawn as SVG.
type BarChart struct {
	Title, Axis string
	Groups      []string
	Series      []Series
}

// Series is one bar in each group. A value of 0 draws none.
type Series struct {
	Name   string
	Values []float64
	Colour int // class of the style sheet
}

// Size and margins, in the SVG's own units.
const (
	chartWidth, chartHeight = 960, 440
	marginLeft, marginRight = 88, 20
	marginTop, marginBottom = 92, 44
)

// style has separate colours for dark pages. It sets the background along with the
// text, so that the chart is readable on any page.
const style = `<style>
.bg{fill:#ffffff}.fg{fill:#1f2328}.dim{fill:#59636e}.grid{stroke:#d1d9e0}
.s0{fill:#0969da}.s1{fill:#54aeff}.s2{fill:#bf8700}.s3{fill:#e16f24}.s4{fill:#a475f9}.s5{fill:#2da44e}
@media (prefers-color-scheme:dark){
.bg{fill:#0d1117}.fg{fill:#f0f6fc}.dim{fill:#9198a1}.grid{stroke:#3d444d}
.s0{fill:#388bfd}.s1{fill:#a5d6ff}.s2{fill:#d29922}.s3{fill:#f0883e}.s4{fill:#a371f7}.s5{fill:#3fb950}}
text{font-family:system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
</style>
`

// SVG returns the chart as an SVG document.
func (c *BarChart) SVG() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n", chartWidth, chartHeight, escape(c.Title))
	b.WriteString(style)
	fmt.Fprintf(&b, `<rect class="bg" width="%d" height="%d"/>`+"\n", chartWidth, chartHeight)
	fmt.Fprintf(&b, `<text class="fg" x="%d" y="28" font-size="17" font-weight="600">%s</text>`+"\n", marginLeft, escape(c.Title))
	c.legend(&b)
	lo, hi := c.decades()
	y := func(v float64) float64 {
		part := (math.Log10(v) - lo) / (hi - lo)
		return chartHeight - marginBottom - part*(chartHeight-marginTop-marginBottom)
	}
	c.grid(&b, lo, hi, y)
	c.bars(&b, y)
	b.WriteString("</svg>\n")
	return b.String()
}

func (c *BarChart) legend(b *strings.Builder) {
	x := float64(marginLeft)
	for _, s := range c.Series {
		fmt.Fprintf(b, `<rect class="s%d" x="%.0f" y="45" width="12" height="12"/><text class="fg" x="%.0f" y="55" font-size="12">%s</text>`+"\n",
			s.Colour, x, x+17, escape(s.Name))
		x += 34 + 6.6*float64(len(s.Name))
	}
}

// decades returns the ends of the scale, as logarithms of powers of ten.
func (c *BarChart) decades() (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, s := range c.Series {
		for _, v := range s.Values {
			if v > 0 {
				lo, hi = min(lo, math.Log10(v)), max(hi, math.Log10(v))
			}
		}
	}
	// The margin leaves the shortest bar some height, and room for a number above the
	// longest.
	return math.Floor(lo - 0.05), math.Ceil(hi + 0.05)
}

func (c *BarChart) grid(b *strings.Builder, lo, hi float64, y func(float64) float64) {
	for e := lo; e <= hi; e++ {
		v := math.Pow(10, e)
		fmt.Fprintf(b, `<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%[3]f"/><text class="dim" x="%d" y="%.1f" font-size="12" text-anchor="end">%s</text>`+"\n",
			marginLeft, chartWidth-marginRight, y(v), marginLeft-8, y(v)+4, group(v))
	}
	mid := (marginTop + chartHeight - marginBottom) / 2
	fmt.Fprintf(b, `<text class="dim" x="16" y="%d" font-size="12" text-anchor="middle" transform="rotate(-90 16 %[1]d)">%s</text>`+"\n", mid, escape(c.Axis))
}

func (c *BarChart) bars(b *strings.Builder, y func(float64) float64) {
	each := float64(chartWidth-marginLeft-marginRight) / float64(len(c.Groups))
	wide := min(each*0.86/float64(len(c.Series)), 34)
	for g, name := range c.Groups {
		left := marginLeft + each*float64(g) + (each-wide*float64(len(c.Series)))/2
		fmt.Fprintf(b, `<text class="fg" x="%.1f" y="%d" font-size="13" text-anchor="middle">%s</text>`+"\n", marginLeft+each*(float64(g)+0.5), chartHeight-marginBottom+22, escape(name))
		for i, s := range c.Series {
			v, x := s.Values[g], left+wide*float64(i)
			if v <= 0 {
				fmt.Fprintf(b, `<text class="dim" x="%.1f" y="%d" font-size="10" text-anchor="middle">–</text>`+"\n", x+wide/2, chartHeight-marginBottom-4)
				continue
			}
			fmt.Fprintf(b, `<rect class="s%d" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/><text class="fg" x="%.1f" y="%.1f" font-size="9.5" text-anchor="middle">%s</text>`+"\n",
				s.Colour, x+1, y(v), wide-2, chartHeight-marginBottom-y(v), x+wide/2, y(v)-4, short(v, wide))
		}
	}
}

// short writes a number short enough to fit above a bar.
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

// group writes a power of ten with its digits in groups of three.
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
