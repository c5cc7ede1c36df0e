package profile

import (
	"strconv"
	"strings"
)

// Bounds of conditions. Conditions are built by programs, and a slice can even
// contain itself; nothing here may follow it for ever.
const (
	maxCondDepth = 64
	maxCondParts = 1 << 16
	maxCondText  = 16 << 10
)

// String returns the condition in Go-like notation: its parts joined by &&, or
// "true" without parts. Conditions too long to be read are cut.
func (c And) String() string { return condString(c) }

// String returns the condition in Go-like notation: its parts joined by ||, or
// "false" without parts. Tests of one operand for equality are written like
// "arg0 in {1, 2}".
func (c Or) String() string { return condString(c) }

// String returns the condition in Go-like notation, such as "!(arg0 == 5)".
func (c Not) String() string { return condString(c) }

// String returns the comparison in Go-like notation, such as "arg0 == 5",
// "arg1 & 0xff == 0x3" or "low32(arg0) < 10". A width other than
// [WidthKernel] is written as reg, low32 or long; the instruction pointer is ip.
func (t Test) String() string { return condString(t) }

func condString(c Cond) string {
	w := condWriter{}
	w.cond(c, precOr, 0)
	return w.b.String()
}

// Precedences of Go's operators, lowest first.
const (
	precOr = iota
	precAnd
)

type condWriter struct {
	b strings.Builder
}

// cond writes c, in parentheses if it binds less than the surrounding operator.
func (w *condWriter) cond(c Cond, prec, depth int) {
	if depth > maxCondDepth || w.b.Len() > maxCondText {
		w.b.WriteString("…")
		return
	}
	switch c := c.(type) {
	case nil:
		w.b.WriteString("<nil>")
	case Test:
		w.test(c)
	case Not:
		w.b.WriteString("!(")
		w.cond(c.Cond, precOr, depth+1)
		w.b.WriteString(")")
	case And:
		w.join(c, "true", " && ", precAnd, prec, depth)
	case Or:
		if first, ok := c.set(); ok {
			w.set(first, c)
			return
		}
		w.join(c, "false", " || ", precOr, prec, depth)
	}
}

// join writes the parts of an And or Or, whose operator has precedence own.
func (w *condWriter) join(parts []Cond, empty, sep string, own, prec, depth int) {
	switch len(parts) {
	case 0:
		w.b.WriteString(empty)
		return
	case 1:
		w.cond(parts[0], prec, depth+1)
		return
	}
	if own < prec {
		w.b.WriteString("(")
	}
	for i, part := range parts {
		if i > 0 {
			w.b.WriteString(sep)
		}
		if w.b.Len() > maxCondText {
			w.b.WriteString("…")
			break
		}
		w.cond(part, own, depth+1)
	}
	if own < prec {
		w.b.WriteString(")")
	}
}

// set reports whether c is a choice of two or more values of one operand, and
// returns the first test.
func (c Or) set() (first Test, ok bool) {
	if len(c) < 2 {
		return first, false
	}
	for i, part := range c {
		t, ok := part.(Test)
		if !ok || t.Op != OpEqual || i > 0 && (t.Field != first.Field || t.Width != first.Width) {
			return first, false
		}
		first = t
	}
	return first, true
}

func (w *condWriter) set(of Test, c Or) {
	w.operand(of)
	w.b.WriteString(" in {")
	for i, part := range c {
		if i > 0 {
			w.b.WriteString(", ")
		}
		if w.b.Len() > maxCondText {
			w.b.WriteString("…")
			break
		}
		w.b.WriteString(literal(part.(Test).Value))
	}
	w.b.WriteString("}")
}

func (w *condWriter) test(t Test) {
	w.operand(t)
	switch {
	case t.Op >= opCount:
		w.b.WriteString(" Op(" + strconv.Itoa(int(t.Op)) + ") " + literal(t.Value))
	case t.Op == OpMaskedEqual:
		w.b.WriteString(" & " + hex(t.Mask) + " == " + hex(t.Value))
	default:
		w.b.WriteString(" " + opNames[t.Op].text + " " + literal(t.Value))
	}
}

func (w *condWriter) operand(t Test) {
	name := "arg" + strconv.Itoa(int(t.Field))
	if t.Field == IP {
		name = "ip"
	} else if t.Field > IP {
		name = "Field(" + strconv.Itoa(int(t.Field)) + ")"
	}
	switch t.Width {
	case WidthKernel:
	case WidthRegister:
		if t.Field != IP { // the whole of it is what ip means
			name = "reg(" + name + ")"
		}
	case WidthLow32:
		name = "low32(" + name + ")"
	case WidthLong:
		name = "long(" + name + ")"
	default:
		name = "Width(" + strconv.Itoa(int(t.Width)) + ")(" + name + ")"
	}
	w.b.WriteString(name)
}

// literal writes small numbers in decimal. Large ones are bits or addresses.
func literal(v uint64) string {
	if v < 1<<16 {
		return strconv.FormatUint(v, 10)
	}
	return hex(v)
}

func hex(v uint64) string { return "0x" + strconv.FormatUint(v, 16) }
