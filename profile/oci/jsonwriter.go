package oci

import (
	"strconv"
	"unicode/utf8"
)

// jsonWriter writes a JSON text without spaces. Like json.Marshal it escapes what
// HTML and JavaScript would stumble over.
type jsonWriter struct{ b []byte }

// comma separates a value from what is before it in an object or array.
func (w *jsonWriter) comma() {
	if last := w.b[len(w.b)-1]; last != '{' && last != '[' {
		w.b = append(w.b, ',')
	}
}

func (w *jsonWriter) open(bracket byte)  { w.b = append(w.b, bracket) }
func (w *jsonWriter) close(bracket byte) { w.b = append(w.b, bracket) }

// key begins a member of an object. Keys need no escapes.
func (w *jsonWriter) key(name string) {
	w.comma()
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, `":`...)
}

func (w *jsonWriter) list(list []string) {
	w.open('[')
	for _, s := range list {
		w.comma()
		w.string(s)
	}
	w.close(']')
}

// optional, optionalNumber and optionalList write a member unless it is zero.

func (w *jsonWriter) optional(key, value string) {
	if value != "" {
		w.key(key)
		w.string(value)
	}
}

func (w *jsonWriter) optionalNumber(key string, n *uint16) {
	if n != nil {
		w.key(key)
		w.b = strconv.AppendUint(w.b, uint64(*n), 10)
	}
}

func (w *jsonWriter) optionalList(key string, list []string) {
	if len(list) > 0 {
		w.key(key)
		w.list(list)
	}
}

// string writes s. Bytes that are not UTF-8 become U+FFFD.
func (w *jsonWriter) string(s string) {
	w.b = append(w.b, '"')
	for i, r := range s {
		switch r {
		case '"', '\\':
			w.b = append(w.b, '\\', byte(r))
		case '\b':
			w.b = append(w.b, `\b`...)
		case '\f':
			w.b = append(w.b, `\f`...)
		case '\n':
			w.b = append(w.b, `\n`...)
		case '\r':
			w.b = append(w.b, `\r`...)
		case '\t':
			w.b = append(w.b, `\t`...)
		case '<', '>', '&', '\u2028', '\u2029':
			w.escape(r)
		case utf8.RuneError:
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				w.escape(r)
				continue
			}
			w.b = utf8.AppendRune(w.b, r)
		default:
			if r < ' ' {
				w.escape(r)
				continue
			}
			w.b = utf8.AppendRune(w.b, r)
		}
	}
	w.b = append(w.b, '"')
}

// escape writes r, which is below U+10000, as \u and four digits.
func (w *jsonWriter) escape(r rune) {
	const digits = "0123456789abcdef"
	w.b = append(w.b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}

// indentJSON puts every value of what a jsonWriter wrote on a line of its own.
func indentJSON(text []byte) []byte {
	var out []byte
	depth, inString := 0, false
	newline := func() {
		out = append(out, '\n')
		for range depth {
			out = append(out, '\t')
		}
	}
	for i, c := range text {
		if inString {
			out = append(out, c)
			inString = c != '"' || escaped(text[:i])
			continue
		}
		switch c {
		case '{', '[':
			depth++
			if out = append(out, c); text[i+1] != c+2 { // the bracket that closes it
				newline()
			}
		case '}', ']':
			depth--
			if text[i-1] != c-2 {
				newline()
			}
			out = append(out, c)
		case ',':
			out = append(out, c)
			newline()
		case ':':
			out = append(out, ": "...)
		default:
			out = append(out, c)
			inString = c == '"'
		}
	}
	return out
}

// escaped reports whether what follows text in a string is escaped.
func escaped(text []byte) bool {
	n := 0
	for n < len(text) && text[len(text)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}
