package profile

import (
	"strconv"
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
	return string(w.text)
}

// Precedences of Go's operators, lowest first.
const (
	precOr = iota
	precAnd
)

type condWriter struct{ text []byte }

// add isn't inlined: its many calls would be most of this file's code, which
// every program has that makes conditions.
//
//go:noinline
func (w *condWriter) add(s string) { w.text = append(w.text, s...) }

// cond writes c, in parentheses if it binds less than the surrounding operator.
func (w *condWriter) cond(c Cond, prec, depth int) {
	if depth > maxCondDepth || len(w.text) > maxCondText {
		w.add("…")
		return
	}
	switch c := c.(type) {
	case nil:
		w.add("<nil>")
	case Test:
		w.test(c)
	case Not:
		w.add("!(")
		w.cond(c.Cond, precOr, depth+1)
		w.add(")")
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
		w.add(empty)
		return
	case 1:
		w.cond(parts[0], prec, depth+1)
		return
	}
	if own < prec {
		w.add("(")
	}
	for i, part := range parts {
		if i > 0 {
			w.add(sep)
		}
		if len(w.text) > maxCondText {
			w.add("…")
			break
		}
		w.cond(part, own, depth+1)
	}
	if own < prec {
		w.add(")")
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
	w.add(" in {")
	for i, part := range c {
		if i > 0 {
			w.add(", ")
		}
		if len(w.text) > maxCondText {
			w.add("…")
			break
		}
		w.add(literal(part.(Test).Value))
	}
	w.add("}")
}

func (w *condWriter) test(t Test) {
	w.operand(t)
	w.add(" ")
	if t.Op == OpMaskedEqual {
		w.add("& ")
		w.add(hex(t.Mask))
		w.add(" == ")
		w.add(hex(t.Value))
		return
	}
	w.add(t.Op.String())
	w.add(" ")
	w.add(literal(t.Value))
}

func (w *condWriter) operand(t Test) {
	end := ")"
	switch t.Width {
	case WidthKernel:
		end = ""
	case WidthRegister:
		if t.Field == IP { // the whole of it is what ip means
			end = ""
		} else {
			w.add("reg(")
		}
	case WidthLow32:
		w.add("low32(")
	case WidthLong:
		w.add("long(")
	default:
		w.addNumber("Width(", uint64(t.Width))
		w.add(")(")
	}
	switch {
	case t.Field == IP:
		w.add("ip")
	case t.Field > IP:
		w.addNumber("Field(", uint64(t.Field))
		w.add(")")
	default:
		w.addNumber("arg", uint64(t.Field))
	}
	w.add(end)
}

func (w *condWriter) addNumber(before string, n uint64) {
	w.add(before)
	w.text = strconv.AppendUint(w.text, n, 10)
}

// literal writes small numbers in decimal. Large ones are bits or addresses.
func literal(v uint64) string {
	if v < 1<<16 {
		return strconv.FormatUint(v, 10)
	}
	return hex(v)
}

func hex(v uint64) string { return "0x" + strconv.FormatUint(v, 16) }
